"""`holdfast diff`: what changed between two recorded runs."""

from __future__ import annotations

import argparse

from holdfast.app.diff import FORMATS, difference, recorded_runs, shown
from holdfast.app.settings import read_settings
from holdfast.app.store import open_store
from holdfast.cli.check import print_bytes
from holdfast.cli.own import add_config
from holdfast.cli.parsers import Parser

EXAMPLES = (
    "holdfast diff            what the last run changed",
    "holdfast diff 12         what changed since run 12",
    "holdfast diff --runs     the runs that are recorded",
    "holdfast diff 12 15      what changed after run 12, up to run 15",
)


def configure(parser: Parser) -> None:
    """Adds the options of this command."""
    parser.show(EXAMPLES)
    parser.add_argument("first", nargs="?", type=int, metavar="FROM", help="a run (default: the one before the last)")
    parser.add_argument("last", nargs="?", type=int, metavar="TO", help="a later run (default: the last)")
    parser.add_argument("--runs", action="store_true", help="list the recorded runs instead, the last one first")
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to show it (default: text)")
    add_config(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Prints what changed."""
    settings = read_settings(options.config)
    with open_store(settings.store, create=False) as store:
        if options.runs:
            print_bytes(recorded_runs(store.database, options.format))
            return 0
        found = difference(store.database, options.first, options.last)
    print_bytes(shown(found, options.format))
    return 0
