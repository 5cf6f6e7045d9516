"""Pulumi programs in YAML (`Pulumi.yaml`, `Main.yaml`): text -> resources.

Source: the Pulumi YAML language reference. A program's own defaults stand for its configuration; what a resource or a
provider decides is a Reference or Unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from msgspec import UNSET

from holdfast.collect.cloud.pieces import joined
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.pulumi.names import NATIVE, properties, renamed, snake, token
from holdfast.core.asset import Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Secret
from holdfast.core.known import Reference, Unknown, document, known
from holdfast.formats import yaml
from holdfast.formats.hcl.functions.encoding import jsonencode
from holdfast.formats.hcl.values import Budget, Exhausted, Failure, fitting, string

__all__ = ["is_program", "read"]

STEPS = 2_000_000
"""What the evaluation of one program may cost."""
MAX_DEPTH = 36
"""Deepest nesting that is evaluated, from one variable to the next included."""
_VARIABLE = re.compile(r"\$\$\{|\$\{([^{}]*)\}")
_STEP = re.compile(r"""\.?([\w-]+)|\[(?:([0-9]{1,9})|"([^"]*)")\]""")
_DEFAULTS: Final = "pulumi.cwd pulumi.project pulumi.stack pulumi.organization pulumi.rootDirectory".split()


def is_program(text: bytes) -> bool:
    """Whether a text looks like a program: it has resources, or a project whose runtime is YAML."""
    return (
        re.search(rb"(?m)^resources[ \t]*:", text) is not None
        and re.search(rb"(?m)^[ \t]+type[ \t]*:", text) is not None
    )


def read(text: bytes, path: str, line: int = 1) -> Iterator[Resource | Gap]:
    """The resources of a program that begins on that line of a file, and what cannot be said about it."""
    try:
        program = yaml.load(text)
    except FormatError as error:
        yield Gap(path, f"not readable as YAML: {error.what}", "unreadable", line + max(error.line - 1, 0))
        return
    if not isinstance(program, yaml.Mapping) or not isinstance(program.get("resources"), yaml.Mapping):
        return
    try:
        yield from _Program(program, path, line).resources()
    except Exhausted as error:
        yield Gap(path, f"the program is not evaluated to its end: {error}", "unreadable", line)


class _Program:
    def __init__(self, program: yaml.Mapping, path: str, line: int) -> None:
        self.path = path
        self.line = line
        self.declared: yaml.Mapping = program["resources"]
        variables = program.get("variables")
        self.variables: dict[str, Any] = variables if isinstance(variables, yaml.Mapping) else {}
        self.config = _configured(program)
        self.values: dict[str, Any] = {}
        self.spots: dict[str, Spot] = {}
        self.budget = Budget(STEPS)
        self.depth = 0

    def resources(self) -> Iterator[Resource | Gap]:
        for name, declared in self.declared.items():
            if not isinstance(declared, yaml.Mapping) or not isinstance(declared.get("type"), str):
                mark = self.declared.marks[name]
                yield Gap(self.path, f"the resource {name[:200]} has no type", "unreadable", self.line + mark.line)
                continue
            type = token(declared["type"])
            if not type.startswith("pulumi:"):
                yield self.resource(name, type, declared)

    def resource(self, name: str, type: str, declared: yaml.Mapping) -> Resource:
        mark = self.declared.marks[name]
        self.spots = {}
        said = fitting(self.value(declared.get("properties"), "", None), self.budget)
        spots = {"": Spot(self.line + mark.line, mark.column + 1)}
        for path, spot in self.spots.items():
            spots[path if type.partition(":")[0] in NATIVE else renamed(path)] = spot
        self.spots = {}
        return Resource(
            dialect="pulumi",
            type=type,
            address=name,
            name=name,
            attributes=properties(type, said) if isinstance(said, dict) else {},
            path=self.path,
            spots=spots,
            root=self.path,
            data="get" in declared,
            region=self.region(declared, type),
        )

    def region(self, declared: yaml.Mapping, type: str) -> Any:
        """The region of the provider that a resource names, or that the configuration sets."""
        options = declared.get("options")
        given = options.get("provider") if isinstance(options, yaml.Mapping) else None
        match = _VARIABLE.fullmatch(given) if isinstance(given, str) else None
        provider = self.declared.get((match[1] or "").strip()) if match else None
        inputs = provider.get("properties") if isinstance(provider, yaml.Mapping) else None
        if isinstance(inputs, yaml.Mapping) and "region" in inputs:
            return known(self.value(inputs["region"], "", None))
        return UNSET if given is not None else self.config.get(f"{type.partition(':')[0]}:region", UNSET)

    def value(self, raw: Any, path: str, mark: Any) -> Any:
        """The value of a part of the program; notes where it stands."""
        self.budget.charge(1)
        if mark is not None:
            self.spots[path] = Spot(self.line + mark.line, mark.column + 1)
        if isinstance(raw, str):
            return self.text(raw)
        if not isinstance(raw, yaml.Mapping | yaml.Sequence):
            return raw
        if self.depth >= MAX_DEPTH:
            return Unknown(f"nested more than {MAX_DEPTH} deep")
        self.depth += 1
        try:
            if isinstance(raw, yaml.Sequence):
                return [self.value(item, f"{path}[{at}]", raw.marks[at]) for at, item in enumerate(raw)]
            if len(raw) == 1 and next(iter(raw)).lower().startswith("fn::"):
                name, argument = next(iter(raw.items()))
                return self.call(name[4:], argument)
            return {
                key: self.value(item, f"{path}.{key}" if path else key, raw.marks.get(key)) for key, item in raw.items()
            }
        finally:
            self.depth -= 1

    def text(self, raw: str) -> Any:
        """Text with its `${}` filled in; one alone is its value."""
        if "${" not in raw:
            return raw
        pieces: list[Any] = []
        at = 0
        for match in _VARIABLE.finditer(raw):
            pieces.append(raw[at : match.start()])
            at = match.end()
            pieces.append("${" if match[1] is None else self.variable(match[1].strip()))
        pieces.append(raw[at:])
        if len(pieces) == 3 and pieces[0] == pieces[2] == "" and pieces[1] != "${":
            return pieces[1]
        return joined(self.budget, pieces)

    def variable(self, path: str) -> Any:
        """`name.property[0]`: a resource, a variable or a part of the configuration."""
        steps = [(match[1] or match[3], match[2]) for match in _STEP.finditer(path)]
        if path in _DEFAULTS or not steps or not steps[0][0]:
            return Unknown(f"{path[:200]} is known when the program runs")
        name = steps[0][0]
        if name in self.declared:
            attribute = "".join(f"[{place}]" if place else f".{snake(key)}" for key, place in steps[1:])
            return Reference(f"{name} decides it", "", name, attribute.removeprefix("."))
        value = self.named(name)
        for key, place in steps[1:]:
            value = known(value)
            if isinstance(value, dict) and key in value:
                value = value[key]
            elif isinstance(value, list) and place and int(place) < len(value):
                value = value[int(place)]
            else:
                return Unknown(
                    value.reason if isinstance(value, Unknown) else f"{path[:200]} is known when the program runs"
                )
        return value

    def named(self, name: str) -> Any:
        """A variable or a part of the configuration, found once."""
        if name in self.variables and name not in self.values:
            self.values[name] = Unknown(f"the variable {name} needs itself")
            spots, self.spots = self.spots, {}
            self.depth += 1
            deep = self.depth > MAX_DEPTH
            found = (
                Unknown("variables that need too many others") if deep else self.value(self.variables[name], "", None)
            )
            self.depth -= 1
            self.values[name], self.spots = fitting(found, self.budget), spots
        return self.values.get(name, self.config.get(name, Unknown(f"{name[:200]} is not declared")))

    def call(self, name: str, argument: Any) -> Any:
        """What a function gives; Unknown for one that is not evaluated."""
        spots, self.spots = self.spots, {}
        value = known(self.value(argument, "", None))
        self.spots = spots
        function = FUNCTIONS.get(name)
        return function(self, value) if function else Unknown(f"fn::{name[:60]} is not evaluated")


