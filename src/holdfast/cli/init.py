"""`holdfast init`: write a first `holdfast.yaml`."""

from __future__ import annotations

import argparse

from holdfast.app.settings import FILE, init
from holdfast.cli.parsers import Parser

EXAMPLES = ("holdfast init                         in the folder that `holdfast check` will run in",)


def configure(parser: Parser) -> None:
    """Adds the example: the command has no options."""
    parser.show(EXAMPLES)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Writes the file and says what to do next."""
    del options
    init()
    print(f"{FILE} written: set the owners, then run `holdfast check`")
    return 0
