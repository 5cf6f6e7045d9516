"""The use `rulebook`: compiles what people write (rules, version floors, requirements) into what the wheel ships."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from holdfast.app import requirements
from holdfast.core.errors import FormatError, RuleError, UsageError
from holdfast.core.floors import FloorTable
from holdfast.core.rule import Rule
from holdfast.engine import floors
from holdfast.engine.author import compile_rule
from holdfast.engine.rulebook import AUTHORED, SHIPPED, Rulebook
from holdfast.formats.yaml import load

SUFFIXES = (".yaml", ".yml")
"""How the names of rule files end."""


def authored(folder: str | Path) -> Iterator[tuple[Path, Rule]]:
    """Every rule below a folder, compiled, in order of path. Raises RuleError."""
    seen: dict[str, Path] = {}
    for path in sorted(path for path in Path(folder).rglob("*.y*ml") if path.suffix in SUFFIXES):
        rule = _read(path)
        if rule.id in seen:
            raise RuleError(f"the id `{rule.id}` is taken by {seen[rule.id]}", where=f"{path}:1:1")
        seen[rule.id] = path
        yield path, rule


def _read(path: Path) -> Rule:
    rule = compile_rule(path.read_bytes(), str(path))
    if path.suffix in SUFFIXES and path.stem != rule.id:
        hint = f"name it {rule.id}.yaml"
        raise RuleError(f"the file of `{rule.id}` is called {path.name}", where=f"{path}:1:1", hint=hint)
    return rule


def rules_at(path: str) -> list[Rule]:
    """The rules of a file or a folder. Raises UsageError when it is neither, RuleError when one is wrong."""
    place = Path(path)
    if place.is_dir():
        found = [rule for _, rule in authored(place)]
        if not found:
            raise UsageError(f"there is no rule in the folder `{path}`", hint="a rule is a file ID.yaml")
        return found
    if not place.is_file():
        raise UsageError(f"there is no rule file or folder `{path}`")
    return [_read(place)]


def build() -> int:
    """Compiles the shipped rules and answers how many there are."""
    rules = tuple(sorted((rule for _, rule in authored(AUTHORED)), key=lambda rule: rule.id))
    Path(SHIPPED).write_bytes(msgspec.json.encode(Rulebook("holdfast.rulebook/1", rules)))
    Path(floors.SHIPPED).write_bytes(msgspec.json.encode(compile_floors()))
    requirements.build()
    return len(rules)


def compile_floors() -> floors.FloorBook:
    """Every version-floor table, validated and indexed. Raises RuleError with the file's name."""
    names: dict[str, list[str]] = {}
    tables: dict[str, msgspec.Raw] = {}
    for path in sorted(Path(floors.AUTHORED).glob("*.yaml")):
        try:
            table = msgspec.convert(load(path.read_bytes()), FloorTable, strict=False)
        except (FormatError, msgspec.ValidationError) as error:
            raise RuleError(str(error), where=f"{path}:1:1") from error
        tables[table.component] = msgspec.Raw(msgspec.json.encode(table))
        for name in {floors.key(name) for name in (table.component, *table.aliases)}:
            names.setdefault(name, []).append(table.component)
    return floors.FloorBook({name: tuple(found) for name, found in sorted(names.items())}, tables)


if __name__ == "__main__":
    build()
