"""`ssh_client`: what an OpenSSH client does, as its configuration files set it up."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part


class Setting(Part, frozen=True):
    """A value that a setting gives for some host; what no host can get is left out."""

    known_by: ClassVar[tuple[str, ...]] = ("hosts",)

    keyword: Fact[str] = UNSET
    """The keyword in lower case, older spellings replaced: `stricthostkeychecking`, `forwardagent`, ..."""
    value: Fact[str] = UNSET
    """Its arguments, without quotes, joined by a blank."""
    hosts: Fact[str] = UNSET
    """For which hosts: `every host`, or the Host or Match line."""
    everywhere: Fact[bool] = UNSET
    """Whether it holds for every host."""
    file: Fact[str] = UNSET
    """The file that it stands in."""


class SshClient(Kind, frozen=True):
    """An ssh_config, a user's or the system's, with the files that it includes."""

    kind: ClassVar[str] = "ssh_client"
    places: ClassVar[tuple[str, ...]] = ("name", "files", "settings.file", "problems")

    name: Fact[str] = UNSET
    """The file's path."""
    files: Fact[list[str]] = UNSET
    """Every file that was read."""
    problems: Fact[list[str]] = UNSET
    """What ssh refuses, with file and line; the settings are unobserved then."""
    settings: Fact[list[Setting]] = UNSET
    """Every value that is set and that some host gets; files that could not be read are one more, with nothing seen."""
