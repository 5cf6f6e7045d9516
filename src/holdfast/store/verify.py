"""Checks a ledger against itself: every entry, payload, number, key and checkpoint; `files.py` looks at the files.

It reads each row once and holds a bundle of 256 entries in memory. What a later entry allows (an erasure) is noted and
looked up in the end. Source: RFC 6962, section 2.1; docs/explanation/ledger.md says what this can and cannot find.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from holdfast.core.entry import KEPT, Envelope, commitment, decode, decode_all
from holdfast.core.errors import FormatError
from holdfast.core.merkle import Range, leaf_hash, subtree
from holdfast.formats.note import format_note, parse_note
from holdfast.store.database import Database, Row
from holdfast.store.ledger import LedgerError, meta, range_of
from holdfast.store.rows import DESCRIBING, NO_RUNS, Heads, unsealed
from holdfast.store.statements import Erasure, KeyChange, Retention, read, verifier_of
from holdfast.store.tiles import HEIGHT, WIDTH
from holdfast.trust.note import ED25519, Verifier, signed_by

__all__ = ["Check", "Problem", "Report", "Seen"]

TOLERATED = 1_000_000
"""Microseconds by which the time of an entry may be before that of the one before it."""
MOST = 1000
"""Problems that are told one by one."""
ROWS = (
    "SELECT e.seq, e.envelope, p.salt, p.content FROM entry e LEFT JOIN payload p ON p.seq = e.seq"
    " WHERE e.seq >= ? ORDER BY e.seq"
)
Seen = Callable[[Sequence[bytes], Sequence[bytes]], None]
"""What is given each bundle: envelopes and the hashes of their leaves, or nothing and the root of one that is gone."""


class Problem(NamedTuple):
    """Something that is not as it was sealed."""

    what: str
    where: str


class Report:
    """What a check found."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.untold = 0
        """How many more there are."""
        self.notices: list[str] = []
        """What is no damage but should be known."""
        self.entries = self.erased = self.pruned = self.checkpoints = self.tiles = 0
        self.key: Verifier | None = None
        """The one that signs, as the ledger announces it."""

    def add(self, what: str, where: str) -> None:
        """Notes a problem."""
        if len(self.problems) < MOST:
            self.problems.append(Problem(what, where))
        else:
            self.untold += 1


class Announced:
    """The keys that a ledger announced."""

    def __init__(self) -> None:
        self.keys: dict[int, Verifier] = {}
        """Size of the tree whose last entry announces a key -> the key."""

    def add(self, seq: int, text: str) -> None:
        """Notes what an entry announces. Raises FormatError."""
        self.keys[seq + 1] = verifier_of(text)

    def signing(self, size: int) -> list[Verifier]:
        """The keys that may have signed a tree of that size: those before, and one that its last entry announces."""
        before = {key.type: key for at, key in sorted(self.keys.items()) if at < size or at == 1}
        return [*before.values(), *(key for at, key in self.keys.items() if at == size)]

    def wrong(self, text: bytes, origin: str, size: int, root: bytes | None) -> str:
        """What is wrong with a signed checkpoint; empty for nothing. None for a root that nobody knows any more."""
        try:
            note = parse_note(text)
        except FormatError as error:
            return error.what
        if note.checkpoint.origin != origin or note.checkpoint.size != size or format_note(note) != text:
            return "it is of another ledger or size"
        if root is not None and note.checkpoint.root != root:
            return "it was signed over other entries"
        by = signed_by(note, self.signing(size))
        if by is None:
            return "a signature does not verify"
        return "" if any(key.type == ED25519 for key in by) else "it is not signed by the key of that time"


