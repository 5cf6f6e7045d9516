"""JUnit XML, as GitLab and Jenkins read it.

There is no standard; what is written is what both parsers use (GitLab: lib/gitlab/ci/parsers/test/junit.rb and
"Unit test reports"; Jenkins: junit-plugin's CaseResult):

- a `testsuite` for each file; a `testcase` for each finding, classed by its rule, because both group by `classname`;
- a finding is a `failure`, a source that could not be read an `error`;
- an undecided question and an unrendered template are `skipped`, which both show without failing for it, or an
  `error` when coverage is strict; a suppressed finding and what was left out on purpose are always `skipped`;
- one last `testcase` that passes says what was examined, because Jenkins refuses a report without any;
- the body of an element repeats its `message`, which GitLab does not read; GitLab keeps only the first of several
  cases with one name, so names that recur are numbered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from html import escape
from typing import Literal

from msgspec import Struct

from holdfast.core.coverage import Gap
from holdfast.core.finding import Finding
from holdfast.core.result import Result
from holdfast.report.wording import saw, visible

Outcome = Literal["failure", "error", "skipped", ""]
COUNTED: tuple[tuple[str, Outcome], ...] = (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))


class Options(Struct, frozen=True):
    """How to write it."""

    strict: bool = False
    """Whether undecided questions and unrendered templates are errors, as with `--strict-coverage`."""
    now: datetime | None = None
    """When the check ended; left out when unknown."""


class Case(Struct, frozen=True):
    """One `testcase`."""

    suite: str
    classname: str
    name: str
    outcome: Outcome
    type: str
    message: str
    body: tuple[str, ...]


def render(result: Result, options: Options) -> bytes:
    """One XML 1.0 document, ended by a line feed."""
    suites: dict[str, list[Case]] = {}
    for case in _cases(result, options):
        suites.setdefault(case.suite, []).append(case)
    timestamp = f' timestamp="{options.now.isoformat(timespec="seconds")}"' if options.now else ""
    examined = [_examined(result)]
    everything = [case for cases in (*suites.values(), examined) for case in cases]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="holdfast"{_counts(everything)}>']
    for path in sorted(suites):
        lines.append(f"  <testsuite name={_quoted(path)}{_counts(suites[path])}{timestamp}>")
        lines.extend(_testcases(path, suites[path]))
        lines.append("  </testsuite>")
    lines.append(f'  <testsuite name="holdfast"{_counts(examined)}{timestamp}>')
    lines.extend(_testcases("", examined))
    lines.extend(["  </testsuite>", "</testsuites>", ""])
    return "\n".join(lines).encode()


def _cases(result: Result, options: Options) -> Iterator[Case]:
    for finding in result.open():
        yield _case(finding, "failure", finding.message)
    for finding in result.unknown:
        message = f"{finding.message}: not decided, {finding.reason}"
        yield _case(finding, "error" if options.strict else "skipped", message)
    for finding in result.findings:
        if finding.suppressed is not None:
            message = f"{finding.message}: suppressed by {finding.suppressed.by}, {finding.suppressed.reason}"
            yield _case(finding, "skipped", message)
    for gap in result.examined.gaps:
        yield _gap(gap, options)


def _case(finding: Finding, outcome: Outcome, message: str) -> Case:
    place = finding.location
    body = [
        message,
        f"where: {place.path}:{place.line}:{place.column}",
        f"why: {finding.because}",
        f"fix: {finding.fix}",
        f"saw: {saw(finding)}",
        f"fingerprint: {finding.fingerprint}",
    ]
    name = f"{finding.message} ({finding.asset})"
    return Case(place.path, f"holdfast.{finding.rule}", name, outcome, finding.severity, message, tuple(body))


def _gap(gap: Gap, options: Options) -> Case:
    strict = gap.kind == "unreadable" or (options.strict and gap.kind == "template")
    place = f"{gap.path}:{gap.line}" if gap.line else gap.path
    outcome: Outcome = "error" if strict else "skipped"
    return Case(
        gap.path,
        "holdfast.coverage",
        f"{gap.path} is examined",
        outcome,
        gap.kind,
        gap.reason,
        (f"{place}: {gap.reason}",),
    )


def _examined(result: Result) -> Case:
    examined = result.examined
    assets = ", ".join(f"{count} {kind}" for kind, count in sorted(examined.assets.items()))
    body = [
        f"{examined.read} files read, {len(result.rules)} rules asked",
        f"assets: {assets or 'none'}",
        f"{examined.passes} questions passed, {examined.not_applicable} did not apply",
    ]
    body.extend(
        f"not asked: {item.rule}: {item.source} cannot show {', '.join(item.facts)}" for item in result.not_asked
    )
    body.extend(f"suppression: {notice.where}: {notice.what}" for notice in result.notices)
    return Case("", "holdfast.coverage", "what was examined", "", "", "", tuple(body))


def _counts(cases: list[Case]) -> str:
    seen = Counter(case.outcome for case in cases)
    return f' tests="{len(cases)}"' + "".join(f' {name}="{seen[outcome]}"' for name, outcome in COUNTED)


def _testcases(path: str, cases: list[Case]) -> Iterator[str]:
    named: Counter[tuple[str, str]] = Counter()
    for case in cases:
        named[case.classname, case.name] += 1
        times = named[case.classname, case.name]
        name = case.name if times == 1 else f"{case.name} ({times})"
        file = f" file={_quoted(path)}" if path else ""
        yield f"    <testcase classname={_quoted(case.classname)} name={_quoted(name)}{file}>"
        body = "\n".join(_text(line) for line in case.body)
        if case.outcome:
            attributes = f"type={_quoted(case.type)} message={_quoted(case.message)}"
            yield f"      <{case.outcome} {attributes}>{body}</{case.outcome}>"
        else:
            yield f"      <system-out>{body}</system-out>"
        yield "    </testcase>"


def _text(text: str) -> str:
    """Character data. What `visible` leaves is printable, and so within what XML 1.0 allows (section 2.2)."""
    return escape(visible(text), quote=False)


def _quoted(text: str) -> str:
    return f'"{escape(visible(text))}"'