def _configured(program: yaml.Mapping) -> dict[str, Any]:
    """The program's own values for its configuration; Unknown without one."""
    found: dict[str, Any] = {}
    for section in ("configuration", "config"):
        declared = program.get(section)
        for name, said in declared.items() if isinstance(declared, yaml.Mapping) else ():
            if not isinstance(said, yaml.Mapping):
                found[name] = said
                continue
            value = said.get("value", said.get("default"))
            value = Unknown(f"the configuration {name[:200]} has no default") if value is None else value
            found[name] = Secret(value) if said.get("secret") is True and isinstance(value, str) else value
    return found


def _join(this: _Program, value: Any) -> Any:
    if not isinstance(value, list) or len(value) != 2 or not isinstance(known(value[1]), list):
        return Unknown("fn::join of what is unknown")
    return joined(this.budget, [piece for item in known(value[1]) for piece in (value[0], item)][1:])


def _split(_: _Program, value: Any) -> Any:
    parts = [known(item) for item in value] if isinstance(value, list) else []
    fits = len(parts) == 2 and all(isinstance(part, str) for part in parts) and parts[0]
    return parts[1].split(parts[0]) if fits else Unknown("fn::split of what is unknown")


def _select(_: _Program, value: Any) -> Any:
    place, items = (known(value[0]), known(value[1])) if isinstance(value, list) and len(value) == 2 else (None, None)
    if not isinstance(place, int) or not isinstance(items, list) or not 0 <= place < len(items):
        return Unknown("fn::select of what is unknown")
    return items[place]


def _secret(_: _Program, value: Any) -> Any:
    return Secret(value) if isinstance(value, str) else value


def _base64(_: _Program, value: Any) -> Any:
    import base64

    known_text = isinstance(value, str)
    return (
        base64.b64encode(str.encode(value, "utf-8", "replace")).decode()
        if known_text
        else Unknown("fn::toBase64 of what is unknown")
    )


def _from_base64(_: _Program, value: Any) -> Any:
    import base64

    try:
        return base64.b64decode(string(value), validate=True).decode()
    except (Failure, ValueError):
        return Unknown("fn::fromBase64 of what is unknown")


FUNCTIONS: dict[str, Callable[[_Program, Any], Any]] = {
    "join": _join,
    "split": _split,
    "select": _select,
    "secret": _secret,
    "toJSON": lambda this, value: jsonencode(this.budget, value),
    "fromJSON": lambda _, value: fitting(document(value)),
    "toBase64": _base64,
    "fromBase64": _from_base64,
}