class Check:
    """One pass over the rows of a ledger."""

    def __init__(self, database: Database, report: Report) -> None:
        self.database = database
        self.report = report
        self.tree = Range()
        self.next: dict[str, int] = {}
        """Source -> the number that comes next."""
        self.clock = 0
        self.backwards = 0
        self.missing = array("q")
        """Entries without a payload."""
        self.erased: list[tuple[int, int]] = []
        self.retention: Retention | None = None
        self.keys = Announced()
        self.front = Range()
        """What was pruned."""
        self.heads = Heads()
        """The last entries about rows."""

    def run(self, seen: Seen) -> None:
        """Looks at everything; `seen` gets each bundle. Raises StoreError where the database cannot be read."""
        sizes = self._checkpoints()
        with_sizes = sorted(sizes)
        self._pruned(seen)
        wanted = iter(with_sizes)
        size = next(wanted, -1)
        for envelopes, leaves in self._bundles():
            while size >= 0 and size <= self.tree.size + len(leaves):
                sizes[size] = self._root(leaves, size)
                size = next(wanted, -1)
            if len(leaves) == WIDTH:
                self.tree.grow(subtree(leaves), HEIGHT)
            else:
                for leaf in leaves:
                    self.tree.append(leaf)
            seen(envelopes, leaves)
        self.report.entries = self.tree.size
        _row_of_tree(self)
        _nodes(self)
        _payloads(self)
        _sequences(self)
        self._front()
        self._signatures(sizes)
        _rows(self)
        if self.backwards:
            self.report.notices.append(
                f"the clock went back before {self.backwards} entries; their order is that of their numbers"
            )

    def _bundles(self) -> Iterator[tuple[list[bytes], list[bytes]]]:
        expected = self.tree.size
        rows = iter(self.database.each(ROWS, (expected,)))
        while found := list(islice(rows, WIDTH - expected % WIDTH)):
            if (found[0][0], found[-1][0]) != (expected, expected + len(found) - 1):
                _gaps(self.report, found, expected)
            expected = found[-1][0] + 1
            data = [row[1] for row in found]
            envelopes = decode_all(data)
            if envelopes is None:
                data, found, envelopes = _one_by_one(self.report, found)
            self._entries(found, envelopes)
            yield data, list(map(leaf_hash, data))

    def _entries(self, rows: list[Row], envelopes: list[Envelope]) -> None:
        """Numbers, times and payloads. It is the innermost loop: 40 % of the time of all."""
        numbers, clock = self.next, self.clock
        for (seq, _, salt, content), envelope in zip(rows, envelopes, strict=True):
            number = envelope.number
            if numbers.get(envelope.source) != number:
                self._numbered(seq, envelope)
            numbers[envelope.source] = number + 1
            if envelope.at < clock - TOLERATED:
                self.backwards += 1
            clock = envelope.at
            if envelope.subject and envelope.kind in DESCRIBING:
                self.heads.add(envelope.kind, envelope.subject, seq, content)
            if salt is None:
                self.missing.append(seq)
                continue
            try:
                right = len(content) == envelope.length and commitment(salt, content) == envelope.commitment
            except (TypeError, ValueError):
                right = False
            if not right:
                self.report.add("its payload is not what was sealed", f"entry {seq}")
            elif envelope.kind in KEPT:
                self._statement(seq, envelope, content)
        self.clock = clock

    def _numbered(self, seq: int, envelope: Envelope) -> None:
        """A source begins with number 0, unless its first entries were pruned, and goes on without a gap."""
        if envelope.source in self.next or (envelope.number and not self.front.size):
            self.report.add(f"source {envelope.source} goes on with number {envelope.number}", f"entry {seq}")

    def _statement(self, seq: int, envelope: Envelope, payload: bytes) -> None:
        try:
            if envelope.kind == "key":
                self.keys.add(seq, read(payload, KeyChange).key)
            elif envelope.kind == "erasure":
                self.erased += read(payload, Erasure).entries
            elif envelope.kind == "retention":
                retention = read(payload, Retention)
                if self.retention is None or retention.below >= self.retention.below:
                    self.retention = retention
        except FormatError as error:
            self.report.add(error.what, f"entry {seq}")

    def _root(self, leaves: Sequence[bytes], size: int) -> bytes:
        tree = Range(self.tree.size, self.tree.hashes)
        for leaf in leaves[: size - tree.size]:
            tree.append(leaf)
        return tree.root() if tree.size == size else b""

    def _pruned(self, seen: Seen) -> None:
        """The roots of the bundles that are gone."""
        for number, (bundle, root) in enumerate(self.database.rows("SELECT bundle, root FROM pruned ORDER BY bundle")):
            if bundle != number or len(root) != 32:
                self.report.add("the bundles that were pruned are not the first ones", f"bundle {bundle}")
                return
            self.tree.grow(bytes(root), HEIGHT)
            seen((), (bytes(root),))
        self.front = Range(self.tree.size, self.tree.hashes)
        self.report.pruned = self.tree.size

    def _front(self) -> None:
        """What was pruned must be what a rule allowed, and nothing of it may be left."""
        if not self.front.size:
            return
        rule = self.retention
        if rule is None or rule.below < self.front.size:
            self.report.add("no entry of kind retention allows this pruning", f"entries below {self.front.size}")
        elif rule.below == self.front.size and rule.root != self.front.root().hex():
            self.report.add("the pruned entries are not those that the rule names", f"entries below {rule.below}")
        rows = self.database.rows("SELECT count(*) FROM entry WHERE seq < ?", (self.front.size,))
        if rows[0][0]:
            self.report.add(f"{rows[0][0]} entries are there that were pruned", f"entries below {self.front.size}")

    def _checkpoints(self) -> dict[int, bytes]:
        """The sizes of the checkpoints that are kept, for whose roots the pass looks."""
        return {row[0]: b"" for row in self.database.rows("SELECT size FROM checkpoint ORDER BY size")}

    def _signatures(self, roots: dict[int, bytes]) -> None:
        for seq, text in self.retention.keys if self.retention else ():
            try:
                self.keys.add(seq, text)
            except FormatError as error:
                self.report.add(error.what, "retention")
        current = self.keys.signing(self.tree.size + 1)
        self.report.key = next((key for key in reversed(current) if key.type == ED25519), None)
        origin = meta(self.database, "origin")
        for size, text in self.database.rows("SELECT size, note FROM checkpoint ORDER BY size"):
            self.report.checkpoints += 1
            self.note(text.encode(), origin, size, roots.get(size, b""), f"checkpoint {size}")
        if self.tree.size not in roots:
            self.report.add("the last checkpoint is missing", f"checkpoint {self.tree.size}")

    def note(self, text: bytes, origin: str, size: int, root: bytes, where: str) -> None:
        """Checks a signed checkpoint."""
        if size > self.tree.size:
            self.report.add(f"{size} entries were signed, {self.tree.size} are there", where)
            return
        known = root if size >= self.front.size else None
        wrong = self.keys.wrong(text, origin, size, known)
        if wrong:
            self.report.add(wrong, where)


