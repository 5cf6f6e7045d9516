"""The files of a folder as one module: what it declares, with override files merged in.

Source: Terraform's "Files and Configuration Structure", "Override Files" and "Variable Definitions (.tfvars) Files";
OpenTofu reads `name.tofu` instead of `name.tf` where both are.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from msgspec import Struct

from holdfast.collect.holes import TEMPLATE
from holdfast.core.coverage import Gap, template
from holdfast.core.errors import FormatError
from holdfast.formats.hcl import json, reader
from holdfast.formats.hcl.syntax import Attribute, Block, Body

__all__ = ["Declared", "Module", "is_configuration", "modules"]

LABELS = {
    "resource": 2, "data": 2, "module": 1, "provider": 1, "variable": 1, "output": 1, "locals": 0, "terraform": 0,
    "moved": 0, "import": 0, "removed": 0, "check": 1, "ephemeral": 2,
}  # fmt: skip
"""The blocks at the top of a file, with the number of their labels."""
SUFFIXES = (".tf", ".tf.json", ".tofu", ".tofu.json")
VALUES = (".tfvars", ".tfvars.json")


class Declared(NamedTuple):
    """A block with the file that it stands in."""

    path: str
    block: Block


class Module(Struct):
    """What the files of one folder declare."""

    folder: str
    resources: dict[str, dict[str, Declared]] = {}
    """Type -> name -> the resource."""
    data: dict[str, dict[str, Declared]] = {}
    calls: dict[str, Declared] = {}
    variables: dict[str, Declared] = {}
    outputs: dict[str, Declared] = {}
    providers: dict[str, Declared] = {}
    """`name` or `name.alias` -> the configuration."""
    locals: dict[str, Attribute] = {}
    values: dict[str, Attribute] = {}
    """What the files of values say that Terraform reads by itself when this is the root module."""
    complete: bool = True
    """Whether every file could be read; if not, a name that is not found may be declared there."""


def is_configuration(path: str) -> bool:
    """Whether a file belongs to a module: a configuration or values for its variables."""
    return path.endswith(SUFFIXES + VALUES) and "/.terraform/" not in f"/{path}"


def modules(files: Mapping[str, bytes], gap: Callable[[Gap], None]) -> dict[str, Module]:
    """Folder -> its module; `gap` is told what cannot be read."""
    folders: dict[str, list[str]] = {}
    for path in files:
        if is_configuration(path):
            folders.setdefault(posixpath.dirname(path), []).append(path)
    found = {folder: _module(folder, sorted(paths), files, gap) for folder, paths in sorted(folders.items())}
    return {folder: module for folder, module in found.items() if module is not None}


def _module(folder: str, paths: list[str], files: Mapping[str, bytes], gap: Callable[[Gap], None]) -> Module | None:
    module = Module(folder)
    configurations = [path for path in paths if path.endswith(SUFFIXES) and not _hidden(path, paths)]
    for path in paths:
        if path.endswith(VALUES) and not (configurations and _loaded(path)):
            read = _read(path, files[path], gap)  # somebody names it on a command line
            if read is not None and read.attributes:
                gap(Gap(path, "values that a command line names (`-var-file`) are not used", "left_out"))
    if not configurations:
        return None
    for path in sorted(configurations, key=lambda path: (_overrides(path), path)):
        body = _read(path, files[path], gap)
        if body is None:
            module.complete = False
            continue
        for block in body.blocks:
            _declare(module, path, block, merge=_overrides(path))
    for path in sorted(filter(_loaded, paths), key=_order):
        body = _read(path, files[path], gap)
        module.values.update(body.attributes if body else {})
        module.complete &= body is not None
    return module


def _read(path: str, data: bytes, gap: Callable[[Gap], None]) -> Body | None:
    try:
        return json.read(data, {} if path.endswith(VALUES) else LABELS) if path.endswith(".json") else reader.read(data)
    except FormatError as error:
        row = data.split(b"\n")[error.line - 1] if error.line else b""
        hole = TEMPLATE.search(row) is not None
        gap(
            template(path, error.line)
            if hole
            else Gap(path, f"not readable as HCL: {error.what}", "unreadable", error.line)
        )
        return None


def _stem(path: str) -> str:
    return posixpath.basename(path).removesuffix(".json").rpartition(".")[0]


def _hidden(path: str, paths: list[str]) -> bool:
    """Whether OpenTofu has a file of its own for this one."""
    stem, dot, suffix = path.removesuffix(".json").rpartition(".")
    return suffix == "tf" and f"{stem}{dot}tofu{path[len(stem) + 3 :]}" in paths


def _overrides(path: str) -> bool:
    stem = _stem(path)
    return stem == "override" or stem.endswith("_override")


def _loaded(path: str) -> bool:
    """Whether Terraform reads a file of values by itself."""
    return path.endswith(VALUES) and (_stem(path) == "terraform" or _stem(path).endswith(".auto"))


def _order(path: str) -> tuple[bool, bool, str]:
    """terraform.tfvars, terraform.tfvars.json, then the others by name; later ones win."""
    automatic = _stem(path) != "terraform"
    return automatic, path.endswith(".json") and not automatic, path


def _declare(module: Module, path: str, block: Block, merge: bool) -> None:
    """Adds a top-level block to its table; one that lacks its labels is none."""
    if block.type == "locals":
        module.locals.update(block.body.attributes)
        return
    if len(block.labels) != LABELS.get(block.type, -1):
        return
    name = block.labels[-1] if block.labels else ""
    if block.type == "provider" and "alias" in block.body.attributes:
        alias = getattr(block.body.attributes["alias"].value, "value", None)
        name = f"{name}.{alias}"
    for table in _tables(module, block):
        if merge and name in table:
            table[name] = Declared(table[name].path, _merged(table[name].block, block))
        else:
            table.setdefault(name, Declared(path, block))


def _tables(module: Module, block: Block) -> Iterator[dict[str, Declared]]:
    """Where blocks of that type are kept, if they are."""
    match block.type:
        case "resource":
            yield module.resources.setdefault(block.labels[0], {})
        case "data":
            yield module.data.setdefault(block.labels[0], {})
        case "module":
            yield module.calls
        case "variable":
            yield module.variables
        case "output":
            yield module.outputs
        case "provider":
            yield module.providers


def _merged(block: Block, override: Block) -> Block:
    """An override's attributes replace those of the same name, its nested blocks all of the same type.

    A place in an override file is told as one in the file that it changes: near the block, if not on its line.
    """
    replaced = {_kind(inner) for inner in override.body.blocks}
    at = block.at
    attributes = {**block.body.attributes}
    for name, each in override.body.attributes.items():
        attributes[name] = Attribute(name, each.value, attributes[name].at if name in attributes else at)
    kept = [inner for inner in block.body.blocks if _kind(inner) not in replaced]
    fresh = tuple(_at(inner, at, block.body) for inner in override.body.blocks)
    return Block(block.type, block.labels, Body(attributes, (*kept, *fresh), block.body.source), at)


def _kind(block: Block) -> str:
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type


def _at(block: Block, at: int, body: Body) -> Block:
    """A block of another file as one that stands at an offset of this one."""
    attributes = {name: Attribute(name, each.value, at) for name, each in block.body.attributes.items()}
    blocks = tuple(_at(inner, at, body) for inner in block.body.blocks)
    return Block(block.type, block.labels, Body(attributes, blocks, body.source), at)
