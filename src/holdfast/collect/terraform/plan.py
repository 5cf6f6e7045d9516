"""Plans and states as `terraform show -json` writes them: exact values, for the resources that will be.

Source: Terraform's "JSON Output Format" (format versions 0.2 to 1.x; OpenTofu writes the same). What is not read
(prior state, outputs, checks) is skipped while it is parsed, and the values of a resource are decoded when it is its
turn: memory is bounded by the document plus some 200 bytes a resource, time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct

from holdfast.collect.cloud import documents
from holdfast.collect.cloud.resource import Resource
from holdfast.core.asset import Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import told
from holdfast.core.fact import Secret
from holdfast.core.known import Reference, Unknown
from holdfast.formats.hcl.values import fitting

__all__ = ["MAX_RESOURCES", "Object", "is_plan", "read", "those"]

MAX_RESOURCES = 200_000
"""Most resources of a document."""
KNOWN = ("0", "1")
"""Major versions of the format; a minor one only adds. Source: Terraform, "JSON Output Format"."""
AFTER_APPLY = "known after apply"
_HEAD = re.compile(rb'\s*\{\s*"format_version"\s*:\s*"[0-9.]+"')
JOINED = frozenset(("id", "arn", "name", "self_link"))
"""Attributes by which resources name each other: an unknown one that mentions them is taken for a Reference."""


class Object(Struct):
    """A resource with its values, which are decoded when it is its turn."""

    address: str
    type: str
    name: str
    mode: str = "managed"
    index: int | str | None = None
    provider_name: str = ""
    values: Raw = Raw(b"{}")
    sensitive_values: Raw = Raw(b"{}")


class _Module(Struct):
    resources: list[Object] = []
    child_modules: list[_Module] = []
    address: str = ""


class _Values(Struct):
    root_module: _Module = msgspec.field(default_factory=_Module)


class _Change(Struct):
    after_unknown: Raw = Raw(b"{}")


class _Changed(Struct):
    address: str
    change: _Change


class _Declared(Struct):
    """A resource of the configuration, without the instances of anything."""

    address: str
    provider_config_key: str = ""
    expressions: Raw = Raw(b"{}")


class _Called(Struct):
    module: _Configured


class _Configured(Struct):
    resources: list[_Declared] = []
    module_calls: dict[str, _Called] = {}


class _Provider(Struct):
    expressions: dict[str, Any] = {}


class _Configuration(Struct):
    provider_config: dict[str, _Provider] = {}
    root_module: _Configured = msgspec.field(default_factory=_Configured)


class _Variable(Struct):
    value: Any = None


class _Document(Struct):
    format_version: str
    planned_values: _Values | None = None
    values: _Values | None = None
    resource_changes: list[_Changed] = []
    configuration: _Configuration = msgspec.field(default_factory=_Configuration)
    variables: dict[str, _Variable] | None = None


def is_plan(data: bytes) -> bool:
    """Whether a text looks like the output of `terraform show -json`."""
    return _HEAD.match(data[:1000]) is not None and any(
        name in data for name in (b'"planned_values"', b'"root_module"', b'"terraform_version"')
    )


def read(data: bytes, path: str) -> Iterator[Resource | Gap]:
    """The resources of a plan, as they will be, or of a state; a Gap instead when it cannot be read."""
    document = documents.read(data, _Document, path, "a plan or state")
    yield from [document] if isinstance(document, Gap) else _Reading(document, path).resources()


def those(objects: Iterable[tuple[Object, str]], path: str, within: str) -> Iterator[Resource | Gap]:
    """The resources that objects of another document are, each with the pointer to it; `within` it lie its values."""
    yield from _Reading(_Document("1.0"), path, within).of(list(objects))


class _Reading:
    def __init__(self, document: _Document, path: str, within: str = "values") -> None:
        self.document = document
        self.path = path
        self.within = within
        planned = document.planned_values is not None
        self.pointer = "/planned_values/root_module" if planned else "/values/root_module"
        self.values = document.planned_values or document.values
        self.unknown = {each.address: each.change.after_unknown for each in document.resource_changes}
        self.declared: dict[str, _Declared] = {}
        self.objects: list[tuple[Object, str]] = []

    def resources(self) -> Iterator[Resource | Gap]:
        if self.values is None:
            yield Gap(self.path, "a plan without planned values, or a state without values", "unreadable")
            return
        if self.document.format_version.partition(".")[0] not in KNOWN:
            said = self.document.format_version[:20]
            yield Gap(self.path, f"a plan of format {said}, of which format 1 alone is known", "unreadable")
        self.declare(self.document.configuration.root_module, "")
        self.walk(self.values.root_module, self.pointer)
        yield from self.of(self.objects)

    def of(self, objects: Sequence[tuple[Object, str]]) -> Iterator[Resource | Gap]:
        """The resources that some objects are, each with the pointer to it."""
        addresses = {each.address for each, _ in objects}
        for each, pointer in objects[:MAX_RESOURCES]:
            try:
                yield self.resource(each, pointer, addresses)
            except documents.UNREADABLE as error:
                yield Gap(self.path, f"{each.address}: {told(error)}", "unreadable")
        if len(objects) > MAX_RESOURCES:
            yield Gap(self.path, f"more than {MAX_RESOURCES} resources", "unreadable")

    def declare(self, module: _Configured, prefix: str) -> None:
        """Notes what the configuration says, by addresses without instances."""
        for each in module.resources:
            self.declared[prefix + each.address] = each
        for name, call in module.module_calls.items():
            self.declare(call.module, f"{prefix}module.{name}.")

    def walk(self, module: _Module, pointer: str) -> None:
        self.objects += [(each, f"{pointer}/resources/{at}") for at, each in enumerate(module.resources)]
        for at, child in enumerate(module.child_modules):
            self.walk(child, f"{pointer}/child_modules/{at}")

    def resource(self, each: Object, pointer: str, addresses: set[str]) -> Resource:
        values: Any = msgspec.json.decode(each.values)
        unknown = msgspec.json.decode(self.unknown.get(each.address, Raw(b"{}")))
        secret = msgspec.json.decode(each.sensitive_values)
        values = fitting(values if isinstance(values, dict) else {})
        opened = _secret(_opened(values, unknown), secret)
        attributes = opened if isinstance(opened, dict) else {}
        declared = self.declared.get(_without_instances(each.address))
        if declared is not None and unknown:
            self.refer(attributes, each, declared, addresses)
        provider = self.provider(each, declared)
        region = attributes.get("region")
        return Resource(
            dialect="terraform",
            type=each.type,
            address=each.address,
            name=each.name,
            attributes=attributes,
            path=self.path,
            spots={
                "": Spot(1, 1, pointer),
                **{name: Spot(1, 1, f"{pointer}/{self.within}/{name}") for name in attributes},
            },
            root=self.path,
            data=each.mode == "data",
            region=region if region is not None else self.constant(provider, "region"),
            account=self.account(provider),
        )

    def provider(self, each: Object, declared: _Declared | None) -> _Provider | None:
        """The configuration of the resource's provider."""
        configured = self.document.configuration.provider_config
        key = declared.provider_config_key if declared else each.provider_name.rpartition("/")[2]
        return configured.get(key)

    def account(self, provider: _Provider | None) -> Any:
        """The account of a provider: its project or subscription, or that of the role that it assumes."""
        found = self.constant(provider, "project", "subscription_id")
        if found is not UNSET or provider is None:
            return found
        blocks = provider.expressions.get("assume_role")
        block = blocks[0] if isinstance(blocks, list) and blocks and isinstance(blocks[0], dict) else {}
        for name, said in (("role_arn", block), ("profile", provider.expressions)):
            value = self.said(said, name)
            parts = value.split(":") if isinstance(value, str) else []
            if len(parts) == 6 and parts[4].isdecimal():
                return parts[4]
            if value is not UNSET:
                return Unknown(f"{name} ({value.reason})" if isinstance(value, Unknown) else f"{name} {value}")
        return UNSET

    def constant(self, provider: _Provider | None, *names: str) -> Any:
        """What a provider's configuration says of the first of some names."""
        found = (self.said(provider.expressions, name) for name in names) if provider else ()
        return next((each for each in found if each is not UNSET), UNSET)

    def said(self, expressions: Mapping[str, Any], name: str) -> Any:
        """What expressions say of a name: a constant, or the value of a variable; unobserved when they do not."""
        said = expressions.get(name)
        if not isinstance(said, dict):
            return UNSET
        if "constant_value" in said:
            return said["constant_value"]
        references = said.get("references")
        first = references[0] if isinstance(references, list) and references else ""
        variable = (self.document.variables or {}).get(str(first).removeprefix("var."))
        return variable.value if variable else Unknown(f"{first} decides it")

    def refer(self, attributes: dict[str, Any], each: Object, declared: _Declared, addresses: set[str]) -> None:
        """Makes unknown attributes that name another resource a Reference to it."""
        expressions = msgspec.json.decode(declared.expressions)
        prefix = each.address[: max(0, each.address.rfind(f"{each.type}.{each.name}"))].removesuffix("data.")
        own = "" if each.index is None else each.address[len(f"{prefix}{each.type}.{each.name}") :]
        for name, said in expressions.items() if isinstance(expressions, dict) else ():
            references = said.get("references") if isinstance(said, dict) else None
            if type(attributes.get(name)) is not Unknown or not isinstance(references, list) or len(references) < 2:
                continue
            target, _, attribute = str(references[0]).rpartition(".")
            found = next((at for at in (prefix + target, prefix + target + own) if at in addresses), None)
            if attribute in JOINED and target == references[1] and found:
                attributes[name] = Reference(AFTER_APPLY, "", found, attribute)


