"""The entry point: finds the command, runs it, turns errors into exit codes."""

from __future__ import annotations

import sys
from collections.abc import Sequence

COMMANDS = {
    "check": "examine files, folders or standard input",
    "explain": "show what a rule asks, why, and how to mend what it finds",
    "why": "show the facts that decided one finding",
    "accept": "suppress one finding, with a reason",
    "init": "write a first holdfast.yaml",
    "rules": "list, test and write rules",
    "kinds": "show the vocabulary that rules are written in",
}
"""Command -> what it is for; each lives in a file of its name beside this one."""
EXIT_CODES = {
    0: "clean: no finding at or above the threshold",
    1: "findings at or above the threshold (`--fail-on`); wins over 3",
    2: "wrong usage, settings or rules",
    3: "something that should have been readable could not be read or judged",
    70: "internal error: a bug",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and answers its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] in (["--version"], ["-V"]):
        from holdfast import __version__

        print(f"holdfast {__version__}")
        return 0
    return _run(arguments)


def _run(arguments: list[str]) -> int:
    import argparse
    import importlib

    parser = argparse.ArgumentParser(
        prog="holdfast",
        description="Security for AI infrastructure.",
        epilog="Exit: 0 clean, 1 findings, 2 wrong usage, 3 not all could be read or judged, 70 internal error.",
    )
    parser.add_argument("--version", "-V", action="store_true", help="print the version")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    name = next((word for word in arguments if not word.startswith("-")), "")
    for command, purpose in COMMANDS.items():
        sub = commands.add_parser(command, help=purpose, description=purpose.capitalize() + ".")
        if command == name:
            importlib.import_module(f"holdfast.cli.{command}").configure(sub)
    options = parser.parse_args(arguments)
    from holdfast.core.errors import HoldfastError

    try:
        return int(options.run(options))
    except HoldfastError as error:
        print(f"holdfast: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001  # the process edge: a bug is one line and its own exit code
        return _bug(error)


def _bug(error: Exception) -> int:
    """One line about a bug; the traceback only for those who ask, because it may quote what was examined."""
    import os
    import traceback

    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{os.path.basename(place.filename)}:{place.lineno}"
    print(f"holdfast: internal error: {type(error).__name__} at {where}; please report it", file=sys.stderr)
    if os.environ.get("HOLDFAST_TRACEBACK"):
        traceback.print_exception(error)
    return 70
