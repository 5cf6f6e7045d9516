"""`holdfast ledger`: check what was sealed, prove it to others, and let others watch it."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer

from holdfast.app import ledger
from holdfast.app.check import write_file
from holdfast.app.reports import visible
from holdfast.app.settings import Settings, read_settings
from holdfast.cli.parsers import Parser, prose

EXAMPLES = {
    "verify": "holdfast ledger verify",
    "show": "holdfast ledger show --last 20",
    "prove": "holdfast ledger prove 17 --output 17.tlog-proof",
    "verifier": "holdfast ledger verifier > verify_proof.py",
    "erase": 'holdfast ledger erase --subject identity/okta/alice --reason "asked to be forgotten"',
    "prune": 'holdfast ledger prune --below 1000000 --reason "kept for 13 months"',
    "rotate": "holdfast ledger rotate",
    "publish": "holdfast ledger publish s3://our-evidence/holdfast",
    "cosign": "holdfast ledger cosign",
    "ship": "holdfast ledger ship https://collector.example:8766",
    "witness": "holdfast ledger witness --listen 127.0.0.1:8765 --folder witness --log KEY",
    "collect": "holdfast ledger collect --listen 127.0.0.1:8766 --folder collected --log KEY",
}
"""Action -> an example."""
PURPOSES = {
    "verify": "check every entry, payload, signature and file",
    "show": "show an entry, or the last ones, and the key that others verify with",
    "prove": "write the proof of an entry, for somebody who trusts nobody",
    "verifier": "print the program that verifies proofs; it needs Python and nothing else",
    "erase": "erase payloads; what was sealed stays provable",
    "prune": "delete the oldest entries, 256 at a time; the later ones stay provable",
    "rotate": "change the key that signs",
    "publish": "write checkpoint and tiles to a folder or to object storage",
    "cosign": "ask the witnesses of the settings to cosign",
    "ship": "send a collector what it lacks",
    "witness": "run a witness: it cosigns logs that only grow",
    "collect": "run a collector: it keeps what logs ship, and raises alarms",
}


def configure(parser: Parser) -> None:
    """Adds the subcommands."""
    parser.show(tuple(EXAMPLES.values()))
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    added: dict[str, argparse.ArgumentParser] = {}
    for name, purpose in PURPOSES.items():
        added[name] = actions.add_parser(name, help=purpose, description=f"{purpose.capitalize()}.")
        added[name].set_defaults(run=globals()[f"run_{name}"])
        actions.choices[name].show([EXAMPLES[name]])
        if name not in {"verifier", "witness", "collect"}:
            added[name].add_argument("--config", default="", metavar="FILE", help="settings (default: holdfast.yaml)")
    added["show"].add_argument("entry", nargs="?", type=natural, metavar="ENTRY", help="the number of an entry")
    added["show"].add_argument("--last", type=natural, default=10, metavar="N", help="how many (default: 10)")
    added["prove"].add_argument("entry", type=natural, metavar="ENTRY", help="the number of an entry")
    added["prove"].add_argument("--output", default="", metavar="FILE", help="write it there (default: print it)")
    added["prove"].add_argument(
        "--key", default="", metavar="KEY", help="a key that the verifier has; without it the best checkpoint is taken"
    )
    added["erase"].add_argument("entries", nargs="*", type=natural, metavar="ENTRY", help="the numbers of entries")
    added["erase"].add_argument("--subject", default="", metavar="NAME", help="all entries about this asset or person")
    added["prune"].add_argument("--below", type=natural, required=True, metavar="N", help="entries below this number")
    added["prune"].add_argument(
        "--leave-behind", action="store_true", help="also what a publication, witness, collector or other host lacks"
    )
    for name in ("erase", "prune"):
        added[name].add_argument("--reason", type=given, required=True, help="why; it is sealed")
    added["rotate"].add_argument(
        "--second", action="store_true", help="make a post-quantum key (ML-DSA-44) that signs beside it instead"
    )
    added["publish"].add_argument(
        "where", nargs="?", default="", metavar="WHERE", help="a folder, or s3://BUCKET/PREFIX (default: its own, anew)"
    )
    added["ship"].add_argument("url", metavar="URL", help="where the collector answers")
    _servers(added)


def _servers(added: dict[str, argparse.ArgumentParser]) -> None:
    for name, port in (("witness", 8765), ("collect", 8766)):
        added[name].add_argument(
            "--listen", default=f"127.0.0.1:{port}", metavar="HOST:PORT", help=f"(default: 127.0.0.1:{port})"
        )
        added[name].add_argument("--folder", required=True, metavar="DIR", help="where its memory is")
        added[name].add_argument(
            "--log", action="append", required=True, metavar="KEY", help="the key of a ledger (repeatable)"
        )
    added["witness"].add_argument("--second", action="store_true", help="make a post-quantum key (ML-DSA-44)")
    added["collect"].add_argument(
        "--silence",
        type=duration,
        default=900,
        metavar="SECONDS",
        help="the longest without a checkpoint (default: 900)",
    )
    added["collect"].add_argument("--check", action="store_true", help="look once at what is there, and end")


def natural(text: str) -> int:
    """A number from 0 on. Raises ArgumentTypeError."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise argparse.ArgumentTypeError("a number from 0 on")
    return int(text)


