"""CloudFormation templates, in YAML or JSON, also those that the CDK writes: text -> resources.

Source: the CloudFormation User Guide, "Template anatomy" and "Fn::ForEach", and the AWS SAM specification, "Globals".
What the template decides is evaluated with the defaults of its parameters; types stay `AWS::S3::Bucket`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from holdfast.collect.cloud.intrinsics import TAGS, Evaluator
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.holes import TEMPLATE
from holdfast.core.asset import Spot
from holdfast.core.coverage import Gap, template
from holdfast.core.errors import FormatError
from holdfast.core.fact import Secret
from holdfast.core.known import Unknown, known
from holdfast.formats import yaml
from holdfast.formats.hcl.values import Budget, Exhausted, fitting

__all__ = ["is_template", "read"]

STEPS = 2_000_000
"""What the evaluation of one template may cost."""
MAX_ROUNDS = 200
"""Most rounds of one `Fn::ForEach`."""
SAM = "AWS::Serverless-2016-10-31"
LANGUAGE = "AWS::LanguageExtensions"
LOOP = "Fn::ForEach::"
KEPT = ("DeletionPolicy", "UpdateReplacePolicy")
"""What stands beside a resource's properties and is told with them."""


def is_template(text: bytes) -> bool:
    """Whether a text looks like a template: its version, or resources with a type of AWS's."""
    return b"AWSTemplateFormatVersion" in text or (
        b"Resources" in text and re.search(rb"Type[\"']?\s*:\s*[\"']?AWS::\w+::", text) is not None
    )


def read(text: bytes, path: str, line: int = 1) -> Iterator[Resource | Gap]:
    """The resources of a template that begins on that line of a file, and what cannot be said about it."""
    try:
        root = yaml.load(text, TAGS)
    except FormatError as error:
        hole = TEMPLATE.search(text)
        if hole is not None:
            yield template(path, line + text.count(b"\n", 0, hole.start()))
        else:
            yield Gap(path, f"not readable as YAML: {error.what}", "unreadable", line + max(error.line - 1, 0))
        return
    if not isinstance(root, yaml.Mapping) or not {"AWSTemplateFormatVersion", "Resources"} & root.keys():
        return  # a document that holds a template somewhere inside
    if not isinstance(root.get("Resources"), yaml.Mapping):
        yield Gap(path, "a template without resources", "unreadable", line)
        return
    try:
        yield from _Reading(root, path, line).resources()
    except Exhausted as error:
        yield Gap(path, f"the template is not evaluated to its end: {error}", "unreadable", line)


class _Reading:
    def __init__(self, template: yaml.Mapping, path: str, line: int) -> None:
        self.template = template
        self.path = path
        self.line = line
        self.gaps: list[Gap] = []
        self.budget = Budget(STEPS)
        self.declared = self.unrolled(template["Resources"], 0)
        self.evaluator = Evaluator(
            _parameters(template.get("Parameters")),
            template.get("Mappings"),
            template.get("Conditions"),
            self.declared,
            self.budget,
        )
        self.evaluator.line = line

    def resources(self) -> Iterator[Resource | Gap]:
        transforms = self.template.get("Transform")
        names = [each for each in (transforms if isinstance(transforms, list) else [transforms]) if each is not None]
        for each in names:
            if each != LANGUAGE:
                said = each if isinstance(each, str) else each.get("Name") if isinstance(each, dict) else "a macro"
                yield Gap(
                    self.path, f"what the transform {said} makes of the template is not seen", "left_out", self.line
                )
        yield from self.told()
        for name, declared in self.declared.items():
            if isinstance(declared, yaml.Mapping) and isinstance(declared.get("Type"), str):
                resource = self.resource(name, declared, SAM in names)
                if resource is not None:
                    yield resource
                yield from self.told()
            elif name != "Fn::Transform":
                yield Gap(self.path, f"the resource {name[:200]} has no type", "unreadable", self.place(declared).line)

    def told(self) -> Iterator[Gap]:
        """What could not be said since the last time."""
        yield from self.gaps
        self.gaps.clear()

    def place(self, value: Any) -> Spot:
        mark = getattr(value, "mark", None)
        return Spot(self.line + mark.line, mark.column + 1) if mark else Spot(self.line, 1)

    def resource(self, name: str, declared: yaml.Mapping, sam: bool) -> Resource | None:
        """A resource with its properties; None when its condition does not hold."""
        this = self.evaluator
        exists = this.condition(declared["Condition"]) if "Condition" in declared else True
        if exists is False:
            return None
        this.spots = {"": self.place(declared)}
        said = this.value(declared.get("Properties"))
        properties = fitting(said, self.budget)
        if "Properties" in declared and not isinstance(declared["Properties"], yaml.Mapping):
            at = self.place(declared["Properties"]).line
            self.gaps.append(Gap(self.path, f"the properties of {name[:200]} are no mapping", "unreadable", at))
        attributes = dict(properties) if isinstance(properties, dict) else {}
        if isinstance(said, Unknown) or properties is not said:
            self.gaps.append(Gap(self.path, f"the properties of {name} are unknown", "unreadable", this.spots[""].line))
        for each in KEPT:
            if each in declared:
                attributes[each] = this.value(declared[each], each, declared.marks.get(each))
        if sam:
            attributes = _with(self.globals(declared["Type"]), attributes)
        return Resource(
            dialect="cloudformation",
            type=declared["Type"],
            address=name,
            name=name,
            attributes=attributes,
            path=self.path,
            spots=this.spots,
            root=self.path,
            maybe=exists is not True,
        )

    def globals(self, type: str) -> Any:
        """What the section `Globals` says for a type of SAM's."""
        prefix, _, name = type.rpartition("::")
        shared = self.template.get("Globals")
        if prefix != "AWS::Serverless" or not isinstance(shared, yaml.Mapping) or name not in shared:
            return {}
        return self.evaluator.value(shared[name])

    def unrolled(self, section: yaml.Mapping, depth: int) -> dict[str, Any]:
        """Logical id -> resource, with the loops of the language extensions written out."""
        found: dict[str, Any] = {}
        for key, value in section.items():
            if not key.startswith(LOOP):
                found[key] = value
            else:
                found.update(self.loop(key, value, depth))
        return found

    def loop(self, key: str, value: Any, depth: int) -> dict[str, Any]:
        """The resources of one `Fn::ForEach`: [name, collection, {key: resource}]."""
        name, collection, body = value if isinstance(value, yaml.Sequence) and len(value) == 3 else (None, None, None)
        items = self.collection(collection)
        if not isinstance(name, str) or items is None or not isinstance(body, yaml.Mapping) or depth >= 3:
            self.gaps.append(
                Gap(self.path, f"the collection of {key[:200]} is unknown", "unreadable", self.place(value).line)
            )
            return {}
        found: dict[str, Any] = {}
        for item in items[:MAX_ROUNDS]:
            found.update(self.unrolled(_written(body, name, item, self.budget), depth + 1))
        if len(items) > MAX_ROUNDS:
            self.gaps.append(
                Gap(self.path, f"{key[:200]} has more than {MAX_ROUNDS} rounds", "left_out", self.place(value).line)
            )
        return found

    def collection(self, raw: Any) -> list[str] | None:
        """The texts that a loop goes through; None when they are unknown."""
        parameters = _parameters(self.template.get("Parameters"))
        value = known(Evaluator(parameters, self.template.get("Mappings"), {}, {}, self.budget).value(raw))
        items = [known(item) for item in value] if isinstance(value, list) else []
        return items if isinstance(value, list) and all(isinstance(item, str) for item in items) else None


