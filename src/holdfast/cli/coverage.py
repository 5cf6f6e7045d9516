"""`holdfast coverage`: what serves each requirement, and how far the recorded estate meets it."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from datetime import UTC, datetime

from holdfast.app.coverage import FORMATS, areas, coverage, detail, shown
from holdfast.app.named import one_of
from holdfast.app.settings import read_settings
from holdfast.app.store import open_store, stored
from holdfast.app.verified import last_verified
from holdfast.cli.check import deliver
from holdfast.cli.own import add_config
from holdfast.cli.parsers import Parser
from holdfast.core.requirement import STATES

EXAMPLES = (
    "holdfast coverage                     all requirements with their state",
    "holdfast coverage W24 P40             two of them, with the assets in each state",
    "holdfast coverage --state failing --format csv",
)


def configure(parser: Parser) -> None:
    """Adds the options of this command."""
    parser.show(EXAMPLES)
    parser.add_argument("requirements", nargs="*", metavar="ID", help="these requirements, in detail")
    parser.add_argument("--state", choices=STATES, help="only those in this state")
    parser.add_argument("--area", default="", help="only those of this area: inventory, secret, slurm, ...")
    parser.add_argument("--served", action="store_true", help="only those that something in this build serves")
    parser.add_argument("--format", choices=FORMATS, default="table", help="how to show it (default: table)")
    parser.add_argument("--output", default="", metavar="FILE", help="write it to FILE, not standard output")
    add_config(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Prints the requirements with their state."""
    one_of(options.area, areas(), "area")
    settings = read_settings(options.config)
    with ExitStack() as stack:
        there = stored(settings.store)
        database = stack.enter_context(open_store(settings.store, create=False)).database if there else None
        rows = coverage(database, datetime.now(UTC), options.requirements, last_verified())
    if not there:
        print("no run is recorded yet: `holdfast check --store` records one", file=sys.stderr)
    rows = [
        row
        for row in rows
        if (not options.state or row.state == options.state)
        and (not options.area or row.requirement.area == options.area)
        and (not options.served or row.requirement.served)
    ]
    in_full = options.requirements and options.format == "table"
    data = b"\n".join(detail(row) for row in rows) if in_full else shown(rows, options.format)
    deliver(data, options.output)
    return 0
