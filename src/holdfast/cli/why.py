"""`holdfast why FINGERPRINT`: the facts that decided one finding."""

from __future__ import annotations

import argparse

from holdfast.app.finding import find
from holdfast.app.reports import nothing, value, visible
from holdfast.app.settings import read_settings
from holdfast.cli.check import add_selection, request_of
from holdfast.cli.parsers import Parser

EXAMPLES = ("holdfast why 5d41402a                 the start of a fingerprint is enough",)


def configure(parser: Parser) -> None:
    """Adds the options of this command."""
    parser.show(EXAMPLES)
    parser.add_argument("fingerprint", help="the fingerprint of a finding, or its start")
    add_selection(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Examines again and prints the finding, its condition and every fact that decided."""
    settings = read_settings(options.config)
    found = find(request_of(options, settings.profile), settings, options.fingerprint)
    finding, rule, place = found.finding, found.rule, found.finding.location
    lines = [
        f"{finding.message}  [{finding.rule}]",
        f"  status       {finding.status}" + (f": {finding.reason}" if finding.reason else ""),
        f"  severity     {finding.severity}, confidence {finding.confidence}",
        f"  asset        {finding.asset}",
        f"  place        {place.path}:{place.line}:{place.column} {place.pointer}".rstrip(),
        *([f"  applies when {rule.applies_when}"] if rule.applies_when else []),
        f"  fails when   {rule.fails_when}",
        *(f"  saw          {path} = {value(fact, none=nothing(finding))}" for path, fact in finding.facts.items()),
    ]
    if finding.suppressed is not None:
        until = f" until {finding.suppressed.until}" if finding.suppressed.until else ""
        lines.append(f"  suppressed   by {finding.suppressed.by}{until}: {finding.suppressed.reason}")
    lines += [f"  fingerprint  {finding.fingerprint}", "", f"Why   {finding.because}", f"Fix   {finding.fix}"]
    print("\n".join(visible(line, 4000) for line in lines))
    return 0
