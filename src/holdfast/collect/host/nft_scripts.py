"""Scripts of nftables with the files that they include.

Source: nft(8) of nftables 1.0.6, "INCLUDE FILES": patterns mean no folders and no hidden files.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import partial

from holdfast.collect.host.settings import unreadable
from holdfast.collect.together import Files, root_of
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats.packet_filter import nft

__all__ = ["Scripts"]

MAX_INCLUDES, MAX_STATEMENTS = 100, 1000
"""Files of one host that others include, and statements that do so."""


class Scripts:
    """Reads one host's scripts, each file once."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.gaps: list[Gap] = []
        self.whole = True
        """False once something was left out."""
        self.seen: set[str] = set()
        self.statements = 0
        """Statements so far that include files."""

    def read(self, path: str) -> nft.Script:
        """What a script and all that it includes set up."""
        script = nft.Script()
        self._load(path, script)
        return script

    def _load(self, path: str, script: nft.Script, inside: nft.Inside = ()) -> str:
        """Reads a script into another one, `inside` a table or chain of it; why it was left out."""
        data = self.files.read(path)
        if data is None or path in self.seen or len(self.seen) > MAX_INCLUDES:
            self.whole = False
            if data is None:
                told = any(isinstance(each, Gap) and each.path == path for each in self.files.also)
                return "" if told else "which cannot be read"
            return "which is included already" if path in self.seen else f"the file after {MAX_INCLUDES} others"
        self.seen.add(path)
        before, script.path = script.path, path
        try:
            nft.read(data, script, partial(self._include, path), inside)
        except FormatError as error:
            self.whole = False
            self.gaps.append(unreadable(path, data, "rules of nftables", error))
        script.path = before
        return ""

    def _include(self, path: str, pattern: str, line: int, into: nft.Script, place: nft.Inside) -> None:
        """Reads the files of a pattern that stands on a line of a file."""
        self.statements += 1
        if self.statements >= MAX_STATEMENTS:
            self.whole = False
            if self.statements == MAX_STATEMENTS:
                reason = f"includes `{pattern}`, after {MAX_STATEMENTS - 1} other statements that include files"
                self.gaps.append(Gap(path, reason, "left_out", line))
            return
        found = self._included(pattern, path)
        several = any(sign in pattern for sign in "*?[")
        if not found and not (several and (self.files.host is not None or self._beside(pattern, path))):
            self.whole = False
            self.gaps.append(Gap(path, f"includes `{pattern}`, which is not here", "left_out", line))
        for each in found:
            if several and self.files.read(each) is None and self.files.folder(each):
                continue  # a pattern does not mean folders
            if left_out := self._load(each, into, place):
                self.gaps.append(Gap(path, f"includes `{each}`, {left_out}", "left_out", line))
                if len(self.seen) > MAX_INCLUDES:
                    break

    def _beside(self, pattern: str, path: str) -> bool:
        """Whether the folder of a pattern is here, with files that it does not mean."""
        return bool(self._included(f"{pattern.rpartition('/')[0]}/*", path))

    def _included(self, pattern: str, path: str) -> list[str]:
        """The files that a pattern means."""
        folder, _, name = pattern.rpartition("/")
        here = path.rpartition("/")[0]
        if pattern.startswith("/"):
            root = root_of(path)
            folder = f"{root}{folder}" if root else folder if path.startswith("/") else folder[1:]
        else:
            folder = f"{here}/{folder}".strip("/") if not here.startswith("/") else f"{here}/{folder}".rstrip("/")
        visible = (each for each in self.files.entries(folder or ".") if name.startswith(".") or each[:1] != ".")
        entries = (each for each in visible if fnmatchcase(each, name))
        return [f"{folder}/{each}" if folder else each for each in entries]
