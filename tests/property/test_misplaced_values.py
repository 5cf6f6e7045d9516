"""A value of the wrong type anywhere in a document is never more than something that cannot be read."""

from __future__ import annotations

import copy
import functools
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.app.rules import assets_of

RULES = Path(__file__).parents[2] / "src/holdfast/rules"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
VALUES = [None, {}, [], {"a": 1}, [{"a": 1}], [1], 1, -1, True, "", "x", "${x}", "{{ x }}", 10**30, 1.5, [[1]]]


@functools.cache
def documents() -> list[tuple[str, list[Any]]]:
    """The native YAML and JSON of all rules' examples, each once."""
    found: dict[tuple[str, str], list[Any]] = {}
    for path in sorted(RULES.rglob("*.yaml")):
        rule = yaml.load(path.read_text(), LOADER)  # a safe loader
        for example in [*rule.get("passing", ()), *rule.get("failing", ())]:
            name, text = example.get("source", ""), example.get("text", "")
            if name.endswith((".yaml", ".yml", ".json")) and "{{" not in text:
                found.setdefault((name, text), [*yaml.load_all(text, LOADER)])
    return [(name, parsed) for (name, _), parsed in found.items()]


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container in a document with each of its keys or positions."""
    found = []
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        found += [(value, key), *places(value[key])]
    return found


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_nothing_escapes(data: st.DataObject) -> None:
    name, parsed = data.draw(st.sampled_from(documents()))
    changed = copy.deepcopy(parsed)
    for _ in range(data.draw(st.integers(1, 3))):
        found = places(changed)
        if found:
            container, key = found[data.draw(st.integers(0, len(found) - 1))]
            container[key] = copy.deepcopy(data.draw(st.sampled_from(VALUES)))
    list(assets_of(name, yaml.safe_dump_all(changed).encode()))