def duration(text: str) -> float:
    """Seconds. Raises ArgumentTypeError."""
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found < 1e10:
        raise argparse.ArgumentTypeError("seconds, from 0 on")
    return found


def _settings(options: argparse.Namespace) -> Settings:
    return read_settings(options.config)


def say(line: str) -> None:
    """Tells a line on standard error."""
    for each in line.splitlines():
        print(f"holdfast: {visible(each, 2000)}", file=sys.stderr, flush=True)


def given(text: str) -> str:
    """A reason, without credentials. Raises ArgumentTypeError for none."""
    if not text.strip():
        raise argparse.ArgumentTypeError("say why")
    return prose(text)


def run_verify(options: argparse.Namespace) -> int:
    """Prints what is wrong, one line each."""
    report = ledger.check_all(_settings(options))
    for what, where in report.problems:
        print(visible(f"{where}: {what}", 2000))
    if report.untold:
        print(f"and {report.untold} more")
    for notice in report.notices:
        say(notice)
    counts = f"{report.entries} entries ({report.erased} erased, {report.pruned} pruned), "
    counts += f"{report.checkpoints} checkpoints, {report.tiles} tiles"
    wrong = len(report.problems) + report.untold
    print(f"{wrong} problems in {counts}" if wrong else f"all is as it was sealed: {counts}")
    return 1 if wrong else 0


def run_show(options: argparse.Namespace) -> int:
    """Prints entries."""
    settings = _settings(options)
    print(f"{'NUMBER':>8} {'SEALED':29} {'KIND':12} {'SUBJECT':32} PAYLOAD")
    for number, envelope, payload in ledger.shown(settings, options.entry, options.last):
        at = datetime.fromtimestamp(envelope.at / 1_000_000, UTC).isoformat(timespec="milliseconds")
        size = f"{envelope.length} bytes" if payload is not None else "not there: erased, or lost"
        print(f"{number:8} {at} {envelope.kind:12} {envelope.subject or '-':32} {size}")
        if options.entry is not None:
            print(f"source {envelope.source} number {envelope.number} session {envelope.session}")
            print(f"commitment {envelope.commitment}")
            print(visible((payload or b"").decode("utf-8", "backslashreplace"), 100_000))
    if options.entry is None:
        key, size_ = ledger.about(settings)
        print(f"{size_} entries; the key that others verify with:\n{key}", file=sys.stderr)
    return 0


