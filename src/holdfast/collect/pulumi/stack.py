"""Previews (`pulumi preview --json`) and exported stacks (`pulumi stack export`): JSON -> resources.

Source: the Pulumi documentation of both commands, and sdk/go/common/resource/plugin/rpc.go (v3) for the marks of
unknown values and secrets. Inputs are decoded when a resource's turn comes, so memory is bounded by the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct

from holdfast.collect.cloud import documents
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.pulumi.names import properties, snake
from holdfast.core.asset import Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import told
from holdfast.core.fact import Secret
from holdfast.core.known import Reference, Unknown
from holdfast.formats.hcl.values import fitting

__all__ = ["MAX_RESOURCES", "is_stack", "read"]

MAX_RESOURCES = 200_000
"""Most resources of a document."""
UNKNOWN = frozenset(
    (
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    )
)
"""What stands for a value that is not known yet, one for each type."""
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  # the mark of secrets, none itself
HIDDEN = "[secret]"
GONE = frozenset(("delete", "delete-replaced", "read-discard", "discard-replaced", "remove-pending-replace"))
"""Steps after which a resource is not there."""


class _State(Struct, rename="camel"):
    urn: str
    type: str
    custom: bool = False
    external: bool = False
    delete: bool = False
    provider: str = ""
    inputs: Raw = Raw(b"{}")
    property_dependencies: dict[str, list[str] | None] = {}


class _Step(Struct, rename="camel"):
    op: str = ""
    new_state: _State | None = None


class _Deployment(Struct):
    resources: list[_State] | None = None


class _Document(Struct):
    steps: list[_Step] | None = None
    deployment: _Deployment | None = None


def is_stack(data: bytes) -> bool:
    """Whether a text looks like a preview or an exported stack."""
    head = data[:4000].lstrip()
    return (
        head.startswith(b"{")
        and b'"urn:pulumi:' in data
        and re.search(rb'"(?:steps|deployment)"\s*:', data) is not None
    )


def read(data: bytes, path: str) -> Iterator[Resource | Gap]:
    """The resources of a preview, as they will be, or of a stack; a Gap instead when it cannot be read."""
    document = documents.read(data, _Document, path, "a preview or stack")
    if isinstance(document, Gap):
        yield document
        return
    states = [
        (each.new_state, f"/steps/{at}/newState")
        for at, each in enumerate(document.steps or ())
        if each.new_state is not None and each.op not in GONE
    ]
    resources = document.deployment.resources if document.deployment else None
    states += [(each, f"/deployment/resources/{at}") for at, each in enumerate(resources or ()) if not each.delete]
    if document.steps is None and resources is None:
        yield Gap(path, "neither the steps of a preview nor the resources of a stack", "unreadable")
        return
    providers = {each.urn: each.inputs for each, _ in states if each.type.startswith("pulumi:providers:")}
    if len(states) > MAX_RESOURCES:
        yield Gap(path, f"more than {MAX_RESOURCES} resources", "unreadable")
    for state, pointer in states[:MAX_RESOURCES]:
        if state.custom and not state.type.startswith("pulumi:"):
            try:
                yield _resource(state, pointer, path, providers)
            except documents.UNREADABLE as error:
                yield Gap(path, f"{state.urn[:200]}: {told(error)}", "unreadable")


def _resource(state: _State, pointer: str, path: str, providers: dict[str, Raw]) -> Resource:
    inputs = _plain(state.inputs)
    for name, urns in state.property_dependencies.items():
        # One dependency only: which of its attributes it is, nothing says.
        if type(inputs.get(name)) is Unknown and urns and len(urns) == 1:
            inputs[name] = Reference(f"{urns[0]} decides it", "", urns[0])
    provider = providers.get(state.provider.rpartition("::")[0])
    own = inputs.get("region")
    return Resource(
        dialect="pulumi",
        type=state.type,
        address=state.urn,
        name=state.urn.rpartition("::")[2],
        attributes=properties(state.type, inputs),
        path=path,
        spots={
            "": Spot(1, 1, pointer),
            **{snake(name): Spot(1, 1, f"{pointer}/inputs/{_escaped(name)}") for name in inputs},
        },
        root=path,
        data=state.external,
        region=own if own is not None else _plain(provider).get("region", UNSET) if provider is not None else UNSET,
    )


def _escaped(name: str) -> str:
    """A key as a step of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def _plain(raw: Raw) -> dict[str, Any]:
    """Inputs without Pulumi's own keys and marks."""
    inputs = fitting(msgspec.json.decode(raw))
    found = _opened(inputs) if isinstance(inputs, dict) else {}
    return {key: value for key, value in found.items() if not key.startswith("__")} if isinstance(found, dict) else {}


def _opened(value: Any) -> Any:
    """A value, whose depth is bounded, with Unknown and Secret where its marks say so."""
    if isinstance(value, str):
        return Unknown("known after it runs") if value in UNKNOWN else Unknown("a secret") if value == HIDDEN else value
    if isinstance(value, list):
        return [_opened(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get(SIGNATURE) == SECRET:
        return _secret(value)
    return {key: _opened(item) for key, item in value.items()}


def _secret(value: dict[str, Any]) -> Any:
    """What a secret holds: text is printed as a fingerprint only; what is encrypted is unknown."""
    inner: Any = value.get("plaintext")
    if not isinstance(inner, str):
        return Unknown("an encrypted secret")
    try:
        found = fitting(msgspec.json.decode(inner.encode()))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return Unknown("a secret that is no JSON")
    return Secret(found) if isinstance(found, str) else found
