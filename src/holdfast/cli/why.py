"""`holdfast why FINGERPRINT`: the facts that decided one finding."""

from __future__ import annotations

import argparse

from holdfast.app.check import Sources
from holdfast.app.finding import find
from holdfast.app.rules import find as find_rule
from holdfast.app.settings import read_settings
from holdfast.cli.check import add_selection, request_of


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    parser.add_argument("fingerprint", help="the fingerprint of a finding, or its start")
    add_selection(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Examines again and prints the finding, its condition and every fact that decided."""
    settings = read_settings(options.config)
    finding = find(request_of(options, settings.profile), settings, Sources(), options.fingerprint)
    rule = find_rule(finding.rule, *options.rules[:1])
    print(f"{finding.message}  [{finding.rule}]")
    print(f"  status       {finding.status}" + (f": {finding.reason}" if finding.reason else ""))
    print(f"  severity     {finding.severity}, confidence {finding.confidence}")
    print(f"  asset        {finding.asset}")
    place = finding.location
    print(f"  place        {place.path}:{place.line}:{place.column} {place.pointer}")
    if rule.applies_when:
        print(f"  applies when {rule.applies_when}")
    print(f"  fails when   {rule.fails_when}")
    for path, value in finding.facts.items():
        print(f"  saw          {path} = {'not seen' if value is None else value}")
    if finding.suppressed is not None:
        print(f"  suppressed   by {finding.suppressed.by}: {finding.suppressed.reason} {finding.suppressed.until}")
    print(f"  fingerprint  {finding.fingerprint}")
    print(f"\nWhy   {finding.because}\nFix   {finding.fix}")
    return 0
