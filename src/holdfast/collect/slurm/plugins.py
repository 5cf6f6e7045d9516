"""The SPANK plugins of a cluster."""

from __future__ import annotations

from fnmatch import fnmatchcase
from posixpath import join

from msgspec import UNSET

from holdfast.collect.slurm.settings import HOME, Settings
from holdfast.collect.together import Files, places
from holdfast.collect.users_code import OWNED
from holdfast.core.asset import Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.formats.slurm.plugstack import Entry, read
from holdfast.kinds.slurm_cluster import Plugin


def plugins(files: Files, settings: Settings) -> tuple[Fact[list[Plugin]], list[Gap]]:
    """The plugins that plugstack.conf lists, and what could not be read of it.

    Without the file there are none on the host itself; elsewhere it may be missing because nobody copied it. The last
    is open where there may be more.
    """
    named = settings.text("plugstackconfig", "plugins", "plugstack.conf")
    path = files.find(named, settings.path, HOME) if isinstance(named, str) else None
    data = files.read(path) if path is not None else None
    if path is None or data is None:
        return ([] if files.host is not None else UNSET), []
    try:
        entries = list(read(data, path, lambda pattern, of: _included(files, pattern, of)))
    except FormatError as error:
        return UNSET, [Gap(path, f"not readable as plugstack.conf: {error.what}", "unreadable", error.line)]
    gaps = [Gap(entry.path, entry.trouble, "unreadable", entry.line) for entry in entries if entry.trouble]
    unseen = [Gap(entry.path, _unseen(entry), "left_out", entry.line) for entry in entries if _away(files, entry)]
    found = [entry for entry in entries if entry.plugin or OWNED.match(entry.included)]
    for index, entry in enumerate(found):
        settings.spots[f"plugins[{index}]"] = Spot(entry.line, 1, "", entry.path)
    known = [_plugin(entry) for entry in found]
    if gaps or unseen:
        return ([*known, Plugin()] if known else UNSET), [*gaps, *unseen]
    return known, []


def _away(files: Files, entry: Entry) -> bool:
    """Whether the folder of an included pattern is not among files that only may become those of a host."""
    folder = entry.included.rpartition("/")[0]
    absolute = files.host is None and entry.included.startswith("/")
    return absolute and not any(files.folder(place) for place in places(folder, entry.path, HOME))


def _unseen(entry: Entry) -> str:
    return f"the folder of the included `{entry.included}` is not here: plugins that it lists were not examined"


def _plugin(entry: Entry) -> Plugin:
    """A plugin; what a folder of users has included is as good as one from there."""
    if not entry.plugin:
        return Plugin(name=entry.included.rpartition("/")[2], path=entry.included, required=False, arguments={})
    arguments = (argument.partition("=") for argument in entry.arguments)
    return Plugin(
        name=entry.plugin.rpartition("/")[2],
        path=entry.plugin,
        required=entry.required,
        arguments={name: value for name, _, value in arguments},
    )


def _included(files: Files, pattern: str, of: str) -> list[tuple[str, bytes]] | None:
    """The files that fit a pattern, in the order of their names."""
    folder, _, last = pattern.rpartition("/")
    for place in places(folder or ".", of, HOME):
        names = [name for name in files.entries(place) if fnmatchcase(name, last) and not name.startswith(".")]
        texts = [(join(place, name), files.read(join(place, name))) for name in names]
        if texts:
            return [(path, data) for path, data in texts if data is not None]
    return [] if files.host is not None or any(sign in last for sign in "*?[") else None
