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
