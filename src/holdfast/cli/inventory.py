"""`holdfast inventory`: the assets that recorded runs saw, with their owners and what is known of them."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime

from holdfast.app.inventory import FORMATS, credentials, everything, within
from holdfast.app.kinds import kind_named
from holdfast.app.named import known_origin, nothing_like
from holdfast.app.reports import visible
from holdfast.app.settings import Settings, read_settings
from holdfast.app.store import Store, clock, open_store
from holdfast.cli.check import deliver
from holdfast.cli.own import add_config
from holdfast.cli.parsers import Parser, number, prose, words
from holdfast.core.errors import UsageError
from holdfast.core.inventory import Selection

EXAMPLES = (
    "holdfast inventory                            every AI asset that was seen",
    "holdfast inventory --unowned --exposure public",
    "holdfast inventory --kind bucket --class internal --format csv --output buckets.csv",
    "holdfast inventory --shadow --seen dns.log    what is used and declared nowhere",
    "holdfast inventory --shadow --seen flows.gz --store",
    "holdfast inventory --format cyclonedx         as a bill of materials",
)

NARROWING = ("owner", "environment", "data_class", "provider")


def configure(parser: Parser) -> None:
    """Adds the options of this command."""
    parser.show(EXAMPLES)
    add = parser.add_argument
    add("--format", choices=FORMATS, default="table", help="how to show it (default: table)")
    add("--output", default="", metavar="FILE", help="write it to FILE, not standard output")
    add(
        "--kind",
        type=words,
        action="append",
        default=[],
        metavar="KIND",
        help="only this kind of `holdfast kinds list`",
    )
    add("--all-kinds", action="store_true", help="every kind, not only those that an inventory asks for")
    add("--owner", type=words, default="", help="only what this team or person owns")
    add("--environment", type=words, default="", help="only this environment")
    add("--class", dest="data_class", type=words, default="", metavar="CLASS", help="only this class of data")
    add("--exposure", default="", choices=("public", "node", "cluster", "private"), help="only what is exposed so far")
    add("--provider", type=words, default="", help="only what this provider runs")
    add("--origin", type=words, default="", help="only what was seen in this repository, host or account")
    add("--name", type=words, default="", metavar="PATTERN", help="only ids that match (`*` and `?`)")
    add("--unowned", action="store_true", help="only what nobody owns")
    add("--unclassified", action="store_true", help="only what has no class of data")
    add("--stale", type=number, nargs="?", const=7, default=0, metavar="DAYS", help="only what no run saw for 7 DAYS")
    add("--shadow", action="store_true", help="only what something uses or names and nothing declares")
    add("--seen", action="append", default=[], metavar="FILE", help="with --shadow: names from DNS, flows or a list")
    add("--store", action="store_true", help="with --seen: record what is seen as a run, with a finding for each host")
    add("--gone", action="store_true", help="what is gone, instead of what is there")
    add("--credentials", action="store_true", help="the credentials that assets hold, by name, with their holders")
    add(
        "--retire",
        default="",
        metavar="ORIGIN",
        help="record that a repository, host or account is no more, or is called otherwise now: what was seen there is"
        " gone, its findings are resolved",
    )
    add("--reason", type=prose, default="", help="with --retire: why; it is sealed")
    add_config(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Prints the assets that were asked for."""
    if options.retire or options.reason:
        return run_retire(options)
    if options.seen and not options.shadow:
        raise UsageError("--seen is for what is declared nowhere", hint="add --shadow")
    if options.store and not options.seen:
        raise UsageError(
            "--store records what --seen shows", hint="add --seen FILE; `holdfast check --store` records a check"
        )
    for kind in options.kind:
        kind_named(kind)  # a mistyped one would list nothing
    settings = read_settings(options.config)
    now = datetime.now(UTC)
    selection = Selection(
        kinds=tuple(options.kind),
        owner=options.owner,
        environment=options.environment,
        data_class=options.data_class,
        exposure=options.exposure,
        provider=options.provider,
        origin=options.origin,
        lacking=(*(["owner"] * options.unowned), *(["data_class"] * options.unclassified)),
        seen_before=within(now, options.stale) if options.stale else 0,
        undeclared=options.shadow,
        gone=options.gone,
        names=options.name,
        today=now.astimezone().date().isoformat(),
    )
    code = 0
    with open_store(settings.store, create=False) as store:
        known_origin(store.database, options.origin)
        if options.credentials:
            data = credentials(store.database, selection, options.format)
        elif options.shadow:
            data, code = _shadow(options, settings, store, selection)
        else:
            data = everything(store.database, selection, options.format, now, all_kinds=options.all_kinds)
        empty = options.format == "table" and data.count(b"\n") == 1
        told = nothing_like(store.database, {name: getattr(options, name) for name in NARROWING}) if empty else ""
    deliver(data, options.output)
    if told and not code:
        print(told, file=sys.stderr)
    return code


def run_retire(options: argparse.Namespace) -> int:
    """Records that an origin is no more."""
    from holdfast.app.record import retire

    if not options.retire or not options.reason.strip():
        raise UsageError("an origin is retired with a reason", hint="holdfast inventory --retire ORIGIN --reason TEXT")
    done = retire(options.retire, options.reason, read_settings(options.config))
    print(f"recorded as run {done.run}: {done.gone} assets gone, {done.resolved} findings resolved")
    return 0


def _shadow(options: argparse.Namespace, settings: Settings, store: Store, selection: Selection) -> tuple[bytes, int]:
    """What is declared nowhere, recorded where that is asked for; 3 where a file shows nothing that is understood."""
    from holdfast.app.shadow import keep, look, shadow

    started = clock()
    looked = look(store.database, options.seen)
    data = shadow(store.database, selection, looked, options.format)
    if options.store:
        done = keep(store, looked, settings, date.today(), started)  # noqa: DTZ011  # the user's own day
        told = [f"{done.assets} files", *(f"{count} findings {what}" for what, count in done.changes() if count)]
        print(f"recorded as run {done.run}: {', '.join(told)}", file=sys.stderr)
    troubles = [(file.path, file.trouble) for file in looked if file.trouble]
    for path, trouble in troubles:
        print(visible(f"holdfast: {path}: {trouble}", 4000), file=sys.stderr)
    return data, 3 if troubles else 0