_INSTANCE = re.compile(r'\[(?:[0-9]+|"(?:[^"\\]|\\.)*")\]')


def _without_instances(address: str) -> str:
    return _INSTANCE.sub("", address)


def _opened(value: Any, unknown: Any) -> Any:
    """A value with Unknown where the plan says that it is known after apply. The value's depth is bounded."""
    if unknown is True:
        return Unknown(AFTER_APPLY)
    if isinstance(unknown, dict) and (value is None or isinstance(value, dict)):
        found = dict(value or {})
        for key, inner in unknown.items():
            if inner is True or _any(inner):
                found[key] = _opened(found.get(key), inner)
        return found
    if isinstance(unknown, list) and (value is None or isinstance(value, list)):
        items = list(value or [])
        items += [None] * (len(unknown) - len(items))
        return [_opened(item, inner) for item, inner in zip(items, unknown, strict=False)] + items[len(unknown) :]
    return value


def _any(unknown: Any) -> bool:
    """Whether anything below is unknown."""
    inner = unknown.values() if isinstance(unknown, Mapping) else unknown if isinstance(unknown, list) else ()
    return unknown is True or any(map(_any, inner))


def _secret(value: Any, secret: Any) -> Any:
    """A value whose sensitive text prints as a fingerprint only."""
    if secret is True:
        return _hidden(value)
    if isinstance(secret, dict) and isinstance(value, dict):
        return {key: _secret(inner, secret.get(key)) for key, inner in value.items()}
    if isinstance(secret, list) and isinstance(value, list):
        marks = [*secret, *[False] * max(0, len(value) - len(secret))]
        return [_secret(inner, mark) for inner, mark in zip(value, marks, strict=False)]
    return value


def _hidden(value: Any) -> Any:
    if isinstance(value, str):
        return Secret(value)
    if isinstance(value, list):
        return [_hidden(item) for item in value]
    return {key: _hidden(item) for key, item in value.items()} if isinstance(value, dict) else value
