"""`holdfast paths`: attack paths through the recorded estate, and who reaches what by right."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from holdfast.app.named import known_asset
from holdfast.app.recorded import FORMATS, access, attack_paths, shown, shown_access
from holdfast.app.settings import read_settings
from holdfast.app.store import open_store
from holdfast.cli.check import deliver
from holdfast.cli.own import add_config
from holdfast.cli.parsers import Parser, number, words
from holdfast.core.errors import UsageError

EXAMPLES = (
    "holdfast paths                                          the ten that matter most",
    "holdfast paths --to bucket/cloud/aws_s3_bucket.docs     those that end there",
    "holdfast paths --format html --output paths.html        drawn",
    "holdfast paths --readers served_model/models/summary    who may read, copy or change it",
    "holdfast paths --reach identity/cloud/aws_iam_role.a    which stores it reaches",
    "holdfast paths --models                                 who may copy each model",
)


def configure(parser: Parser) -> None:
    """Adds the options of this command."""
    parser.show(EXAMPLES)
    add = parser.add_argument
    add("--to", type=words, default="", metavar="ASSET", help="only paths that end at this asset")
    add("--from", dest="entry", type=words, default="", metavar="ASSET", help="only paths that enter at this asset")
    add("--limit", type=number, default=10, metavar="N", help="at most so many (default: 10)")
    add(
        "--readers",
        type=words,
        default="",
        metavar="ASSET",
        help="instead: who may read or change this by right",
    )
    add(
        "--reach",
        type=words,
        default="",
        metavar="ASSET",
        help="instead: the stores that this one reaches",
    )
    add("--models", action="store_true", help="instead: who may read or copy the artefacts of each model")
    add("--format", choices=(*FORMATS, "csv"), default="text", help="csv for rights only, html for paths only")
    add("--output", default="", metavar="FILE", help="write it to FILE, not standard output")
    add_config(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Prints paths or rights."""
    settings = read_settings(options.config)
    rights = bool(options.readers or options.reach or options.models)
    if options.format == ("html" if rights else "csv"):
        raise UsageError(f"there is no {options.format} of this", hint="one of text, json" + ", csv" * rights)
    with open_store(settings.store, create=False) as store:
        if rights:
            found = access(store.database, readers_of=options.readers, reach_of=options.reach, models=options.models)
            data = shown_access(found, options.format)
        else:
            now = datetime.now(UTC)
            known_asset(store.database, options.to)
            known_asset(store.database, options.entry)
            routes = attack_paths(store.database, options.to, options.entry, options.limit, now.date())
            data = shown(routes, options.format, now)
    deliver(data, options.output)
    return 0
