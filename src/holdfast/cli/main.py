"""The entry point: finds the command, runs it, turns errors into exit codes."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Sequence

TYPE_CHECKING = False  # `typing` itself would take a third of the time of `--version`
if TYPE_CHECKING:
    from holdfast.cli.parsers import Parser

COMMANDS = {
    "check": "examine files, folders or standard input",
    "explain": "show what a rule asks, why, and how to mend what it finds",
    "fix": "repair what has a safe mechanical repair; prints a patch, or writes the files",
    "why": "show the facts that decided one finding",
    "accept": "suppress one finding, with a reason",
    "inventory": "list the assets that recorded runs saw, with owners and what is known of them",
    "findings": "list the findings that recorded runs left: open, suppressed or resolved",
    "diff": "show what changed between two recorded runs",
    "paths": "show attack paths through the recorded estate, and who reaches what by right",
    "incident": "show what a responder has to know about an asset and what it reaches",
    "coverage": "show what serves each requirement, and how far the recorded estate meets it",
    "attest": "state what no machine can see, with evidence and an end",
    "init": "write a first holdfast.yaml",
    "rules": "list, test, write and export rules",
    "kinds": "show the vocabulary that rules are written in",
    "ledger": "check, prove, publish and ship what was sealed",
}
"""Command -> what it is for; each lives in a file of its name beside this one."""
EXIT_CODES = {
    0: "clean: no finding at or above the threshold",
    1: "findings at or above the threshold (`--fail-on`), a rule that fails its own test, a repair (`fix`) that is"
    " still to be made or was refused, or a ledger that is not as it was sealed; wins over 3",
    2: "wrong usage, settings or rules",
    3: "something that should have been readable could not be read or judged",
    70: "internal error: a bug",
    130: "interrupted from the keyboard",
    141: "whoever read the output stopped reading, as `head` does",
}
ENVIRONMENT = {
    "HOLDFAST_HOME": "the folder of the store and its keys (default: holdfast in XDG_DATA_HOME, else ~/.local/share)",
    "HOLDFAST_STORE": "a postgresql:// URL: the store is there, not in a file; the keys stay in HOLDFAST_HOME",
    "NO_COLOR": "set to anything but nothing: no colour, on terminals neither",
    "HOLDFAST_TRACEBACK": "set to anything but nothing: an internal error shows where; it may quote what was examined",
}
"""Variable -> what it does."""
LATEST = 253_339_228_800
"""The start of the year 9998: calendars end in the one after it."""
EXAMPLES = (
    "holdfast check .                             examine this folder",
    "holdfast fix .                               a patch for what repairs itself",
    "holdfast explain gpu-container-privileged    what a rule asks, and why",
    "holdfast rules list --kind workload          all rules about workloads",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and answers its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] in (["--version"], ["-V"]):
        from holdfast import __version__

        print(f"holdfast {__version__}")
        return 0
    gc.set_threshold(50_000, 20, 100)  # documents are trees: looking for cycles among them finds none
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence()
        return 141
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001  # the process edge: a bug is one line and its own exit code
        return _bug(error)
    return code


def _run(arguments: list[str]) -> int:
    from holdfast.core.errors import HoldfastError

    if not 0 <= time.time() < LATEST:
        print(
            "holdfast: the clock of this machine is wrong\n  set it: what is recorded bears its time", file=sys.stderr
        )
        return 2
    try:
        parser, sub = parsers(arguments)
        options, extra = parser.parse_known_args(arguments)
        words = [word for word in extra if word == "-" or not word.startswith("-")]
        if words != extra or (words and "targets" not in options):
            (sub or parser).refuse([word for word in extra if word not in words] or words)
        if words:
            options.targets += words  # argparse stops taking targets at the first option between them
        if "run" not in options:
            parser.print_help(sys.stderr)
            return 2
        _accept_any_text()
        return int(options.run(options))
    except SystemExit as end:  # how argparse ends: help is 0, wrong usage 2
        return int(end.code or 0)
    except HoldfastError as error:
        from holdfast.cli.parsers import tell

        tell(error)
        return error.exit_code


def parsers(arguments: Sequence[str]) -> tuple[Parser, Parser | None]:
    """The parser of the command line, and that of the command that it names; only that one is imported."""
    import importlib

    from holdfast.cli.parsers import Parser

    parser = Parser(
        prog="holdfast",
        description="Security for AI infrastructure.",
        examples=EXAMPLES,
        epilog="Exit: 0 clean, 1 findings, 2 wrong usage, 3 not all could be read or judged, 70 internal error.",
    )
    parser.add_argument("--version", "-V", action="store_true", help="print the version")
    commands = parser.add_subparsers(metavar="COMMAND")
    name = next((word for word in arguments if not word.startswith("-")), "")
    chosen = None
    for command, purpose in COMMANDS.items():
        sub = commands.add_parser(command, help=purpose, description=f"{purpose.capitalize()}.")
        if command == name:
            importlib.import_module(f"holdfast.cli.{command}").configure(sub)
            chosen = sub
    return parser, chosen


def _accept_any_text() -> None:
    """Names in what is examined need not fit the terminal's encoding."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def _silence() -> None:
    """Sends the rest of the output nowhere, so that the interpreter's own last flush does not fail again."""
    import os

    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _bug(error: Exception) -> int:
    """One line about a bug; the traceback only for those who ask, because it may quote what was examined."""
    import os
    import traceback

    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{os.path.basename(place.filename)}:{place.lineno}"
    what = f"internal error: {type(error).__name__} at {where}"
    print(f"holdfast: {what}; please report it (HOLDFAST_TRACEBACK=1 shows more)", file=sys.stderr)
    if os.environ.get("HOLDFAST_TRACEBACK"):
        traceback.print_exception(error)
    return 70
