"""Intrinsic functions and pseudo parameters of CloudFormation templates.

Source: the CloudFormation User Guide, "Intrinsic function reference", "Pseudo parameters reference" and "Dynamic
references"; `Fn::Length`, `Fn::ToJsonString` and `DefaultValue` come with the AWS::LanguageExtensions transform.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import UNSET

from holdfast.collect.cloud.names import arn_of
from holdfast.collect.cloud.pieces import joined
from holdfast.core.asset import Spot
from holdfast.core.known import Reference, Text, Unknown, known, text
from holdfast.formats import yaml
from holdfast.formats.hcl.functions.encoding import jsonencode
from holdfast.formats.hcl.values import Budget, equal, string

__all__ = ["TAGS", "Evaluator"]

_LONG = (
    "Base64", "Cidr", "FindInMap", "GetAtt", "GetAZs", "If", "ImportValue", "Join", "Length", "Select", "Split", "Sub",
    "ToJsonString", "Transform", "And", "Or", "Not", "Equals",
)  # fmt: skip
TAGS = {"!Ref": "Ref", "!Condition": "Condition", **{f"!{name}": f"Fn::{name}" for name in _LONG}}
"""Short forms in YAML -> the key that they stand for."""
PSEUDO = {
    "AWS::AccountId": "[0-9]{12}", "AWS::Region": "[a-z]{2}(-[a-z]+)+-[0-9]", "AWS::Partition": "aws(-[a-z-]+)?",
    "AWS::URLSuffix": "[a-z.-]+", "AWS::StackName": "[a-zA-Z][-a-zA-Z0-9]*", "AWS::StackId": "arn:.*",
    "AWS::NotificationARNs": "",
}  # fmt: skip
"""Pseudo parameter -> what its value always looks like."""
ROLE = {"RoleName": "name", "Path": "path"}
ARNS: dict[tuple[str, str], tuple[str, dict[str, str]]] = {
    ("AWS::S3::Bucket", "Arn"): ("aws_s3_bucket", {"BucketName": "bucket"}),
    ("AWS::IAM::Role", "Arn"): ("aws_iam_role", ROLE),
    ("AWS::IAM::User", "Arn"): ("aws_iam_user", {"UserName": "name", "Path": "path"}),
    ("AWS::IAM::OIDCProvider", "Arn"): ("aws_iam_openid_connect_provider", {"Url": "url"}),
    ("AWS::IAM::OIDCProvider", "Ref"): ("aws_iam_openid_connect_provider", {"Url": "url"}),
}
"""What gives an ARN -> Terraform's type, and its names of the properties that it follows from."""
NO_VALUE: Final = Unknown("AWS::NoValue")
"""Stands for a property that is taken away."""
MAX_DEPTH = 36
"""Deepest nesting that is evaluated."""
_VARIABLE = re.compile(r"\$\{(!?)([^{}]*)\}")
_DYNAMIC = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):[^{}]*\}\}")


