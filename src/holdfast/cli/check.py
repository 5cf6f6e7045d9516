"""`holdfast check`: examine files, folders or standard input."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from holdfast.app.check import Request, check
from holdfast.app.reports import render
from holdfast.core.rule import SEVERITIES


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    parser.add_argument(
        "targets",
        nargs="*",
        default=["."],
        metavar="TARGET",
        help="a file, a folder, or - for standard input (default: .)",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to show the result")
    parser.add_argument(
        "--fail-on",
        choices=SEVERITIES,
        default="high",
        metavar="SEVERITY",
        help="exit 1 from this severity on (default: high)",
    )
    parser.add_argument("--rule", action="append", default=[], metavar="ID", help="ask only this rule (repeatable)")
    parser.add_argument("--profile", default="ai-default", help="ai-default, strict or cis (default: ai-default)")
    parser.add_argument("--no-ignore", action="store_true", help="examine what .gitignore leaves out, too")
    parser.add_argument("--strict-coverage", action="store_true", help="exit 3 for any gap, templates included")
    parser.add_argument("--all", action="store_true", help="show every finding in full")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Examines, renders to standard output, and answers the exit code."""
    request = Request(
        targets=tuple(options.targets), rules=tuple(options.rule), profile=options.profile, ignore=not options.no_ignore
    )
    result = check(request)
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    sys.stdout.buffer.write(render(result, options.format, source=_lines, colour=colour, everything=options.all))
    return result.exit_code(options.fail_on, strict_coverage=options.strict_coverage)


def _lines(path: str) -> Sequence[str]:
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read().splitlines()
