"""The use `rulebook`: compiles every YAML rule into the one JSON file that the wheel ships."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from holdfast.core.errors import RuleError
from holdfast.core.rule import Rule
from holdfast.engine.author import compile_rule
from holdfast.engine.rulebook import AUTHORED, SHIPPED, Rulebook


def authored(folder: Path) -> Iterator[tuple[Path, Rule]]:
    """Every rule below a folder, compiled, in order of path. Raises RuleError."""
    seen: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.yaml")):
        rule = compile_rule(path.read_bytes(), str(path))
        if rule.id in seen:
            raise RuleError(f"the id `{rule.id}` is taken by {seen[rule.id]}", where=f"{path}:1:1")
        if path.stem != rule.id:
            raise RuleError(
                f"the file of `{rule.id}` is called {path.name}", where=f"{path}:1:1", hint=f"name it {rule.id}.yaml"
            )
        seen[rule.id] = path
        yield path, rule


def build() -> int:
    """Compiles the shipped rules and answers how many there are."""
    rules = tuple(sorted((rule for _, rule in authored(AUTHORED)), key=lambda rule: rule.id))
    SHIPPED.write_bytes(msgspec.json.encode(Rulebook("holdfast.rulebook/1", rules)))
    return len(rules)


if __name__ == "__main__":
    build()
