"""`holdfast incident`: what a responder has to know about an asset."""

from __future__ import annotations

import argparse
import sys

from holdfast.app.incident import FORMATS, incident, seal, shown
from holdfast.app.named import known_origin
from holdfast.app.settings import read_settings
from holdfast.app.store import clock, open_store
from holdfast.cli.check import print_bytes
from holdfast.cli.own import add_config
from holdfast.cli.parsers import Parser, prose, words

EXAMPLES = (
    "holdfast incident instance/cloud/aws_instance.trainer",
    "holdfast incident workload/apps/chat.yaml/Deployment.web.chat --seal --request-id req_8f2 --note 'key in a gist'",
)


def configure(parser: Parser) -> None:
    """Adds the options of this command."""
    parser.show(EXAMPLES)
    parser.add_argument("asset", type=words, metavar="ASSET", help="an id: `holdfast inventory --all-kinds` lists them")
    parser.add_argument(
        "--origin", type=words, default="", help="the repository, host or account, where several have one of this id"
    )
    parser.add_argument("--seal", action="store_true", help="keep what is shown as an entry of the ledger")
    parser.add_argument(
        "--request-id",
        type=prose,
        action="append",
        default=[],
        metavar="ID",
        help="a provider's id of a request",
    )
    parser.add_argument("--note", type=prose, default="", metavar="TEXT", help="what is known of the incident")
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to show it (default: text)")
    add_config(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Prints what was recorded about the asset and what it reaches, and seals it where that is asked for."""
    settings = read_settings(options.config)
    with open_store(settings.store, create=False) as store:
        known_origin(store.database, options.origin)
        found = incident(store.database, settings, options.asset, options.request_id, options.note, options.origin)
        entry = seal(store.database, store.ledger, found, clock()) if options.seal else None
    print_bytes(shown(found, options.format))
    if entry is not None:
        print(f"sealed as entry {entry} of the ledger", file=sys.stderr)
    return 0
