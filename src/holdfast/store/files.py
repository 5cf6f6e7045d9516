"""Checks what lies in files: the pages of the database, the published tiles and checkpoint, the keys."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import nullcontext

from holdfast.core.errors import FormatError
from holdfast.core.merkle import SIZE
from holdfast.formats.note import parse_note
from holdfast.store.database import Database, StoreError
from holdfast.store.keys import Keys
from holdfast.store.ledger import meta
from holdfast.store.pages import Pages
from holdfast.store.sqlite import Sqlite
from holdfast.store.statements import text_of
from holdfast.store.tiles import CHECKPOINT, Folder, Tile, Tiler, end_of, entries_of, torn
from holdfast.store.verify import Check, Report

__all__ = ["unreadable", "verify"]


class Published:
    """Compares the files of a published tree with its entries as these come by."""

    def __init__(self, folder: Folder, report: Report) -> None:
        self.folder = folder
        self.report = report
        self.tiler = Tiler()
        self.text = folder.read(CHECKPOINT)
        self.size = 0
        self.left = 0
        """Unfinished tiles of earlier trees, which an interrupted publication left."""
        self.expected: set[str] = set()
        self.partial: dict[str, list[str]] = {}
        """Where a full tile is or would be -> the unfinished ones that are there."""
        for path in folder.paths():
            base, unfinished, _ = path.partition(".p/")
            if unfinished:
                self.partial.setdefault(base, []).append(path)
        if self.text is not None:
            self.expected.add(CHECKPOINT)
            try:
                self.size = parse_note(self.text).checkpoint.size
            except FormatError as error:
                self.report.add(error.what, self.where(CHECKPOINT))
                self.text = None

    def where(self, path: str) -> str:
        """A file, as messages name it."""
        return os.path.join(self.folder.path, path)

    def see(self, envelopes: Sequence[bytes], leaves: Sequence[bytes]) -> None:
        """The next entries, or the root of the next bundle whose entries are gone."""
        room = self.size - self.tiler.size
        if room <= 0:
            return
        if not envelopes:
            self.compare(self.tiler.skip(leaves[0]))
        else:
            self.compare(self.tiler.add(envelopes[:room], leaves[:room]))

    def compare(self, tiles: Iterable[Tile]) -> None:
        """Looks whether these tiles are there, byte for byte."""
        for path, data in tiles:
            self.report.tiles += 1
            self.expected.add(path)
            found = self.folder.read(path)
            if found != data:
                self.report.add("missing" if found is None else "not what the entries give", self.where(path))
            for other in self.partial.get(path.partition(".p/")[0], ()):
                if other != path and begins(data, self.folder.read(other) or b"", other):
                    self.expected.add(other)
                    self.left += 1

    def end(self, check: Check) -> None:
        """The unfinished tiles, the checkpoint, and that there is nothing else."""
        if self.text is not None:
            self.compare(self.tiler.partial())
            root = self.tiler.range().root() if self.tiler.size == self.size else b""
            check.note(self.text, meta(check.database, "origin"), self.size, root, self.where(CHECKPOINT))
            self.kept(check.database)
        if self.left:
            self.report.notices.append(f"{self.left} tiles are left over from a publication that was interrupted")
        for path in sorted(set(self.folder.paths()) - self.expected):
            end = end_of(path) or 0
            if path.endswith(".partial"):
                self.report.notices.append(f"left over from a write that was interrupted: {self.where(path)}")
            elif 0 < end <= check.front.size:
                self.report.notices.append(f"of entries that were pruned: {self.where(path)}")
            elif end > self.size:
                self.report.notices.append(f"left over from a publication that was interrupted: {self.where(path)}")
            else:
                self.report.add("nothing of this name was published", self.where(path))

    def kept(self, database: Database) -> None:
        """What was published is kept in the database, too; witnesses may have signed that since."""
        rows = database.rows("SELECT note FROM checkpoint WHERE size = ?", (self.size,))
        try:
            known = {each for (text,) in rows for each in parse_note(text.encode()).signatures}
            extra = set(parse_note(self.text or b"").signatures) - known
        except FormatError:  # told already
            return
        if extra:
            self.report.add("it has a signature that the ledger does not have", self.where(CHECKPOINT))


def begins(full: bytes, part: bytes, path: str) -> bool:
    """Whether an unfinished tile is what a later one begins with."""
    width = int(path.rpartition("/")[2]) if end_of(path) else 0
    if "/entries/" in path:
        return full.startswith(part) and torn(part) == 0 and len(entries_of(part)) == width
    return full.startswith(part) and len(part) == SIZE * width


def verify(database: Database, folder: Folder, keys: Keys) -> Report:
    """Checks everything. Raises StoreError where it cannot be read."""
    report = Report()
    if isinstance(database, Sqlite):
        _pages(database.pages, report)
    check = Check(database, report)
    try:
        # Nobody publishes meanwhile: what is compared would change under the comparison.
        with folder.locked() if os.path.isdir(folder.path) else nullcontext(), database.snapshot():
            files = Published(folder, report)
            check.run(files.see)
            files.end(check)
            if files.text is None and not report.tiles:
                report.notices.append(
                    f"nothing is published in {folder.path}: a ledger that is set back to an earlier state would not be"
                    " noticed here; `holdfast ledger publish` publishes it"
                )
        _keys(keys, check, report)
    except (StoreError, ValueError, TypeError, LookupError, OverflowError) as error:
        if not report.problems:
            raise
        report.add(
            f"because of this damage not everything could be looked at: {error}".partition("\n")[0], database.name
        )
    return report


def unreadable(path: str, error: StoreError) -> Report:
    """What the checksums say of a file that could not be opened or read. Raises the error where they say nothing."""
    report = Report()
    if error.where == path and os.path.exists(path):
        _pages(Pages(path), report)
    if not report.problems:
        raise error
    report.add(error.what, path)
    return report


def _pages(pages: Pages, report: Report) -> None:
    try:
        with pages.locked():
            for line in pages.damaged():
                where, _, what = line.partition(": ")
                report.add(what, where)
    except OSError as error:
        raise StoreError(f"cannot be read: {error.strerror}", where=pages.path) from error


def _keys(keys: Keys, check: Check, report: Report) -> None:
    """The private keys must be those that the ledger announced last."""
    current = check.keys.signing(check.tree.size + 1)
    if report.key is None or meta(check.database, "key") != text_of(report.key):
        report.add("the key that it names is not the one that its entries announce", "meta")
    if not keys.exist():
        report.notices.append(f"the key that signs is not here: {keys.path}")
        return
    for name, load in (
        ("key", keys.signer),
        ("second key", keys.extra),
        ("source", keys.source),
        ("next key", keys.successor),
    ):
        try:
            found = load()
        except StoreError as error:
            report.add(error.what, error.where)
            continue
        verifier = getattr(found, "verifier", None)
        if name == "next key" and found is not None:
            report.notices.append(f"a key that was never announced is left over: {keys.next}")
        elif verifier is not None and verifier not in current:
            report.add(f"this {name} is not the one that the ledger announces", keys.folder)
