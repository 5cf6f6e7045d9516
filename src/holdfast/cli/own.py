"""Which rules of the user's own a command about rules takes in."""

from __future__ import annotations

import argparse

from holdfast.app.settings import read_settings


def add_own(parser: argparse.ArgumentParser) -> None:
    """Adds `--rules` and `--config`."""
    parser.add_argument(
        "--rules", action="append", default=[], metavar="DIR", help="your own rules in DIR, too (repeatable)"
    )
    add_config(parser)


def add_config(parser: argparse.ArgumentParser) -> None:
    """Adds `--config`."""
    parser.add_argument(
        "--config", default="", metavar="FILE", help="settings (default: holdfast.yaml, if there is one)"
    )


def own_rules(options: argparse.Namespace) -> list[str]:
    """The folders that the settings and the command line name, as for `holdfast check`. Raises UsageError."""
    return [*read_settings(options.config).rules, *options.rules]
