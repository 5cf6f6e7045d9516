"""One HTML page that stands alone: no script, nothing loaded, everything from outside escaped and visible.

It is for whoever mends what was found: worst rules first, each with why, fix and the lines in question; then what
stayed open, what was not looked at, what is suppressed, and what was examined.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from msgspec import Struct

from holdfast.core.finding import Finding
from holdfast.core.path import Route
from holdfast.core.result import Result
from holdfast.core.rule import SEVERITIES
from holdfast.report import html_paths
from holdfast.report.html_rule import Source, anchor, article, badge, table
from holdfast.report.html_style import CSS
from holdfast.report.markup import Markup, element, join, jump, prose, stylesheet
from holdfast.report.wording import visible

GAPS = {
    "unreadable": "Could not be read",
    "template": "Unrendered templates: render them, then check the result",
    "left_out": "Left out on purpose",
}


class Options(Struct, frozen=True):
    """How to show it."""

    source: Source
    """Path -> the lines of that source, with secrets masked; empty when they cannot be had. Raises nothing."""
    version: str
    """The version of this program."""
    now: datetime | None = None
    """When the check was made; left out when unknown."""
    title: str = "Security report"
    in_full: int = 10
    """Findings of each rule that are shown with their lines."""


def render(result: Result, options: Options) -> bytes:
    """The page, ended by a line feed."""
    groups: dict[str, list[Finding]] = {}
    for finding in result.open():
        groups.setdefault(finding.rule, []).append(finding)
    names = {rule: anchor(rule, index) for index, rule in enumerate(groups)}
    main = element(
        "main",
        _overview(groups, names),
        html_paths.section(result.paths),
        _findings(result, groups, names, options),
        _undecided(result),
        _unseen(result),
        _suppressed(result),
        _examined(result),
        id="main",
    )
    return _page(_header(result, groups, options), main, options)


def render_paths(routes: Sequence[Route], options: Options) -> bytes:
    """A page of attack paths alone, ended by a line feed."""
    nothing = element("p", "No finding opens a way from the internet to a store of data.")
    header = element("header", *_title(options))
    return _page(header, element("main", html_paths.section(routes) if routes else nothing, id="main"), options)


def _page(header: Markup, main: Markup, options: Options) -> bytes:
    body = element("body", header, main, _footer(options))
    page = element("html", _head(options), body, lang="en")
    return f"<!doctype html>\n{page.html}\n".encode()


def _head(options: Options) -> Markup:
    digest = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="robots", content="noindex"),
        element("title", f"{visible(options.title, 200)} · holdfast"),
        stylesheet(CSS),
    )


def _header(result: Result, groups: Mapping[str, Sequence[Finding]], options: Options) -> Markup:
    counts = result.by_severity()
    numbers = [
        element(
            "div", element("dt", name), element("dd", counts.get(name, 0)), class_=name if name in counts else "none"
        )
        for name in reversed(SEVERITIES)
    ]
    return element(
        "header",
        *_title(options),
        element("p", _verdict(result, groups)),
        element("dl", *numbers, class_="numbers"),
        _bar(counts),
    )


def _title(options: Options) -> tuple[Markup, Markup]:
    when = f" · {options.now:%d %B %Y, %H:%M %Z}".rstrip() if options.now else ""
    return (
        element("p", f"holdfast {visible(options.version, 50)}{when}", class_="quiet small"),
        element("h1", visible(options.title, 200)),
    )


def _verdict(result: Result, groups: Mapping[str, Sequence[Finding]]) -> str:
    """The page in two or three sentences, which claim no more than was seen."""
    count = sum(map(len, groups.values()))
    files = len({finding.location.path for group in groups.values() for finding in group})
    read = _counted(result.examined.read, "file")
    found = f"{_counted(count, 'finding')} from {_counted(len(groups), 'rule')}, in {files} of {read} read."
    said = [found if count else f"No finding in {read} read."]
    unread = sum(gap.kind == "unreadable" for gap in result.examined.gaps)
    if unread:
        said.append(f"{_counted(unread, 'source')} could not be read.")
    if result.unknown:
        said.append(f"{_counted(len(result.unknown), 'question')} stayed open.")
    return " ".join(said)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _bar(counts: Mapping[str, int]) -> Markup:
    """How the findings divide by severity, a thousand units wide."""
    total = sum(counts.values())
    parts = [element("rect", class_="track", width=1000, height=10)]
    left = 0
    for name, count in counts.items():
        share = count * 1000 // total
        parts.append(element("rect", class_=name, x=left, width=max(share - 3, 3), height=10))
        left += share
    words = ", ".join(f"{count} {name}" for name, count in counts.items()) or "no findings"
    return element(
        "svg", *parts, class_="bar", viewBox="0 0 1000 10", preserveAspectRatio="none", role="img", aria_label=words
    )


def _overview(groups: Mapping[str, Sequence[Finding]], names: Mapping[str, str]) -> Markup:
    if not groups:
        return join([])
    rows: Iterator[list[Markup | str]] = (
        [badge(group[0].severity), jump(names[rule], prose(group[0].title)), str(len(group))]
        for rule, group in groups.items()
    )
    return element(
        "nav",
        element("h2", "Rules that fail", id="overview"),
        table("", ("Severity", "Rule", "Findings"), rows, len(groups)),
        aria_labelledby="overview",
    )


def _section(title: str, id: str, *parts: Markup) -> Markup:
    return element("section", element("h2", title, id=id), *parts, aria_labelledby=id)


def _findings(
    result: Result, groups: Mapping[str, Sequence[Finding]], names: Mapping[str, str], options: Options
) -> Markup:
    if not groups:
        quiet = element("p", "No rule that was asked failed for what was read. What follows says what that covers.")
        return _section("Findings", "findings", quiet)
    rules = {rule.id: rule for rule in result.rules}
    source = lru_cache(maxsize=16)(options.source)
    articles = [article(group, rules.get(rule), names[rule], source, options.in_full) for rule, group in groups.items()]
    return _section("Findings", "findings", *articles)


def _undecided(result: Result) -> Markup:
    if not result.unknown:
        return join([])
    rows: Iterator[list[Markup | str]] = (
        [badge(finding.severity), _question(finding), _place(finding), _list(finding.facts)]
        for finding in result.unknown
    )
    text = "A fact that would have decided these could not be seen. They are not passes."
    heads = ("Severity", "Question", "Where", "Not seen")
    return _section("Not decided", "undecided", element("p", text), table("", heads, rows, len(result.unknown)))


def _question(finding: Finding) -> Markup:
    return join([prose(finding.message), element("div", element("code", finding.asset), class_="quiet")])


def _place(finding: Finding) -> Markup:
    return element("code", f"{finding.location.path}:{finding.location.line}")


def _list(names: Mapping[str, object] | Sequence[str]) -> Markup:
    return element("code", ", ".join(names))


def _unseen(result: Result) -> Markup:
    parts = []
    for kind, caption in GAPS.items():
        gaps = [gap for gap in result.examined.gaps if gap.kind == kind]
        if gaps:
            rows: Iterator[list[Markup | str]] = (
                [element("code", f"{gap.path}:{gap.line}" if gap.line else gap.path), gap.reason] for gap in gaps
            )
            parts.append(table(caption, ("Source", "Reason"), rows, len(gaps)))
    if result.not_asked:
        asked: Iterator[list[Markup | str]] = (
            [element("code", item.rule), item.source, _list(item.facts)] for item in result.not_asked
        )
        caption = "Rules not asked, because such a source can never show what they read"
        parts.append(table(caption, ("Rule", "Source", "Cannot show"), asked, len(result.not_asked)))
    return _section("Not looked at", "unseen", *parts) if parts else join([])


def _suppressed(result: Result) -> Markup:
    pairs = [(finding, finding.suppressed) for finding in result.findings if finding.suppressed is not None]
    parts = []
    rows: Iterator[list[Markup | str]] = (
        [badge(finding.severity), _question(finding), _place(finding), prose(why.reason), why.by, why.until or "-"]
        for finding, why in pairs
    )
    heads = ("Severity", "Finding", "Where", "Reason", "By", "Until")
    if pairs:
        parts.append(table("", heads, rows, len(pairs)))
    if result.notices:
        said: Iterator[list[Markup | str]] = ([element("code", note.where), note.what] for note in result.notices)
        parts.append(table("To be looked at", ("Suppression", "What is wrong with it"), said, len(result.notices)))
    return _section("Suppressed", "suppressed", *parts) if parts else join([])


def _examined(result: Result) -> Markup:
    examined = result.examined
    kinds: Iterator[list[Markup | str]] = ([kind, str(count)] for kind, count in sorted(examined.assets.items()))
    facts = (
        f"{_counted(examined.read, 'file')} read. {_counted(len(result.rules), 'rule')} asked: "
        f"{_counted(examined.passes, 'question')} passed, {examined.not_applicable} did not apply."
    )
    rows: Iterator[list[Markup | str]] = ([element("code", rule.id), prose(rule.title)] for rule in result.rules)
    asked = table("", ("Rule", "What it finds"), rows, len(result.rules))
    rules = [element("details", element("summary", "The rules that were asked"), asked)] if result.rules else []
    assets = [table("", ("Kind of asset", "Seen"), kinds, len(examined.assets))] if examined.assets else []
    return _section("What was examined", "examined", element("p", facts), *assets, *rules)


def _footer(options: Options) -> Markup:
    text = f"Made by holdfast {visible(options.version, 50)}. This page holds no script and loads nothing."
    return element("footer", element("p", text))
