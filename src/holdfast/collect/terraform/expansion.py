"""`count`, `for_each`, nested and dynamic blocks: how many of something there are, and what each of them says.

Source: Terraform's "Meta-Arguments" and "dynamic Blocks".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from holdfast.core.asset import Spot
from holdfast.core.known import Text, Unknown, known
from holdfast.formats.hcl.evaluate import evaluate
from holdfast.formats.hcl.scope import Scope
from holdfast.formats.hcl.syntax import Block, Body

__all__ = ["MAX_COPIES", "Copy", "copies", "said"]

MAX_COPIES = 200
"""Most instances of one resource or module that are examined one by one."""
META = frozenset(("count", "for_each", "provider", "providers", "depends_on", "lifecycle", "connection", "provisioner"))
"""What Terraform itself reads of a resource; the provider never sees it."""


class Copy(NamedTuple):
    """One instance of a resource or module: its key (None when there is only one) and the variables it sees."""

    key: str | int | None
    names: Mapping[str, Any]
    maybe: bool = False

    @property
    def suffix(self) -> str:
        """What stands behind the address: `[0]`, `["eu"]`; `[*]` for one that stands for an unknown number."""
        if self.maybe:
            return "[*]"
        if self.key is None:
            return ""
        escaped = self.key.replace("\\", "\\\\").replace('"', '\\"') if isinstance(self.key, str) else ""
        return f'["{escaped}"]' if isinstance(self.key, str) else f"[{self.key}]"


def copies(block: Block, scope: Scope) -> tuple[list[Copy], int]:
    """The instances of a block, at most `MAX_COPIES` of them, and how many more there are.

    One that stands for all is `maybe` when their number is unknown.
    """
    attributes = block.body.attributes
    if "count" in attributes:
        count = known(evaluate(attributes["count"].value, scope))
        count = (
            int(count) if isinstance(count, bool | float) or (isinstance(count, str) and count.isdecimal()) else count
        )
        if not isinstance(count, int):
            open_ = count if isinstance(count, Unknown) else Unknown("a count that is no number")
            return [Copy(None, {"count": {"index": Unknown(open_.reason)}}, maybe=True)], 0
        shown = max(0, min(count, MAX_COPIES))
        return [Copy(at, {"count": {"index": at}}) for at in range(shown)], max(0, count - shown)
    if "for_each" not in attributes:
        return [Copy(None, {})], 0
    pairs = _pairs(known(evaluate(attributes["for_each"].value, scope)))
    if isinstance(pairs, Unknown):
        return [Copy(None, {"each": {"key": pairs, "value": pairs}}, maybe=True)], 0
    found = [Copy(key, {"each": {"key": key, "value": value}}) for key, value in pairs[:MAX_COPIES]]
    return found, len(pairs) - len(found)


def _pairs(over: Any) -> list[tuple[str, Any]] | Unknown:
    """Keys and values of a `for_each`; Unknown when a key is, or when it is neither a map nor a set of texts."""
    if isinstance(over, dict):
        return sorted(over.items())
    if not isinstance(over, list):
        return Unknown(over.reason if isinstance(over, Unknown) else "a for_each over what has no elements")
    items = [known(item) for item in over]
    if not all(isinstance(item, str) for item in items):
        return Unknown("a for_each over keys that are unknown")
    return [(item, item) for item in sorted(set(items))]


def said(block: Block, scope: Scope) -> tuple[dict[str, Any], dict[str, Spot]]:
    """What a resource says, its nested blocks as lists of mappings, and where each of it stands."""
    spots = {"": Spot(*block.body.source.place(block.at))}
    return _body(block.body, scope, "", spots), spots


def _body(body: Body, scope: Scope, prefix: str, spots: dict[str, Spot]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    scope.budget.steps -= len(body.attributes) + len(body.blocks)  # once it is used up, nothing more is evaluated
    place = body.source.place
    for name, each in body.attributes.items():
        if prefix or name not in META:
            found[name] = evaluate(each.value, scope)
            spots[prefix + name] = Spot(*place(each.at))
    for block in body.blocks:
        if not prefix and block.type in META:
            continue
        kind, inner = _bodies(block, scope)
        blocks = found.setdefault(kind, [])
        if not isinstance(blocks, list):
            continue
        for nested in inner:
            path = f"{prefix}{kind}[{len(blocks)}]"
            spots[path] = Spot(*place(block.at))
            blocks.append(nested if isinstance(nested, Unknown) else _body(*nested, path + ".", spots))
    return found


def _bodies(block: Block, scope: Scope) -> tuple[str, Iterable[tuple[Body, Scope] | Unknown]]:
    """The type of a nested block, and the bodies that it stands for."""
    if block.type != "dynamic" or not block.labels:
        return block.type, ((block.body, scope),)
    return block.labels[0], _dynamic(block, scope)


def _content(block: Block) -> tuple[Body, str] | None:
    """The content of a dynamic block and the name of its variable."""
    inner = next((each.body for each in block.body.blocks if each.type == "content"), None)
    iterator = block.body.attributes.get("iterator")
    names = getattr(iterator.value, "names", None) if iterator else None
    return (inner, names[0] if names else block.labels[0]) if inner else None


def _dynamic(block: Block, scope: Scope) -> Iterator[tuple[Body, Scope] | Unknown]:
    """One body for each element; a single Unknown when their number is unknown."""
    found = _content(block)
    over = block.body.attributes.get("for_each")
    if found is None or over is None:
        yield Unknown("a dynamic block without content or for_each")
        return
    elements = known(evaluate(over.value, scope))
    if isinstance(elements, dict):
        pairs: list[tuple[Any, Any]] = sorted(elements.items())
    elif isinstance(elements, list):
        pairs = [(item if isinstance(item, str | Text) else at, item) for at, item in enumerate(elements)]
    elif elements is None:
        return
    else:
        yield Unknown(elements.reason if isinstance(elements, Unknown) else "a for_each over what has no elements")
        return
    for key, value in pairs[:MAX_COPIES]:
        yield found[0], scope.within({found[1]: {"key": key, "value": value}})
    if len(pairs) > MAX_COPIES:
        yield Unknown(f"more than {MAX_COPIES} blocks")
