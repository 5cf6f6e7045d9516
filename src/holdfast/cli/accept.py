"""`holdfast accept FINGERPRINT`: suppress one finding, with a reason."""

from __future__ import annotations

import argparse

from holdfast.app.check import write_file
from holdfast.app.finding import find, redacted_example
from holdfast.app.reports import visible
from holdfast.app.settings import FILE, accept, read_settings
from holdfast.cli.check import add_selection, request_of
from holdfast.cli.parsers import Parser, day, prose

EXAMPLES = ('holdfast accept 5d41402a --reason "single-tenant nodes" --until 2027-03-31',)


def configure(parser: Parser) -> None:
    """Adds the options of this command."""
    parser.show(EXAMPLES)
    parser.add_argument("fingerprint", help="the fingerprint of a finding, or its start")
    add_selection(parser)
    parser.add_argument("--reason", type=prose, required=True, help="why this is acceptable")
    parser.add_argument("--until", type=day, metavar="YYYY-MM-DD", help="the last day on which it is")
    parser.add_argument(
        "--example", default="", metavar="FILE", help="also write a redacted example for the rule's author"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Writes the suppression into the settings file."""
    settings = read_settings(options.config)
    request = request_of(options, settings.profile)
    found = find(request, settings, options.fingerprint)
    example = redacted_example(found, request.today) if options.example else ""
    path = options.config or FILE
    accept(found.finding, options.reason, options.until, request.today, path)
    place = found.finding.location
    print(visible(f"{found.rule.id} at {place.path}:{place.line} is accepted in {path}"))
    if options.example:
        write_file(options.example, example.encode())
        print(visible(f"a redacted example is in {options.example}"))
    return 0
