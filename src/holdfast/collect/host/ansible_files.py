"""The files, or rows of files, that a task of Ansible writes with text of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from collections.abc import Mapping as Table
from typing import Any

from holdfast.collect.host.line_edits import edit_of
from holdfast.collect.host.parts import Part
from holdfast.formats.yaml import Mapping, Sequence

CHANGES = ("present", "updated", "before", "after")
"""What `pamd` does with a row; it takes others, or arguments of one, away."""
ITEM = re.compile(r"\{\{\s*item(?:\.(\w+)|\[['\"](\w+)['\"]\])?\s*\}\}")
KEPT = re.compile(r"\\(?:\d|g<)")
"""Stands for some of what was there before."""
ITEMS = 500
LOOPS = ("loop", "with_items", "with_list", "with_dict")
WORDS = ("present", "mounted", "persistent", "started", "link", "file", "touch")


def written(module: str, row: Mapping, arguments: Mapping, values: Table[str, Any]) -> Iterator[Part]:
    """What a task writes by itself; `values` are its arguments with items and variables put in."""
    maker = MAKERS.get(module)
    if maker is None or arguments.get("state", "present") not in (WORDS if module != "pamd" else CHANGES):
        return
    made = maker(values)
    if made is not None:
        path, text, key, whole = made
        mark = arguments.marks.get(key) or arguments.mark or row.mark
        line = mark.line + (2 if "\n" in str(arguments.get(key, "")) else 1)
        kept = module in ("lineinfile", "replace") and KEPT.search(text) is not None
        data = b"" if kept else text.encode("utf-8", "replace")
        yield Part(path, data, line, whole, filled=kept, edit=None if kept else edit_of(module, values))


def items(row: Mapping) -> list[Any]:
    """The items of `loop` or `with_items` where they are written out; one empty item without a loop."""
    return looped(next((row[key] for key in LOOPS if key in row), None))


def looped(given: Any) -> list[Any]:
    """The items of a list or a table; one empty item for anything else."""
    if isinstance(given, Mapping):
        return [{"key": key, "value": value} for key, value in given.items()][:ITEMS]
    if isinstance(given, Sequence):
        return list(given)[:ITEMS]
    return [None]


def filled(value: Any, item: Any) -> Any:
    """A value with the item put in."""
    if item is None or not isinstance(value, str):
        return value

    def put(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        found = item.get(name) if isinstance(item, dict) and name else item if not name else None
        return str(found) if isinstance(found, str | int | float) else match[0]

    return ITEM.sub(put, value)


Made = tuple[str, str, str, bool] | None
"""Path, text, the argument that holds the text, and whether it is the whole file."""


def _text(values: Table[str, Any], *keys: str) -> str:
    found = next((values[key] for key in keys if values.get(key) is not None), "")
    return found if isinstance(found, str) else str(found)


def _copy(values: Table[str, Any]) -> Made:
    content = values.get("content")
    if isinstance(content, Mapping | Sequence):
        content = json.dumps(content, default=str)
    return (_text(values, "dest"), content, "content", True) if isinstance(content, str) else None


def _line(values: Table[str, Any]) -> Made:
    text = _text(values, "line")
    return (_text(values, "path", "dest", "destfile", "name"), text, "line", False) if text else None


def _block(values: Table[str, Any]) -> Made:
    return _text(values, "path", "dest", "destfile", "name"), _text(values, "block", "content"), "block", False


def _replace(values: Table[str, Any]) -> Made:
    text = _text(values, "replace")
    return (_text(values, "path", "dest", "destfile", "name"), text, "replace", False) if text else None


def _ini(values: Table[str, Any]) -> Made:
    row = f"[{_text(values, 'section')}]\n{_text(values, 'option')}={_text(values, 'value')}"
    return _text(values, "path", "dest"), row, "value", False


def _pamd(values: Table[str, Any]) -> Made:
    keys = ("type", "control", "module_path")
    rows = [" ".join(_text(values, f"new_{key}", key) for key in keys)]
    if values.get("state") in ("before", "after"):
        rows.append(" ".join(_text(values, key) for key in keys))
    if values.get("state") == "after":
        rows.reverse()
    return f"/etc/pam.d/{_text(values, 'name')}", "\n".join(rows), "name", False


def _key(values: Table[str, Any]) -> Made:
    user, key = _text(values, "user"), _text(values, "key")
    home = "/root" if user == "root" else f"/home/{user}"
    options = _text(values, "key_options")
    text = "{{ key }}" if "://" in key.partition(" ")[0] else f"{options} {key}".strip()
    return _text(values, "path") or f"{home}/.ssh/authorized_keys", text, "key", False


def _sysctl(values: Table[str, Any]) -> Made:
    text = f"{_text(values, 'name', 'key')} = {_text(values, 'value', 'val')}"
    return _text(values, "sysctl_file") or "/etc/sysctl.conf", text, "value", False


def _modprobe(values: Table[str, Any]) -> Made:
    name, options = _text(values, "name"), _text(values, "params")
    return (f"/etc/modprobe.d/{name}.conf", f"options {name} {options}", "params", False) if options else None


def _mount(values: Table[str, Any]) -> Made:
    source, point, type = _text(values, "src"), _text(values, "path", "name"), _text(values, "fstype")
    row = f"{source} {point} {type} {_text(values, 'opts') or 'defaults'} 0 0"
    return (_text(values, "fstab") or "/etc/fstab", row, "opts", False) if source and point and type else None


def _sudoers(values: Table[str, Any]) -> Made:
    who = _text(values, "user") or f"%{_text(values, 'group')}"
    given = values.get("commands")
    commands = ", ".join(map(str, given)) if isinstance(given, list) else _text(values, "commands")
    tag = "" if str(values.get("nopassword", "yes")).lower() in ("no", "false") else "NOPASSWD: "
    row = f"{who} ALL=({_text(values, 'runas') or 'root'}) {tag}{commands}"
    return f"/etc/sudoers.d/{_text(values, 'name').replace('.', '_')}", row, "commands", True


MAKERS = {
    "copy": _copy, "lineinfile": _line, "blockinfile": _block, "sysctl": _sysctl,
    "modprobe": _modprobe, "mount": _mount, "sudoers": _sudoers, "replace": _replace, "ini_file": _ini,
    "pamd": _pamd, "authorized_key": _key,
}  # fmt: skip
"""Module -> what it writes. Sources: the modules' documentation (Ansible 12)."""
