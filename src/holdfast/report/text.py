"""Text for people: the offending lines as a compiler shows them, then what was counted and what was not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from msgspec import Struct

from holdfast.core.finding import Finding
from holdfast.core.result import Result
from holdfast.report.wording import decisive, visible

IN_FULL = 10
SHORTLY = 3
"""Reasons for leaving something out that are told."""
"""Rules whose findings are shown in full; the rest is counted."""
SHOWN = 12
"""Digits of a fingerprint, enough for `why` and `accept`."""
VIEW = 160
"""Columns of a source line that are shown."""
COLOURS = {"critical": "1;97;41", "high": "1;31", "medium": "1;33", "low": "36", "info": "2"}


class Options(Struct, frozen=True):
    """How to show it."""

    source: Callable[[str], Sequence[str]]
    """Path -> the lines of that source, empty when they cannot be had."""
    colour: bool = False
    everything: bool = False
    """Whether every finding is shown in full."""
    width: int = 100
    rules: tuple[str, ...] = ()
    """The folders of own rules that were named on the command line, which the next command needs too."""


def render(result: Result, options: Options) -> bytes:
    """The text of a check."""
    page = _Page(options)
    open_findings = result.open()
    groups: dict[str, list[Finding]] = {}
    for finding in open_findings:
        groups.setdefault(finding.rule, []).append(finding)
    shown = 0
    for group in groups.values():
        if shown < IN_FULL or options.everything:
            page.finding(group[0], [] if options.everything else group[1:])
            shown += 1
            for finding in group[1:] if options.everything else ():
                page.finding(finding, [])
    hidden = list(groups.values())[IN_FULL:] if not options.everything else []
    if hidden:
        page.line(f"{counted(len(hidden), 'more rule')} fail{'s' * (len(hidden) == 1)}; --all shows all in full:")
        for group in hidden:
            page.line(f"  {group[0].severity:8} {visible(group[0].rule)} ({len(group)})")
        page.line()
    _path(page, result)
    _unseen(page, result)
    _summary(page, result)
    return page.bytes()


class _Page:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.lines: list[str] = []

    def line(self, text: str = "") -> None:
        self.lines.append(text)

    def bytes(self) -> bytes:
        return ("\n".join(self.lines) + "\n").encode("utf-8", "replace")

    def paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.options.colour else text

    def finding(self, finding: Finding, others: Sequence[Finding]) -> None:
        place = finding.location
        head = self.paint(COLOURS[finding.severity], finding.severity)
        self.line(f"{head} {self.paint('1', visible(finding.message))}  [{visible(finding.rule)}]")
        self.excerpt(place.path, place.line, place.column)
        self.note("why", finding.because)
        self.note("fix", finding.fix + " (`holdfast fix` does it here.)" * finding.repairable)
        if finding.facts:
            facts = ", ".join(f"{path} = {_short(value)}" for path, value in decisive(finding.facts).items())
            self.note("saw", facts)
        if finding.owner:
            self.note("who", finding.owner)
        if others:
            places = [f"{o.location.path}:{o.location.line}" for o in others[:3]]
            more = f" and {len(others) - 3} more" if len(others) > 3 else ""
            self.note("also", ", ".join(places) + more)
        self.note("id", finding.fingerprint[:SHOWN])
        self.line()

    def excerpt(self, path: str, line: int, column: int) -> None:
        self.line(f"  {self.paint('36', '-->')} {visible(path)}:{line}:{column}")
        lines = self.options.source(path)
        if not 0 < line <= len(lines):
            return
        gutter = len(str(line))
        target = lines[line - 1][: column + VIEW].rstrip()
        start = 0 if column <= VIEW - 40 else column - 40  # a long line is shown from a little before the place
        for number in range(max(1, line - 1), line + 1):
            text = _columns(lines[number - 1][start : start + VIEW]).rstrip()
            self.line(f"  {self.paint('36', f'{number:>{gutter}} |')} {text}")
        before = _columns(target[start : column - 1])
        width = max(1, len(_columns(target[column - 1 : start + VIEW])))
        self.line(f"  {' ' * gutter} {self.paint('36', '|')} {' ' * len(before)}{self.paint('1;31', '^' * width)}")

    def note(self, name: str, text: str) -> None:
        import textwrap

        label = f"  {name:>4}: "
        room = self.options.width - len(label)
        # A path that is cut in two can be neither copied nor clicked.
        wrapped = textwrap.wrap(visible(text, 4000), room, break_on_hyphens=False, break_long_words=False) or [""]
        self.line(self.paint("1", label) + wrapped[0])
        for more in wrapped[1:]:
            self.line(" " * len(label) + more)


def _path(page: _Page, result: Result) -> None:
    """The attack path that matters most."""
    if not result.paths:
        return
    from holdfast.report.text_paths import lines  # most trees have none

    page.lines += lines(result.paths[0], page.paint)
    more = len(result.paths) - 1
    if more:
        page.line(f"  {counted(more, 'more path')} in --format json and html")
    page.line()


def _unseen(page: _Page, result: Result) -> None:
    gaps = Counter(gap.kind for gap in result.examined.gaps)
    for gap in [gap for gap in result.examined.gaps if gap.kind == "unreadable"][:IN_FULL]:
        place = f"{gap.path}:{gap.line}" if gap.line else gap.path
        page.line(f"{page.paint('1;33', 'not read')} {visible(place)}: {visible(gap.reason)}")
    if gaps["unreadable"] > IN_FULL:
        page.line(f"... and {gaps['unreadable'] - IN_FULL} more that could not be read; --format json lists them")
    if gaps["template"]:
        left = counted(gaps["template"], "unrendered template")
        page.line(f"{left} not judged: render {'it' if gaps['template'] == 1 else 'them'}, then check the result.")
    links = sum(gap.kind == "left_out" and "symbolic link" in gap.reason for gap in result.examined.gaps)
    if links:
        page.line(f"{counted(links, 'symbolic link')} left out.")
    others = Counter(gap.reason for gap in result.examined.gaps if gap.kind == "left_out" and "link" not in gap.reason)
    for reason, count in others.most_common(SHORTLY):
        page.line(f"left out{f' ({count} times)' if count > 1 else ''}: {visible(reason)}")
    if len(others) > SHORTLY:
        page.line(f"... and {counted(len(others) - SHORTLY, 'more reason')}; --format json lists them")
    for notice in result.notices:
        page.line(f"{page.paint('1;33', 'note')} {visible(notice.where)}: {visible(notice.what)}")
    if result.unknown:
        rules = Counter(finding.rule for finding in result.unknown)
        named = [f"{visible(rule)} ({count})" for rule, count in rules.most_common(5)]
        listed = ", ".join(named if len(rules) <= len(named) else [*named, f"and {len(rules) - len(named)} more rules"])
        page.line(f"{counted(len(result.unknown), 'question')} left open, because a fact could not be seen: {listed}.")
    if result.not_asked:
        rules_left = counted(len({item.rule for item in result.not_asked}), "rule")
        page.line(f"{rules_left} not asked: files alone cannot show the facts they read.")


def _summary(page: _Page, result: Result) -> None:
    examined = result.examined
    assets = ", ".join(counted(count, visible(kind)) for kind, count in sorted(examined.assets.items()))
    severities = result.by_severity()
    counts = ", ".join(f"{count} {severity}" for severity, count in severities.items()) or "no findings"
    suppressed = sum(finding.suppressed is not None for finding in result.findings)
    tail = f", {suppressed} suppressed" if suppressed else ""
    rules = counted(len(result.rules), "rule")
    seen = f"{counted(examined.read, 'file')} read, {assets or 'nothing to judge in them'}, {rules}"
    page.line(f"{page.paint('1', counts)}{tail} · {seen}")
    worst = result.open()
    if worst:
        own = "".join(f" --rules {visible(folder)}" for folder in page.options.rules)
        repairable = sum(finding.repairable for finding in worst)
        if repairable:
            page.line(f"{repairable} of these can be repaired: holdfast fix{own}")
        page.line(f"next: holdfast explain {visible(worst[0].rule)}{own}")


def counted(count: int, noun: str) -> str:
    """`1 file`, `2 network policies`."""
    noun = noun.replace("_", " ")
    if count != 1 and not noun.endswith("s"):
        noun = f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeo" else f"{noun}s"
    return f"{count} {noun}"


def _columns(text: str) -> str:
    """A piece of source, tabs as four columns."""
    return visible(text.replace("\t", "    "), 10 * VIEW)


def _short(value: object) -> str:
    if isinstance(value, list):
        few = "; ".join(_short(item) for item in value[:2])
        return f"{few}; and {len(value) - 2} more" if len(value) > 2 else few
    text = "absent" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return (text or '""') if len(text) <= 80 else f"{text[:77]}..."
