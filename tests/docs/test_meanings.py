"""Everything that a user can set, ask or meet is documented, and means something."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from holdfast.app import kinds
from holdfast.app.reports import FORMATS
from holdfast.app.settings import SECTIONS
from holdfast.cli.main import COMMANDS, ENVIRONMENT, EXIT_CODES, parsers
from holdfast.cli.reference import pages, write
from holdfast.collect.readers import EXTENSIONS, FOLDERS, NAMES, PLACES, reader_of
from holdfast.core import errors
from holdfast.core.cel.check import signatures
from holdfast.core.cel.functions import FUNCTIONS
from holdfast.engine.rulebook import PROFILES, load_shipped
from holdfast.kinds import catalog

ROOT = Path(__file__).parents[2]
TEXT = dict(pages())


def actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for choice in action._choices_actions:
                yield choice
            for inner in action.choices.values():
                yield from actions(inner)
        else:
            yield action


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_flag(command: str) -> None:
    _, parser = parsers([command])
    assert parser is not None
    assert COMMANDS[command]
    assert f"## `holdfast {command}`\n" in TEXT["command-line.md"]
    for action in actions(parser):
        assert action.help, action
        assert all(flag in TEXT["command-line.md"] for flag in action.option_strings)


def test_every_exit_code_error_and_variable() -> None:
    for code, meaning in EXIT_CODES.items():
        assert meaning
        assert f"| {code} | {meaning} |" in TEXT["exit-codes.md"]
    raised = [item for item in vars(errors).values() if isinstance(item, type) and issubclass(item, Exception)]
    assert len(raised) == 5
    for error in raised:
        assert len(kinds.purpose(error)) > 20
        assert f"| `{error.__name__}` | {error.exit_code} | {kinds.purpose(error)} |" in TEXT["exit-codes.md"]  # type: ignore[attr-defined]
    for name, meaning in ENVIRONMENT.items():
        assert f"| `{name}` | {meaning} |" in TEXT["command-line.md"]


def test_every_setting() -> None:
    for section in SECTIONS.values():
        for name, type_, meaning in kinds.options(section):
            assert len(meaning) > 5, name
            assert f"| `{name}` | {type_} | {meaning} |" in TEXT["settings.md"]
    assert "| `profile` | ai-default, strict, cis |" in TEXT["settings.md"]
    assert "| `until` | date |" in TEXT["settings.md"]
    assert "| `owners` | list of owner |" in TEXT["settings.md"]


@pytest.mark.parametrize("name", catalog.names())
def test_every_kind_and_fact(name: str) -> None:
    kind = kinds.kind_named(name)
    assert kinds.purpose(kind)
    found = kinds.fields(kind)
    assert {field.path for field in found} >= set(kind.__struct_fields__)
    for field in found:
        assert len(field.meaning) > 5, field.path
        assert f"| `{field.path}` | {field.type} | " in TEXT["kinds.md"]


def test_every_rule_and_function() -> None:
    for rule in load_shipped():
        assert f"## {rule.id}\n" in TEXT[f"rules-{rule.kind}.md"]
        assert set(rule.profiles) <= set(PROFILES)
    for function in FUNCTIONS:
        assert signatures(function)
        assert f"| `{function}` | " in TEXT["conditions.md"]


def test_the_pages_can_be_written(tmp_path: Path) -> None:
    write(str(tmp_path / "a/b"))
    assert {page.name: page.read_text() for page in (tmp_path / "a/b").iterdir()} == TEXT


def check_options() -> list[str]:
    _, parser = parsers(["check"])
    assert parser is not None
    return parser.names()


def test_the_action_names_options_that_exist() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    (step,) = action["runs"]["steps"]
    script = step["run"]
    for option in re.findall(r"(?<=[( ])--[a-z-]+", script.replace("--quiet", "")):
        assert option in check_options(), option
    used = set(re.findall(r"inputs\.([a-z-]+)", str(step["env"])))
    assert used == set(action["inputs"])
    assert {f"${name}" for name in step["env"] if name != "ACTION"} <= set(re.findall(r"\$[A-Z_]+", script))
    assert action["inputs"]["format"]["description"] == f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}"
    assert action["inputs"]["profile"]["description"] == f"{', '.join(PROFILES[:-1])} or {PROFILES[-1]}"
    assert all(item["description"] for item in action["inputs"].values())


def test_the_hook_runs_a_command_that_exists_on_what_is_examined() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    program, command = hook["entry"].split()
    assert (program, command in COMMANDS) == ("holdfast", True)
    files = re.compile(hook["files"])
    names = ["a.yaml", "a/b.yml", "a.json", "a.sh", "a.service", "Dockerfile", "a/Dockerfile.gpu", "x.dockerfile"]
    table = [
        *NAMES,
        *(f"a{each}" for each in EXTENSIONS),
        *(f"etc/{each.replace('*', 'a')}" for each in PLACES),
        *(f"etc/{each}/a" for each in FOLDERS),
        "Jenkinsfile",
        "conf/my-nginx.conf",
        "Caddyfile.prod",
        "sites/a.caddy",
        "lb/my-haproxy.cfg",
        "lb/traefik_dynamic.toml",
    ]
    for path in [*names, *table, "Containerfile", "x.containerfile", ".devcontainer/devcontainer.json"]:
        assert reader_of(path)
        assert files.search(path), path
    assert not files.search("a.py")