def _gaps(report: Report, found: list[Row], expected: int) -> None:
    for row in found:
        if row[0] != expected:
            report.add(f"{row[0] - expected} entries are missing before it", f"entry {row[0]}")
        expected = row[0] + 1


def _one_by_one(report: Report, found: list[Row]) -> tuple[list[bytes], list[Row], list[Envelope]]:
    """The bytes of all entries, and rows and envelopes of those that are right."""
    data, rows, envelopes = [], [], []
    for row in found:
        data.append(row[1] if type(row[1]) is bytes else b"")
        try:
            envelopes.append(decode(data[-1]))
            rows.append(row)
        except FormatError as error:
            report.add(error.what, f"entry {row[0]}")
    return data, rows, envelopes


def _row_of_tree(check: Check) -> None:
    try:
        tree = range_of(check.database)
    except LedgerError as error:
        check.report.add(error.what, "tree")
        return
    if (tree.size, tree.hashes) != (check.tree.size, check.tree.hashes):
        check.report.add(f"the tree of {tree.size} is not that of the {check.tree.size} entries", "tree")


def _nodes(check: Check) -> None:
    """The hashes that are kept of bundles that are gone must give the roots of these."""
    rows = check.database.rows("SELECT level, number, hash FROM node")
    kept = {(level, number): bytes(hash) for level, number, hash in rows}
    roots: dict[int, bytes] = dict(check.database.rows("SELECT bundle, root FROM pruned"))

    def value(level: int, number: int) -> bytes | None:
        below = [value(level - 1, 2 * number), value(level - 1, 2 * number + 1)] if level else [None]
        found = [each for each in below if each is not None]
        known = kept.pop((level, number), None)
        if len(found) == 1:  # where there is one below, all of them are
            return b""
        made = subtree(found) if found else known
        return made if known in {None, made} else b""

    for bundle in sorted({number >> HEIGHT - level for level, number in kept if 0 <= level < HEIGHT}):
        if bundle not in roots or value(HEIGHT, bundle) != bytes(roots[bundle]):
            check.report.add("the hashes that are kept of it do not give its root", f"bundle {bundle}")
    if any(not 0 <= level < HEIGHT for level, _ in kept):
        check.report.add("hashes that belong to nothing", "node")
    for place, size in check.database.rows("SELECT place, size FROM known WHERE size > ?", (check.tree.size,)):
        check.report.add(f"{size} entries are there, {check.tree.size} here", str(place))


def _payloads(check: Check) -> None:
    """A payload may be missing only where an entry says that it was erased."""
    ranges = sorted(check.erased)
    starts = [first for first, _ in ranges]
    lasts: list[int] = []
    for _, last in ranges:
        lasts.append(max(last, lasts[-1] if lasts else last))
    for seq in check.missing:
        at = bisect_right(starts, seq) - 1
        if at < 0 or lasts[at] < seq:
            check.report.add("its payload is lost: no entry says that it was erased", f"entry {seq}")
        else:
            check.report.erased += 1
    sql = "SELECT p.seq FROM payload p LEFT JOIN entry e ON e.seq = p.seq WHERE e.seq IS NULL"
    for (seq,) in check.database.each(sql):
        check.report.add("a payload without an entry", f"entry {seq}")


def _sequences(check: Check) -> None:
    rows: dict[str, int] = dict(check.database.rows("SELECT source, number FROM sequence"))
    for source, number in check.next.items():
        if rows.get(source) != number:
            check.report.add(f"its next number is {number}, not {rows.get(source)}", f"source {source}")
    if not check.front.size:
        for source in rows.keys() - check.next.keys():
            check.report.add("it has sealed nothing", f"source {source}")


def _rows(check: Check) -> None:
    """The rows of runs, findings and attestations must be what their last entries sealed."""
    rule = check.retention
    pruned = (check.front.size, rule.runs if rule and check.front.size else NO_RUNS)
    try:
        key = bytes.fromhex(meta(check.database, "pseudonyms"))
    except ValueError:
        check.report.add("the key of its pseudonyms is damaged", "meta")
        return
    erased = unsealed(check.database, key, check.heads, check.report.add, pruned)
    if erased:
        check.report.notices.append(
            f"the entries of {erased} runs were erased: what these left can be compared in part only"
        )
