"""One rule that failed, on the HTML page: why it matters, what to do, and each place with its lines and facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from holdfast.core.finding import Finding, Location
from holdfast.core.rule import Rule
from holdfast.report.excerpt import Line, excerpt
from holdfast.report.markup import NEWLINE, Markup, element, join, link, prose
from holdfast.report.wording import decisive, nothing, value

CONTEXT = 2
"""Lines shown before and after the offending one."""
VALUES = 10
"""Elements of one fact at most."""
LISTED = 200
"""Rows of a table at most; the rest is counted."""
NARROW = frozenset(("Severity", "Findings", "By", "Until", "Seen"))
SLUG = re.compile(r"[a-z0-9-]{1,80}")

Source = Callable[[str], Sequence[str]]


def article(group: Sequence[Finding], rule: Rule | None, id: str, source: Source, in_full: int) -> Markup:
    """The rule and its findings: `in_full` of them with their lines, the others in a table, the rest as a number."""
    first = group[0]
    parts = [_about(first, rule), *(_finding(finding, first, source) for finding in group[:in_full])]
    rest = group[in_full:]
    if rest:
        noun = "finding" if len(rest) == 1 else "findings"
        rows: Iterator[list[Markup | str]] = (
            [_where(other.location), element("code", other.asset), subject(other)] for other in rest
        )
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
    cells = (element("th", head, scope="col", class_="narrow" if head in NARROW else "") for head in heads)
    head = element("thead", element("tr", *cells))
    title = [element("caption", caption)] if caption else []
    more = [element("p", f"and {count - LISTED} more", class_="quiet")] if count > LISTED else []
    return join([element("table", *title, head, element("tbody", *body)), *more])


def _about(first: Finding, rule: Rule | None) -> Markup:
    entries = [("Why", prose(first.because)), ("Fix", prose(first.fix))]
    if rule is not None and rule.sources:
        items = []
        for source in rule.sources:
            note = ", ".join(filter(None, (source.versions, f"checked {source.checked}")))
            items.append(
                element("li", link(source.url, source.title), " ", element("span", note, class_="quiet small"))
            )
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
        for path, fact in decisive(finding.facts).items()
        for part in (element("dt", element("code", path)), element("dd", _fact(fact, nothing(finding))))
    ]
    return element(
        "section",
        element("h4", _where(finding.location)),
        element("p", *about, *new, class_="meta small"),
        _excerpt(finding, source),
        element("dl", *facts, class_="facts", aria_label="Facts that decided"),
        element("p", "Fingerprint ", element("code", finding.fingerprint), class_="quiet small"),
        class_="finding",
    )


def _where(place: Location) -> Markup:
    return element("code", f"{place.path}:{place.line}:{place.column}", class_="where")


def _fact(fact: object, none: str) -> Markup:
    if fact is None:
        return element("em", none)
    if isinstance(fact, list | tuple) and fact:
        more = [element("div", f"and {len(fact) - VALUES} more", class_="quiet")] if len(fact) > VALUES else []
        return join([*(element("div", element("code", value(item, 400))) for item in fact[:VALUES]), *more])
    return element("code", value(fact, 400))


def _excerpt(finding: Finding, source: Source) -> Markup:
    """The lines around the place, the offending part marked."""
    place = finding.location
    shown = [
        element(
            "code",
            element("span", line.number, class_="number"),
            element("span", *_marked(line), class_="text"),
            class_="line at" if line.number == place.line else "line",
        )
        for line in excerpt(source(place.path), place.line, place.column, CONTEXT)
    ]
    return element("pre", *shown, class_="excerpt") if shown else join([])


def _marked(line: Line) -> Iterator[Markup | str]:
    yield line.before.replace("\t", "    ")
    if line.marked:
        yield element("mark", line.marked.replace("\t", "    "))
    yield NEWLINE
