"""`holdfast attest`: a person states what no machine can see."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from holdfast.app.attest import drop, listed, state
from holdfast.app.reports import visible
from holdfast.app.settings import read_settings
from holdfast.app.store import open_store
from holdfast.cli.check import print_bytes
from holdfast.cli.own import add_config
from holdfast.cli.parsers import Parser, day, number, prose, words
from holdfast.core.errors import UsageError

EXAMPLES = (
    'holdfast attest Z38 --by "Jo Doe" --statement "all data scientists were trained" --file training.pdf',
    'holdfast attest W33 --by "Jo Doe" --statement "reviewed" --asset "instance/*" --until 2027-02-28',
    "holdfast attest                       what was attested",
    "holdfast attest --withdraw 3",
)


def configure(parser: Parser) -> None:
    """Adds the options of this command."""
    parser.show(EXAMPLES)
    parser.add_argument("requirement", nargs="?", default="", metavar="ID", help="the requirement that is met")
    parser.add_argument("--by", type=prose, default="", metavar="PERSON", help="who states it")
    parser.add_argument("--statement", type=prose, default="", metavar="TEXT", help="what is stated")
    parser.add_argument("--file", default="", metavar="FILE", help="what shows it; its SHA-256 is kept, not the file")
    parser.add_argument(
        "--asset", type=words, default="*", metavar="PATTERN", help="whose ids it is about (default: all)"
    )
    parser.add_argument(
        "--until", type=day, metavar="YYYY-MM-DD", help="the last day on which it holds (default: as long as it counts)"
    )
    parser.add_argument("--withdraw", type=number, metavar="NUMBER", help="end an attestation")
    add_config(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Stores an attestation, withdraws one, or lists them."""
    said = bool(options.by or options.statement or options.file or options.until or options.asset != "*")
    if said and not options.requirement:
        raise UsageError("an attestation is about a requirement", hint="`holdfast coverage` lists all of them")
    settings = read_settings(options.config)
    now = datetime.now(UTC)
    with open_store(settings.store, create=bool(options.requirement)) as store:
        if options.withdraw is not None:
            drop(store.database, store.ledger, options.withdraw, now)
            print(f"attestation {options.withdraw} is withdrawn")
        elif options.requirement:
            made = state(
                store.database,
                store.ledger,
                requirement=options.requirement,
                subject=options.asset,
                person=options.by,
                statement=options.statement,
                file=options.file,
                until=options.until,
                now=now,
            )
            print(visible(f"attestation {made.id}: {made.requirement} holds until {made.until}, says {made.person}"))
        else:
            print_bytes(listed(store.database, now.date()))
    return 0
