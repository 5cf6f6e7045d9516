"""`holdfast kinds`: the vocabulary that rules are written in."""

from __future__ import annotations

import argparse

from holdfast.app import kinds
from holdfast.cli.parsers import Parser

EXAMPLES = ("holdfast kinds                        the kinds", "holdfast kinds show workload          the facts of one")


def configure(parser: Parser) -> None:
    """Adds the subcommands."""
    parser.show(EXAMPLES)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    show = actions.add_parser("show", help="show the fields of a kind", description="Shows the fields of a kind.")
    show.show(EXAMPLES[1:])
    show.add_argument("kind", help="the kind")
    show.set_defaults(run=run_show)
    parser.set_defaults(run=run_list)


def run_list(options: argparse.Namespace) -> int:
    """Prints every kind with its purpose."""
    del options
    for name in kinds.names():
        print(f"{name:20} {kinds.purpose(kinds.kind_named(name))}")
    return 0


def run_show(options: argparse.Namespace) -> int:
    """Prints every field with its type and meaning."""
    kind = kinds.kind_named(options.kind)
    print(f"{options.kind}: {kinds.purpose(kind)}\n")
    for field in kinds.fields(kind):
        hidden = f" Not shown by {', '.join(field.not_shown_by)}." if field.not_shown_by else ""
        print(f"{field.path}  ({field.type})\n    {field.meaning}{hidden}")
    return 0