def _parameters(section: Any) -> dict[str, Any]:
    """Parameter -> the value of its default, Unknown without one or when it names a value that is kept elsewhere."""
    found: dict[str, Any] = {}
    for name, declared in section.items() if isinstance(section, yaml.Mapping) else ():
        said = declared if isinstance(declared, yaml.Mapping) else {}
        kind = str(said.get("Type", "String"))
        value = said.get("Default")
        if value is None or isinstance(value, yaml.Mapping | yaml.Sequence):
            found[name] = Unknown(f"the parameter {name} has no default")
        elif kind.startswith("AWS::SSM::Parameter::Value"):
            found[name] = Unknown(f"the parameter {name} is looked up when the stack is made")
        elif kind == "CommaDelimitedList" or kind.startswith("List<"):
            found[name] = [item.strip() for item in str(value).split(",")]
        else:
            text = value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else value
            hidden = str(said.get("NoEcho", "")).lower() == "true"
            found[name] = Secret(text) if hidden and isinstance(text, str) else text
    return found


def _with(shared: Any, own: Mapping[str, Any]) -> dict[str, Any]:
    """Properties with SAM's globals under them: mappings join, lists follow each other, anything else is replaced."""
    found = dict(shared) if isinstance(shared, dict) else {}
    for key, value in own.items():
        below = found.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            found[key] = _with(below, value)
        elif isinstance(below, list) and isinstance(value, list):
            found[key] = [*below, *value]
        else:
            found[key] = value
    return found


def _written(raw: Any, name: str, item: str, budget: Budget) -> Any:
    """A part of the template, whose depth is bounded, with the loop's variable filled in, in keys and values."""
    budget.charge(1)
    if isinstance(raw, str):
        budget.charge(len(raw) >> 5)
        alphanumeric = re.sub(r"[^A-Za-z0-9]", "", item)
        return raw.replace(f"${{{name}}}", item).replace(f"&{{{name}}}", alphanumeric)
    if isinstance(raw, yaml.Sequence):
        listed = yaml.Sequence(_written(each, name, item, budget) for each in raw)
        listed.mark, listed.marks = raw.mark, raw.marks
        return listed
    if not isinstance(raw, yaml.Mapping):
        return raw
    if raw == {"Ref": name}:
        return item
    mapped = yaml.Mapping()
    mapped.mark, mapped.marks = raw.mark, {}
    for key, value in raw.items():
        written = _written(key, name, item, budget)
        mapped[written] = _written(value, name, item, budget)
        mapped.marks[written] = raw.marks[key]
    return mapped
