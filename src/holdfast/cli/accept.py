"""`holdfast accept FINGERPRINT`: suppress one finding, with a reason."""

from __future__ import annotations

import argparse
from datetime import date

from holdfast.app.check import Sources, write_file
from holdfast.app.finding import find, redacted_example
from holdfast.app.settings import FILE, accept, read_settings
from holdfast.cli.check import add_selection, request_of


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    parser.add_argument("fingerprint", help="the fingerprint of a finding, or its start")
    add_selection(parser)
    parser.add_argument("--reason", required=True, help="why this is acceptable")
    parser.add_argument("--until", type=date.fromisoformat, metavar="YYYY-MM-DD", help="the last day on which it is")
    parser.add_argument(
        "--example", default="", metavar="FILE", help="also write a redacted example for the rule's author"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Writes the suppression into the settings file."""
    settings = read_settings(options.config)
    finding = find(request_of(options, settings.profile), settings, Sources(), options.fingerprint)
    path = options.config or FILE
    accept(finding, options.reason, options.until, path)
    print(f"{finding.rule} at {finding.location.path}:{finding.location.line} is accepted in {path}")
    if options.example:
        write_file(options.example, redacted_example(finding).encode())
        print(f"a redacted example is in {options.example}")
    return 0