def run_prove(options: argparse.Namespace) -> int:
    """Writes a proof."""
    settings = _settings(options)
    text, key = ledger.proof(settings, options.entry, options.key)
    if options.output:
        write_file(options.output, text)
        print(visible(f"{options.output} is written; who has it verifies it so:"))
        print("  holdfast ledger verifier > verify_proof.py")
        print(visible(f"  python3 verify_proof.py {shlex.quote(options.output)} --key {key}"))
    else:
        print(text.decode(), end="")
    return 0


def run_verifier(_: argparse.Namespace) -> int:
    """Prints the program."""
    print(ledger.verifier_program(), end="")
    return 0


def run_erase(options: argparse.Namespace) -> int:
    """Erases payloads."""
    if bool(options.entries) == bool(options.subject):
        say("name entries, or a --subject")
        return 2
    count = ledger.erase_payloads(_settings(options), options.entries, options.subject, options.reason)
    print(f"{count} payloads are erased; backups of the store may hold them still")
    if options.subject:
        print("what assets are now, and what is found of them, stays in the inventory until a run sees it gone")
    return 0


def run_prune(options: argparse.Namespace) -> int:
    """Deletes old entries."""
    count = ledger.prune_below(_settings(options), options.below, options.reason, leave_behind=options.leave_behind)
    print(f"{count} entries are deleted")
    return 0


def run_rotate(options: argparse.Namespace) -> int:
    """Changes the key, and prints the new one."""
    print(ledger.change_key(_settings(options), second=options.second))
    return 0


def run_publish(options: argparse.Namespace) -> int:
    """Publishes elsewhere."""
    size = ledger.publish_to(_settings(options), options.where)
    print(visible(f"{size} entries are published in {options.where or 'the folder of the store'}"))
    return 0


def run_cosign(options: argparse.Namespace) -> int:
    """Asks the witnesses; fewer than the quorum are exit code 1."""
    settings = _settings(options)
    size, asked = ledger.cosigned(settings)
    for name, trouble in asked:
        print(visible(f"{name}: {trouble or f'cosigned {size} entries'}"))
    count = sum(not each.trouble for each in asked)
    print(f"{count} of {len(asked)} witnesses cosigned, {settings.quorum} are needed")
    return 0 if count >= settings.quorum else 1


def run_ship(options: argparse.Namespace) -> int:
    """Sends what is missing there."""
    print(f"{ledger.shipped(_settings(options), options.url)} entries were sent")
    return 0


def run_witness(options: argparse.Namespace) -> int:
    """Runs until it is interrupted."""
    witness = ledger.witness_at(options.folder, options.log, quantum=options.second)
    with ledger.serve(options.listen, witness, say) as server:
        say(f"witness on {_address(server)}, its key is")
        print(ledger.key_of(witness), flush=True)
        server.serve_forever()
    return 0


def run_collect(options: argparse.Namespace) -> int:
    """Runs until it is interrupted, or looks once; alarms are exit code 1."""
    since = 0.0 if options.check else ledger.seconds()
    collector = ledger.collector_at(options.folder, options.log, options.silence, since=since)
    if options.check:
        return _alarms(collector, set())
    told: set[str] = set()
    with ledger.serve(options.listen, collector, say) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        say(f"collector on {_address(server)}")
        ended = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: ended.set())
        with suppress(KeyboardInterrupt):
            while not ended.wait(1):
                _alarms(collector, told)
        _alarms(collector, told)
        server.shutdown()
    return 1 if told else 0


def _alarms(collector: ledger.Collector, told: set[str]) -> int:
    """Tells what was not told yet; seconds that pass do not make an alarm another one."""
    found = collector.look(ledger.seconds())
    for alarm in found:
        sign = alarm.partition(" for ")[0]
        if sign not in told:
            told.add(sign)
            say(f"ALARM {alarm}")
    return 1 if found else 0


def _address(server: ThreadingHTTPServer) -> str:
    host, port = server.server_address[:2]
    return f"http://{host!s}:{port}"