class Evaluator:
    """Evaluates the values of one template. Raises Exhausted when that takes too much.

    `conditions` and `mappings` are the template's; `parameters` are values; `resources` are the logical ids.
    """

    def __init__(
        self,
        parameters: Mapping[str, Any],
        mappings: Any,
        conditions: Any,
        resources: Mapping[str, Any],
        budget: Budget,
    ) -> None:
        self.parameters = parameters
        self.mappings = mappings
        self.conditions = conditions if isinstance(conditions, Mapping) else {}
        self.resources = resources
        self.budget = budget
        self.decided: dict[str, Any] = {}
        self.spots: dict[str, Spot] = {}
        self.line = 0
        self.depth = 0

    def value(self, raw: Any, path: str = "", mark: Any = None) -> Any:
        """The value of a part of the template, which stands at that attribute path; notes where all of it stands."""
        self.budget.charge(1)
        if mark is not None and path:
            self.spots[path] = Spot(self.line + mark.line, mark.column + 1)
        if not isinstance(raw, yaml.Mapping | yaml.Sequence):
            return self.scalar(raw)
        if self.depth >= MAX_DEPTH:
            return Unknown(f"nested more than {MAX_DEPTH} deep")
        self.depth += 1
        try:
            if isinstance(raw, yaml.Sequence):
                return self.items(raw, path)
            if len(raw) == 1:
                name = next(iter(raw))
                if name in FUNCTIONS and (name != "Condition" or isinstance(raw[name], str)):
                    return FUNCTIONS[name](self, raw[name], path)
            return self.members(raw, path)
        finally:
            self.depth -= 1

    def scalar(self, raw: Any) -> Any:
        """A plain value; a dynamic reference in it is looked up when the stack is made."""
        if not isinstance(raw, str) or "{{resolve:" not in raw:
            return raw
        pieces: list[Any] = []
        at = 0
        for match in _DYNAMIC.finditer(raw):
            pieces += [raw[at : match.start()], Unknown(f"it is looked up in {match[1]}")]
            at = match.end()
        found = text([*pieces, raw[at:]])
        return found.pieces[0] if isinstance(found, Text) and len(found.pieces) == 1 else found

    def items(self, raw: yaml.Sequence, path: str) -> list[Any]:
        """A list, without what is taken away from it."""
        found: list[Any] = []
        for item, mark in zip(raw, raw.marks, strict=True):
            value = self.value(item, f"{path}[{len(found)}]" if path else "", mark)
            if value is not NO_VALUE:
                found.append(value)
        return found

    def members(self, raw: yaml.Mapping, path: str) -> dict[str, Any]:
        """A mapping, without what is taken away from it."""
        found = {}
        for key, item in raw.items():
            value = self.value(item, f"{path}.{key}" if path else key, raw.marks.get(key))
            if value is not NO_VALUE:
                found[key] = value
        return found

    def condition(self, name: Any) -> Any:
        """Whether a condition holds; Unknown when that is open, or when it needs itself."""
        if not isinstance(name, str) or name not in self.conditions:
            return Unknown("a condition that is not declared")
        if name not in self.decided:
            self.decided[name] = Unknown("a condition that needs itself")
            found = self.value(self.conditions[name])
            self.decided[name] = found if isinstance(found, bool | Unknown) else Unknown("a condition that is no test")
        return self.decided[name]

    def ref(self, name: Any) -> Any:
        """What `Ref` gives."""
        if not isinstance(name, str):
            return Unknown("a Ref to what is no name")
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self.parameters:
            return self.parameters[name]
        if name in self.resources:
            return Reference(f"{name} decides it", "", name, "Ref", self.named(name, "Ref"))
        return Unknown(f"{name} is known when the stack is made", PSEUDO.get(name, ""))

    def attribute(self, name: str) -> Any:
        """What `Fn::GetAtt` gives for `Resource.Attribute`."""
        target, _, attribute = name.partition(".")
        return Reference(f"{target} decides it", "", target, attribute, self.named(target, attribute))

    def named(self, name: str, attribute: str) -> Any:
        """The ARN of a resource, where that is what `Ref` or `Fn::GetAtt` gives and its name is written."""
        declared = self.resources.get(name)
        if not isinstance(declared, yaml.Mapping):
            return UNSET
        type, said = ARNS.get((str(declared.get("Type")), attribute), ("", {}))
        properties = declared.get("Properties")
        if not type or not isinstance(properties, yaml.Mapping):
            return UNSET
        return arn_of(type, {ours: properties[theirs] for theirs, ours in said.items() if theirs in properties})


def _sub(this: Evaluator, raw: Any, _: str) -> Any:
    template, own = raw, {}
    if isinstance(raw, yaml.Sequence) and len(raw) == 2:
        template, own = raw[0], this.value(raw[1])
    if not isinstance(template, str) or not isinstance(own, dict):
        return Unknown("Fn::Sub without a text")
    pieces: list[Any] = []
    at = 0
    for match in _VARIABLE.finditer(template):
        pieces.append(this.scalar(template[at : match.start()]))
        at, name = match.end(), match[2].strip()
        if match[1]:
            pieces.append(f"${{{match[2]}}}")
        elif name in own:
            pieces.append(own[name])
        else:
            pieces.append(this.attribute(name) if "." in name else this.ref(name))
    return joined(this.budget, [*pieces, this.scalar(template[at:])])


def _get_att(this: Evaluator, raw: Any, _: str) -> Any:
    parts = [known(this.value(item)) for item in raw] if isinstance(raw, yaml.Sequence) else [raw]
    if not parts or not all(isinstance(part, str) for part in parts):
        return Unknown("Fn::GetAtt of what is unknown")
    return this.attribute(".".join(parts))


def _join(this: Evaluator, raw: Any, _: str) -> Any:
    separator, items = _two(this, raw)
    if not isinstance(items, list) or not isinstance(separator, str):
        return Unknown("Fn::Join of what is unknown")
    return joined(this.budget, [piece for item in items for piece in (separator, item)][1:])


def _two(this: Evaluator, raw: Any) -> tuple[Any, Any]:
    """The two arguments of a function; Unknown when there are not two."""
    if not isinstance(raw, yaml.Sequence) or len(raw) != 2:
        return Unknown("a function without its two arguments"), Unknown("a function without its two arguments")
    return known(this.value(raw[0])), known(this.value(raw[1]))


