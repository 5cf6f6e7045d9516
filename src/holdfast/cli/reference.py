"""Writes the reference pages from the code: `python -m holdfast.cli.reference docs/reference`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator

from holdfast.app import kinds, rules
from holdfast.app.settings import SECTIONS
from holdfast.cli.main import COMMANDS, ENVIRONMENT, EXIT_CODES, parsers
from holdfast.core import errors
from holdfast.core.cel.check import signatures
from holdfast.core.cel.functions import FUNCTIONS
from holdfast.core.rule import Rule

HEAD = "<!-- Generated from the code by `make docs`; edit the code instead. -->\n\n"


def pages() -> Iterator[tuple[str, str]]:
    """(file name, text) of every page."""
    yield "command-line.md", HEAD + "# The command line\n\n" + "".join(_commands())
    yield "exit-codes.md", HEAD + "# Exit codes and errors\n\n" + "".join(_errors())
    yield "settings.md", HEAD + "# Settings: `holdfast.yaml`\n\n" + "".join(_settings())
    yield "conditions.md", HEAD + "# Functions of conditions\n\n" + "".join(_functions())
    yield "repairs.md", HEAD + "# Repairs\n\n" + "".join(_repairs())
    yield "kinds.md", HEAD + "# Kinds and their facts\n\n" + "".join(_kinds())
    for kind in kinds.names():
        about = [rule for rule in rules.everything() if rule.kind == kind]
        if about:
            yield f"rules-{kind}.md", HEAD + f"# Rules about `{kind}`\n\n" + "".join(_rule(rule) for rule in about)


def _commands() -> Iterator[str]:
    for name in COMMANDS:
        _, parser = parsers([name])
        assert parser is not None
        yield f"## `holdfast {name}`\n\n{_help(parser)}"
        for action in parser._actions:  # noqa: SLF001  # argparse offers no other way to its subcommands
            if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
                for sub, inner in action.choices.items():
                    yield f"### `holdfast {name} {sub}`\n\n{_help(inner)}"

    yield "## Environment\n\n| variable | meaning |\n|---|---|\n"
    for name, meaning in ENVIRONMENT.items():
        yield f"| `{name}` | {meaning} |\n"


def _help(parser: argparse.ArgumentParser) -> str:
    parser.formatter_class = lambda prog: argparse.RawDescriptionHelpFormatter(prog, width=110)
    return f"```text\n{parser.format_help()}```\n\n"


def _errors() -> Iterator[str]:
    yield "| exit | meaning |\n|---|---|\n"
    for code, meaning in EXIT_CODES.items():
        yield f"| {code} | {meaning} |\n"
    yield "\n| error | exit | meaning |\n|---|---|---|\n"
    for name, error in vars(errors).items():
        if isinstance(error, type) and issubclass(error, errors.HoldfastError):
            yield f"| `{name}` | {error.exit_code} | {kinds.purpose(error)} |\n"


def _settings() -> Iterator[str]:
    for title, section in SECTIONS.items():
        yield f"## {title}\n\n| field | type | meaning |\n|---|---|---|\n"
        for name, type_, meaning in kinds.options(section):
            yield f"| `{name}` | {type_} | {meaning} |\n"
        yield "\n"


def _functions() -> Iterator[str]:
    yield "`has`, `in` and the macros `exists all exists_one filter map` belong to the language itself.\n\n"
    yield "| function | signatures |\n|---|---|\n"
    for name in sorted(FUNCTIONS):
        yield f"| `{name}` | {signatures(name)} |\n"


def _kinds() -> Iterator[str]:
    for name in kinds.names():
        kind = kinds.kind_named(name)
        yield f"## `{name}`\n\n{kinds.purpose(kind)}\n\n"
        yield "| fact | type | meaning | not shown by |\n|---|---|---|---|\n"
        for field in kinds.fields(kind):
            yield f"| `{field.path}` | {field.type} | {field.meaning} | {', '.join(field.not_shown_by)} |\n"
        yield "\n"


def _repairs() -> Iterator[str]:
    yield "What `holdfast fix` repairs by itself: see [how](../how-to/repair-findings.md).\n\n"
    yield "| rule | in | change |\n|---|---|---|\n"
    for rule in rules.everything():
        for repair in rule.repairs:
            yield f"| [{rule.id}](rules-{rule.kind}.md#{rule.id}) | {', '.join(repair.where)} | {repair} |\n"


def _rule(rule: Rule) -> str:
    sources = "".join(f"- {s.title} {s.url} (checked {s.checked})\n" for s in rule.sources)
    each = f"each: {rule.each}\n" if rule.each else ""
    applies = f"applies_when: {rule.applies_when}\n" if rule.applies_when else ""
    listed = ", ".join(rule.requirements) or "none"
    repairs = "".join(f"**Repair** in {', '.join(repair.where)}: {repair}.\n\n" for repair in rule.repairs)
    return (
        f"## {rule.id}\n\n{rule.title}. *{rule.severity}, confidence {rule.confidence}, {rule.maturity}, profiles:"
        f" {', '.join(rule.profiles) or 'none'}.*\n\n**Why.** {rule.because}\n\n**Fix.** {rule.fix}\n\n{repairs}"
        f"```text\n{each}{applies}fails_when: {rule.fails_when}\n```\n\nRequirements: {listed}.\n\n{sources}\n"
    )


def write(folder: str) -> None:
    """Writes every page."""
    os.makedirs(folder, exist_ok=True)
    for name, text in pages():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    write(sys.argv[1])
