"""`authorized_keys`: the keys that open an account over SSH."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part


class Key(Part, frozen=True):
    """A public key that opens the account."""

    known_by: ClassVar[tuple[str, ...]] = ("comment", "fingerprint")

    type: Fact[str] = UNSET
    """`ssh-ed25519`, `sk-ssh-ed25519@openssh.com`, `ecdsa-sha2-nistp256`, `ssh-rsa`, `ssh-dss`, ..."""
    bits: Fact[int] = UNSET
    """Its length in bits: of the modulus for RSA and DSA, of the curve otherwise."""
    fingerprint: Fact[str] = UNSET
    """`SHA256:...`, as `ssh-keygen -l` prints it."""
    comment: Fact[str] = UNSET
    """The text behind it; absent without one."""
    options: Fact[list[str]] = UNSET
    """The names of the options in front of it."""
    command: Fact[str] = UNSET
    """The only command that it may run; absent where it may run any."""
    own_command: Fact[bool] = UNSET
    """Whether that command, or the script that it hands to a shell, lies where plain users write; absent without."""
    sources: Fact[str] = UNSET
    """Its `from=` list: the addresses and host names that it may come from; absent where it may come from anywhere."""
    expires: Fact[str] = UNSET
    """The first `expiry-time=`, as written (`YYYYMMDD`, ...); absent where it never expires."""
    certificate_authority: Fact[bool] = UNSET
    """Whether it signs certificates instead of opening the account itself."""
    port_forwarding: Fact[bool] = UNSET
    """Whether the options leave port forwarding to it."""
    agent_forwarding: Fact[bool] = UNSET
    """Whether the options leave agent forwarding to it."""
    terminal: Fact[bool] = UNSET
    """Whether the options leave a terminal to it."""


class SharedKey(Part, frozen=True):
    """A key, with the other files that hold it."""

    known_by: ClassVar[tuple[str, ...]] = ("comment", "fingerprint")

    fingerprint: Fact[str] = UNSET
    """`SHA256:...`, as `ssh-keygen -l` prints it."""
    comment: Fact[str] = UNSET
    """The text behind it; absent without one."""
    files: Fact[list[str]] = UNSET
    """The other files that were seen and hold it, too; none where it opens this account alone."""


class AuthorizedKeys(Kind, frozen=True):
    """An authorized_keys file."""

    kind: ClassVar[str] = "authorized_keys"
    places: ClassVar[tuple[str, ...]] = ("name",)
    # One file shows nothing of others; where two or more were seen, their keys are compared.
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {"shared": frozenset({"config"})}

    name: Fact[str] = UNSET
    """The file's path."""
    account: Fact[str] = UNSET
    """The account that it opens, as its path tells; absent where the path does not."""
    keys: Fact[list[Key]] = UNSET
    """The keys in it."""
    ignored: Fact[list[str]] = UNSET
    """Lines that sshd cannot read and skips: their numbers and what is wrong."""
    shared: Fact[list[SharedKey]] = UNSET
    """Each key that opens the account itself, with what else it opens, as far as the files seen tell."""
