"""`holdfast findings`: what recorded runs found."""

from __future__ import annotations

import argparse
import sys
from datetime import date

from holdfast.app.findings import FORMATS, page, page_mark, shown
from holdfast.app.named import known_asset, known_origin, known_rule, nothing_like
from holdfast.app.settings import read_settings
from holdfast.app.store import open_store
from holdfast.cli.check import print_bytes
from holdfast.cli.own import add_config
from holdfast.cli.parsers import Parser, number, words
from holdfast.core.inventory import Wanted
from holdfast.core.rule import SEVERITIES

EXAMPLES = (
    "holdfast findings                                the worst hundred that are open",
    "holdfast findings --severity high --owner ml-platform",
    "holdfast findings --state suppressed             what was accepted, and until when",
    "holdfast findings --rule bucket-publicly-readable --format json",
)


def configure(parser: Parser) -> None:
    """Adds the options of this command."""
    parser.show(EXAMPLES)
    add = parser.add_argument
    add("--state", choices=("open", "suppressed", "resolved"), default="open", help="default: open")
    add("--severity", choices=SEVERITIES, default="info", metavar="SEVERITY", help="this severity and worse ones")
    add("--rule", type=words, default="", metavar="ID", help="only those of this rule")
    add("--owner", type=words, default="", help="only what this team or person owns")
    add("--asset", type=words, default="", metavar="ID", help="only those about this asset")
    add("--origin", type=words, default="", help="only what was seen in this repository, host or account")
    add("--limit", type=number, default=100, metavar="N", help="findings of one page (default: 100)")
    add("--after", default="", metavar="MARK", help="the next page: what the page before ended with")
    add("--format", choices=FORMATS, default="table", help="how to show it (default: table)")
    add_config(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Prints one page."""
    settings = read_settings(options.config)
    wanted = Wanted(
        state=options.state,
        rule=options.rule,
        owner=options.owner,
        asset=options.asset,
        origin=options.origin,
        at_least=options.severity,
        after=page_mark(options.after),
        limit=options.limit,
        today=date.today().isoformat(),  # noqa: DTZ011  # the user's own day, as where suppressions are judged
    )
    with open_store(settings.store, create=False) as store:
        known_rule(store.database, options.rule, settings.rules)
        known_asset(store.database, options.asset)
        known_origin(store.database, options.origin)
        found = page(store.database, wanted)
        told = "" if found else nothing_like(store.database, {"owner": options.owner})
    data, more = shown(found, wanted, options.format)
    print_bytes(data)
    if told and options.format == "table":
        print(told, file=sys.stderr)
    if more:
        print(f"there are more: --after {more}", file=sys.stderr)
    return 0
