"""One instance of a module: what its expressions see, found when it is asked for.

Source: Terraform's "References to Values". A resource's attribute is a Reference to it, with the value that the
configuration gives it; what only the provider will know has none.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import UNSET

from holdfast.collect.cloud.names import arn_of
from holdfast.collect.terraform.expansion import Copy, copies, said
from holdfast.collect.terraform.folders import Declared, Module
from holdfast.collect.terraform.policies import policy
from holdfast.collect.terraform.types import constraint, converted
from holdfast.core.known import Reference, Supplied, Unknown, known
from holdfast.formats.hcl.evaluate import evaluate
from holdfast.formats.hcl.scope import Scope
from holdfast.formats.hcl.values import Failure, Lazy

__all__ = ["Instance", "Objects"]

NAMING = ("bucket", "name", "path", "url")
"""Attributes that an ARN follows from."""
SHAPES = {
    ("aws_caller_identity", "account_id"): "[0-9]{12}",
    ("aws_caller_identity", "id"): "[0-9]{12}",
    ("aws_partition", "partition"): "aws(-[a-z-]+)?",
    ("aws_partition", "id"): "aws(-[a-z-]+)?",
    ("aws_partition", "dns_suffix"): "[a-z.-]+",
    ("aws_region", "name"): "[a-z]{2}(-[a-z]+)+-[0-9]",
    ("aws_region", "region"): "[a-z]{2}(-[a-z]+)+-[0-9]",
    ("aws_region", "id"): "[a-z]{2}(-[a-z]+)+-[0-9]",
}
"""(Data source, attribute) -> what its value always looks like."""
_OPEN = Unknown("still being evaluated: it needs itself")


class Memo(Lazy):
    """Named values, each of which is found once; one that needs itself is Unknown."""

    __slots__ = ("_find", "_names", "_values")

    def __init__(self, names: Callable[[], list[str]], find: Callable[[str], Any]) -> None:
        self._names = names
        self._find = find
        self._values: dict[str, Any] = {}

    def member(self, key: str | int) -> Any:
        name = str(key)
        if name not in self._values:
            self._values[name] = _OPEN
            try:
                self._values[name] = self._find(name)
            except Failure:
                del self._values[name]
                raise
        return self._values[name]

    def whole(self) -> Any:
        found = {}
        for name in self._names():
            value = self.member(name)
            found[name] = value.whole() if isinstance(value, Lazy) else value
        return found


class Instance:
    """A module with its arguments. `address` is empty for a root module, else ends with a dot."""

    def __init__(
        self,
        module: Module,
        base: Scope,
        root: str,
        address: str = "",
        arguments: Mapping[str, Callable[[], Any]] | None = None,
    ) -> None:
        self.module = module
        self.root = root
        self.address = address
        self.arguments = arguments
        self.maybe = False
        self.children: Callable[[Instance, str], Any] = lambda _, name: Unknown(f"module.{name} is not read")
        self.outputs = Memo(lambda: list(module.outputs), self._output)
        self.copies: dict[int, tuple[list[Copy], int]] = {}
        self.scope = base.within(
            {
                "var": Memo(lambda: list(module.variables), self._variable),
                "local": Memo(lambda: list(module.locals), self._local),
                "module": Memo(lambda: list(module.calls), self._call),
                "data": Memo(lambda: list(module.data), self._data),
                "ephemeral": Supplied("an ephemeral value is made when it is applied"),
                "path": {
                    "module": posixpath.relpath(module.folder or ".", root or "."),
                    "root": ".",
                    "cwd": Unknown("where Terraform is started is not known"),
                },
                "terraform": {"workspace": Unknown("the workspace is not known")},
                "self": Unknown("`self` is known when it is applied"),
            }
        )
        self.scope.missing = self._type

    def expanded(self, declared: Declared) -> tuple[list[Copy], int]:
        """The instances of a resource or call, found once."""
        key = id(declared.block)
        if key not in self.copies:
            self.copies[key] = [Copy(None, {"count": _COUNT, "each": _EACH}, maybe=True)], 0  # while it is being found
            self.copies[key] = copies(declared.block, self.scope)
        return self.copies[key]

    def _lacking(self, what: str) -> Any:
        """What a name means that is declared nowhere. Raises Failure when every file was read."""
        if self.module.complete:
            raise Failure(f"{what} is not declared")
        return Unknown(f"{what} may be declared in a file that was not read")

    def _local(self, name: str) -> Any:
        if name not in self.module.locals:
            return self._lacking(f"local.{name}")
        return evaluate(self.module.locals[name].value, self.scope)

    def _output(self, name: str) -> Any:
        if name not in self.module.outputs:
            return self._lacking(f"the output {name}")
        value = self.module.outputs[name].block.body.attributes.get("value")
        return evaluate(value.value, self.scope) if value else None

    def _variable(self, name: str) -> Any:
        if name not in self.module.variables:
            return self._lacking(f"var.{name}")
        attributes = self.module.variables[name].block.body.attributes
        given: Any = UNSET
        if self.arguments is not None:
            given = self.arguments[name]() if name in self.arguments else UNSET
        elif name in self.module.values:
            given = evaluate(self.module.values[name].value, self.scope.within({}, alone=True))
        nullable = "nullable" not in attributes or evaluate(attributes["nullable"].value, self.scope) is not False
        if given is UNSET or (known(given) is None and not nullable):
            if "default" not in attributes:
                return Supplied(f"the variable {name} has no default")
            given = evaluate(attributes["default"].value, self.scope.within({}, alone=True))
        if "type" not in attributes or isinstance(given, Reference):
            return given
        return converted(given, constraint(attributes["type"].value), self.scope.within({}, alone=True))

    def _call(self, name: str) -> Any:
        if name not in self.module.calls:
            return self._lacking(f"module.{name}")
        return self.children(self, name)

    def _type(self, name: str) -> Any:
        if name not in self.module.resources:
            return self._lacking(f"the resource type {name}")
        return Memo(lambda: list(self.module.resources[name]), lambda each: self._resource("", name, each))

    def _data(self, name: str) -> Any:
        if name not in self.module.data:
            return self._lacking(f"the data source {name}")
        return Memo(lambda: list(self.module.data[name]), lambda each: self._resource("data.", name, each))

    def _resource(self, prefix: str, type: str, name: str) -> Any:
        declared = (self.module.data if prefix else self.module.resources)[type].get(name)
        if declared is None:
            return self._lacking(f"{prefix}{type}.{name}")
        address = f"{self.address}{prefix}{type}.{name}"
        attributes = declared.block.body.attributes
        if "count" not in attributes and "for_each" not in attributes:
            return Attributes(self, declared, address, Copy(None, {}))
        found, left = self.expanded(declared)
        if left or any(each.maybe for each in found):
            return Several(self, declared, address)
        objects = {each.key: Attributes(self, declared, address + each.suffix, each) for each in found}
        return Objects(objects, listed="count" in attributes)


class Objects(Lazy):
    """The instances of something with `count` or `for_each`."""

    __slots__ = ("_listed", "_objects")

    def __init__(self, objects: Mapping[Any, Any], listed: bool) -> None:
        self._objects = objects
        self._listed = listed

    def member(self, key: str | int) -> Any:
        """The instance with that key. Raises Failure when there is none."""
        if self._listed and isinstance(key, str) and key.isdecimal():
            key = int(key)
        if key not in self._objects:
            raise Failure(f"there is no instance [{key}]")
        return self._objects[key]

    def whole(self) -> Any:
        """All of them: a list for `count`, a mapping for `for_each`."""
        values = {key: each.whole() for key, each in self._objects.items()}
        return list(values.values()) if self._listed else values


class Several(Lazy):
    """The instances of a resource of which nobody knows how many there are."""

    __slots__ = ("_address", "_declared", "_instance")

    def __init__(self, instance: Instance, declared: Declared, address: str) -> None:
        self._instance = instance
        self._declared = declared
        self._address = address

    def member(self, key: str | int) -> Any:
        copy = Copy(key, {"count": {"index": key}, "each": {"key": key, "value": Unknown("for_each is unknown")}})
        return Attributes(self._instance, self._declared, self._address + copy.suffix, copy)

    def whole(self) -> Any:
        return Unknown(f"how many of {self._address} there are")


class Attributes(Lazy):
    """One instance of a resource or data source."""

    __slots__ = ("_address", "_declared", "_instance", "_key", "_values")

    def __init__(self, instance: Instance, declared: Declared, address: str, copy: Copy) -> None:
        self._instance = instance
        self._declared = declared
        self._address = address
        self._key = copy
        self._values: dict[str, Any] = {}

    def member(self, key: str | int) -> Any:
        name = str(key)
        if name not in self._values:
            self._values[name] = Reference(_decided(self._address), "", self._address, name)
            self._values[name] = self._found(name)
        return self._values[name]

    def _found(self, name: str) -> Any:
        block = self._declared.block
        shape = SHAPES.get((block.labels[0], name), "") if block.type == "data" else ""
        scope = self._instance.scope
        value: Any = UNSET
        if name in block.body.attributes:
            value = evaluate(
                block.body.attributes[name].value, scope.within(self._key.names) if self._key.names else scope
            )
        elif name in ("json", "minified_json") and block.labels[0] == "aws_iam_policy_document":
            value = policy(said(block, scope.within(self._key.names))[0], scope.budget)
        elif any(name in (each.type, *each.labels[:1]) for each in block.body.blocks):
            value = said(block, scope.within(self._key.names))[0].get(name, UNSET)
        elif name == "arn" and block.type == "resource":
            value = arn_of(block.labels[0], {key: self.member(key) for key in NAMING if key in block.body.attributes})
        if value is None or (isinstance(value, Unknown) and not isinstance(value, Reference)):
            value = UNSET  # null leaves it to the provider
        return Reference(_decided(self._address), shape, self._address, name, value)

    def whole(self) -> Any:
        return Reference(_decided(self._address), "", self._address)


_COUNT = {"index": _OPEN}
_EACH = {"key": _OPEN, "value": _OPEN}


def _decided(address: str) -> str:
    return f"{address} decides it"
