"""Who may read and write a file, as facts that many kinds share."""

from __future__ import annotations

from holdfast.core.fact import UNSET, Fact, Part


class Permissions(Part, frozen=True):
    """A file's owner and mode, and the weakest of the folders above it.

    Source: inode(7), chmod(2); access control lists count with the mask that the group bits show (acl(5)).
    """

    mode: Fact[str] = UNSET
    """The permission bits in octal, four digits: `0640`."""
    owner: Fact[str] = UNSET
    """The owner's name, or the numeric id where the host knows no name."""
    group: Fact[str] = UNSET
    """The group's name, or the numeric id."""
    group_readable: Fact[bool] = UNSET
    """Whether the group may read it."""
    others_readable: Fact[bool] = UNSET
    """Whether every account may read it."""
    group_writable: Fact[bool] = UNSET
    """Whether a group other than root may write it."""
    others_writable: Fact[bool] = UNSET
    """Whether every account may write it."""
    loose_folder: Fact[str] = UNSET
    """The first folder above it in which an account other than root and the owner may replace it; absent for none."""
