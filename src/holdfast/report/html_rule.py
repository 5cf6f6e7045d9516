"""One rule that failed, on the HTML page: why it matters, what to do, and each place with its lines and facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from holdfast.core.finding import Finding, Location
from holdfast.core.rule import Rule
from holdfast.report.markup import Markup, element, join, link, prose
from holdfast.report.wording import value

CONTEXT = 2
"""Lines shown before and after the offending one."""
WIDTH = 240
"""Characters of one line at most."""
LISTED = 200
"""Rows of a table at most; the rest is counted."""
SECRET = "<secret sha256:"
"""How `core.fact.shown` begins the fingerprint of a secret."""
SLUG = re.compile(r"[a-z0-9-]{1,80}")

Source = Callable[[str], Sequence[str]]


def article(group: Sequence[Finding], rule: Rule | None, id: str, source: Source, in_full: int) -> Markup:
    """The rule and its findings: `in_full` of them with their lines, the others in a table, the rest as a number."""
    first = group[0]
    parts = [_about(first, rule), *(_finding(finding, first, source) for finding in group[:in_full])]
    rest = group[in_full:]
    if rest:
        noun = "place" if len(rest) == 1 else "places"
        rows = ([_where(other.location), element("code", other.asset), subject(other)] for other in rest)
        summary = element("summary", f"{len(rest)} more {noun}")
        parts.append(element("details", summary, table("", ("Where", "Asset", "What"), rows, len(rest))))
    return element("article", *parts, class_=f"rule {first.severity}", id=id, aria_labelledby=f"{id}-title")


def anchor(rule: str, index: int) -> str:
    """The id of a rule's article: the rule's own where it is a slug."""
    return f"rule-{rule}" if SLUG.fullmatch(rule) else f"rule-.{index}"


def badge(severity: str) -> Markup:
    """A severity, in words and in its colour."""
    return element("span", severity, class_=f"badge {severity}")


def subject(finding: Finding) -> str:
    """What a finding is about, where its message says more than the title."""
    return finding.message.removesuffix(finding.title).rstrip(": ")


def table(caption: str, heads: Sequence[str], rows: Iterator[list[Markup | str]], count: int) -> Markup:
    """A table of `count` rows, `LISTED` of them shown."""
    body = []
    for row in rows:
        body.append(element("tr", *(element("td", cell) for cell in row)))
        if len(body) == LISTED:
            break
    head = element("thead", element("tr", *(element("th", head, scope="col") for head in heads)))
    title = [element("caption", caption)] if caption else []
    more = [element("p", f"and {count - LISTED} more", class_="quiet")] if count > LISTED else []
    return join([element("table", *title, head, element("tbody", *body)), *more])


def _about(first: Finding, rule: Rule | None) -> Markup:
    entries = [("Why", prose(first.because)), ("Fix", prose(first.fix))]
    if rule is not None and rule.sources:
        items = []
        for source in rule.sources:
            note = ", ".join(filter(None, (source.versions, f"checked {source.checked}")))
            items.append(element("li", link(source.url, source.title), " ", element("span", note, class_="quiet small")))
        entries.append(("Sources", element("ul", *items)))
    facets = ", ".join((*first.tags, *first.requirements))
    about = f"{first.confidence} confidence" + (f" · {facets}" if facets else "")
    entries.append(("Rule", join([element("code", first.rule), element("span", f" · {about}", class_="quiet small")])))
    pairs = [part for name, text in entries for part in (element("dt", name), element("dd", text))]
    title = element("h3", prose(first.title))
    head = element("div", title, badge(first.severity), class_="head")
    return element("div", head, element("dl", *pairs), class_="about")


def _finding(finding: Finding, first: Finding, source: Source) -> Markup:
    about = [element("code", finding.asset)]
    name = subject(finding)
    if name:
        about.insert(0, join([element("strong", name), " in "]))
    if finding.severity != first.severity:
        about.append(join([" ", badge(finding.severity)]))
    new = [" · new"] if finding.baseline_state == "new" else []
    facts = [
        part
        for path, fact in finding.facts.items()
        for part in (element("dt", element("code", path)), element("dd", _fact(fact)))
    ]
    return element(
        "section",
        element("h4", _where(finding.location)),
        element("p", *about, *new, class_="meta small"),
        _excerpt(finding, source),
        element("dl", *facts, class_="facts"),
        element("p", "Fingerprint ", element("code", finding.fingerprint), class_="quiet small"),
        class_="finding",
    )


def _where(place: Location) -> Markup:
    return element("code", f"{place.path}:{place.line}:{place.column}", class_="where")


def _fact(fact: object) -> Markup:
    return element("em", "not seen") if fact is None else element("code", value(fact, 400))


def _excerpt(finding: Finding, source: Source) -> Markup:
    """The lines around the place, the offending part marked; none where a secret decided, for it would stand there."""
    if any(SECRET in value(fact, WIDTH * 4) for fact in finding.facts.values()):
        return element("p", "The line holds a secret and is not shown.", class_="quiet small")
    at = finding.location.line
    lines = source(finding.location.path)
    if not 0 < at <= len(lines):
        return join([])
    shown = []
    for number in range(max(1, at - CONTEXT), min(len(lines), at + CONTEXT) + 1):
        before, marked = _window(lines[number - 1], finding.location.column if number == at else 0)
        text = [before, element("mark", marked)] if marked else [before]
        shown.append(
            element(
                "code",
                element("span", number, class_="number"),
                element("span", *text, Markup("\n"), class_="text"),
                class_="line at" if number == at else "line",
            )
        )
    return element("pre", *shown, class_="excerpt")


def _window(line: str, column: int) -> tuple[str, str]:
    """What stands before a column (0: all of it) and from it on, `WIDTH` characters around it at most."""
    line = line.rstrip()
    start = max(0, column - WIDTH // 2)
    cut = line[start : start + WIDTH]
    split = max(0, column - 1 - start) if column else len(cut)
    before = ("…" if start else "") + cut[:split].replace("\t", "    ")
    after = cut[split:].replace("\t", "    ") + ("…" if len(line) > start + WIDTH else "")
    return (before, after) if column else (before + after, "")