def _select(this: Evaluator, raw: Any, _: str) -> Any:
    place, items = _two(this, raw)
    place = int(place) if isinstance(place, str) and place.isdecimal() and len(place) < 9 else place
    if not isinstance(place, int) or not isinstance(items, list) or not 0 <= place < len(items):
        return Unknown("Fn::Select of what is unknown")
    return items[place]


def _split(this: Evaluator, raw: Any, _: str) -> Any:
    separator, whole = _two(this, raw)
    if not isinstance(separator, str) or not separator or not isinstance(whole, str):
        return Unknown("Fn::Split of what is unknown")
    this.budget.charge(len(whole) >> 3)
    return whole.split(separator)


def _find_in_map(this: Evaluator, raw: Any, _: str) -> Any:
    if not isinstance(raw, yaml.Sequence) or len(raw) not in (3, 4):
        return Unknown("Fn::FindInMap without its three arguments")
    found = this.mappings
    for each in raw[:3]:
        key = known(this.value(each))
        if isinstance(key, Unknown | Text):
            return Unknown("Fn::FindInMap with a key that is unknown")
        found = found.get(str(key)) if isinstance(found, Mapping) else None
    if found is None and len(raw) == 4 and isinstance(raw[3], Mapping):
        return this.value(raw[3].get("DefaultValue"))
    return Unknown("Fn::FindInMap finds nothing") if found is None else this.value(found)


def _if(this: Evaluator, raw: Any, path: str) -> Any:
    if not isinstance(raw, yaml.Sequence) or len(raw) != 3:
        return Unknown("Fn::If without its three arguments")
    test = this.condition(raw[0])
    if isinstance(test, bool):
        at = 1 if test else 2
        return this.value(raw[at], path, raw.marks[at])
    then, otherwise = this.value(raw[1]), this.value(raw[2])
    same = then is otherwise or (NO_VALUE not in (then, otherwise) and equal(then, otherwise, this.budget) is True)
    return then if same else Unknown(f"the condition {str(raw[0])[:60]} is open: {test.reason}")


def _equals(this: Evaluator, raw: Any, _: str) -> Any:
    left, right = (
        each if isinstance(each, Unknown | Text | list | dict | None) else string(each) for each in _two(this, raw)
    )
    found = equal(left, right, this.budget)
    opened = next((each.reason for each in (left, right) if isinstance(each, Unknown)), "text that is known in part")
    return Unknown(opened) if found is None else found


def _logic(decides: bool) -> Callable[[Evaluator, Any, str], Any]:
    """`Fn::And` (false decides) and `Fn::Or` (true decides)."""

    def logic(this: Evaluator, raw: Any, _: str) -> Any:
        values = [this.value(each) for each in raw] if isinstance(raw, yaml.Sequence) else [Unknown("no list of tests")]
        if decides in (value for value in values if isinstance(value, bool)):
            return decides
        return next((value for value in values if not isinstance(value, bool)), not decides)

    return logic


def _not(this: Evaluator, raw: Any, _: str) -> Any:
    value = this.value(raw[0]) if isinstance(raw, yaml.Sequence) and raw else Unknown("Fn::Not without its test")
    return not value if isinstance(value, bool) else value


def _base64(this: Evaluator, raw: Any, _: str) -> Any:
    import base64

    value = known(this.value(raw))
    if isinstance(value, Text):  # its parts stay as they are, between unknown pieces, for whoever decodes it
        edge = Unknown("Fn::Base64 of what is not known in full")
        return text([edge, value, edge])
    return (
        base64.b64encode(value.encode("utf-8", "replace")).decode()
        if isinstance(value, str)
        else Unknown("Fn::Base64 of what is unknown")
    )


def _length(this: Evaluator, raw: Any, _: str) -> Any:
    value = known(this.value(raw))
    return len(value) if isinstance(value, list) else Unknown("Fn::Length of what is unknown")


def _open(reason: str) -> Callable[[Evaluator, Any, str], Any]:
    return lambda *_: Unknown(reason)


FUNCTIONS: dict[str, Callable[[Evaluator, Any, str], Any]] = {
    "Ref": lambda this, raw, _: this.ref(raw),
    "Condition": lambda this, raw, _: this.condition(raw),
    "Fn::Sub": _sub,
    "Fn::GetAtt": _get_att,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
    "Fn::Equals": _equals,
    "Fn::And": _logic(decides=False),
    "Fn::Or": _logic(decides=True),
    "Fn::Not": _not,
    "Fn::Base64": _base64,
    "Fn::Length": _length,
    "Fn::ToJsonString": lambda this, raw, _: jsonencode(this.budget, this.value(raw)),
    "Fn::ImportValue": _open("another stack exports it"),
    "Fn::GetAZs": _open("the availability zones of a region"),
    "Fn::Cidr": _open("Fn::Cidr is not evaluated"),
    "Fn::Transform": _open("a macro makes it"),
}
