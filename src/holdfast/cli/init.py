"""`holdfast init`: write a first `holdfast.yaml`."""

from __future__ import annotations

import argparse

from holdfast.app.settings import FILE, init


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds nothing: the command has no options."""
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Writes the file and says what to do next."""
    del options
    init()
    print(f"{FILE} written: set the owners, then run `holdfast check`")
    return 0
