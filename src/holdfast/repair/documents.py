"""Changes of one YAML or JSON document, each proved: the document that comes out differs in the named place alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from holdfast.core.errors import FormatError, RepairError
from holdfast.core.repair import Value
from holdfast.formats.yaml import load
from holdfast.repair.insert import Splice, below_nothing, entry, item, style_of, written
from holdfast.repair.tree import Node, comments, compose, content_end, line_end, spans

PARTED = re.compile(r"[:=]")
PLAYS = frozenset(("hosts", "tasks", "pre_tasks", "post_tasks", "handlers", "block", "roles"))
"""Keys of what holds tasks. Source: Ansible, Playbook keywords."""
ANCHOR = "another place shares this one by an anchor"


def steps_of(pointer: str) -> list[str]:
    """The steps of a pointer. Source: RFC 6901, 4."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def put(text: str, steps: Sequence[str], value: Value) -> str:
    """The text with `value` at `steps`; mappings that are missing on the way are made. Raises RepairError."""
    return _Change(text).put(steps, value)


def fill(text: str, steps: Sequence[str], value: Value) -> str:
    """The text with `value` at `steps`, where nothing or the same stands now. Raises RepairError."""
    change = _Change(text)
    if not change.walk(steps)[1] and not _same(_at(change.value, steps), value):
        raise RepairError("somebody wrote another value, which is a decision")
    return change.put(steps, value)


def append(text: str, steps: Sequence[str], value: Value) -> str:
    """The text with `value` as the last item of the list at `steps`, which is made if missing. Raises RepairError."""
    return _Change(text).append(steps, value)


def task_at(text: str, line: int) -> list[str]:
    """The steps to the task of Ansible one of whose keys stands on a line (from 1). Raises RepairError for none."""
    pending: list[tuple[list[str], Node]] = [([], compose(text))]
    while pending:
        steps, node = pending.pop()
        keys = {key.value: text.count("\n", 0, key.start) + 1 for key, _ in node.items if key is not None}
        if line in keys.values():
            if keys.keys() & PLAYS:
                break
            return steps
        names = [str(number) if key is None else key.value for number, (key, _) in enumerate(node.items)]
        pending += [([*steps, name], value) for name, (_, value) in reversed(list(zip(names, node.items, strict=True)))]
    raise RepairError("no task of its own stands there")


def take(text: str, steps: Sequence[str], keep: int) -> str:
    """The text without the entry at `steps`.

    What holds nothing else goes too, but nothing at the first `keep` steps or above. Raises RepairError.
    """
    return _Change(text).take(steps, keep)


class _Change:
    def __init__(self, text: str) -> None:
        self.text = text
        self.root = compose(text)
        self.style = style_of(self.root, text)
        try:
            self.value = _read(text)
        except FormatError as error:
            raise RepairError("the document cannot be read") from error

    def put(self, steps: Sequence[str], value: Value) -> str:
        trail, rest = self.walk(steps)
        key, node = trail[-1]
        if not rest:
            if _same(_at(self.value, steps), value):
                return self.text
            return self.proved(
                self.scalar(node, value, flow=any(around.flow for _, around in trail)), _with(self.value, steps, value)
            )
        return self.proved(self.missing(key, node, rest, value), _with(self.value, steps, value))

    def append(self, steps: Sequence[str], value: Value) -> str:
        trail, rest = self.walk(steps)
        key, node = trail[-1]
        if rest:
            return self.proved(self.missing(key, node, rest, [value]), _with(self.value, steps, [value]))
        if node.kind != "sequence":
            raise RepairError("something else stands where a list should")
        present = _at(self.value, steps)
        if any(_same(have, value) for have in present):
            return self.text
        flag = value.partition("=")[0] + "=" if isinstance(value, str) and value.startswith("--") else ""
        for number, have in enumerate(present):
            if flag and isinstance(have, str) and have.startswith(flag):
                return self.put([*steps, str(number)], value)
        if any(_named_alike(have, value) for have in present):
            raise RepairError("another value for it is in the list")
        return self.proved(item(node, value, self.text, self.style), _with(self.value, steps, [*present, value]))

    def take(self, steps: Sequence[str], keep: int) -> str:
        if not steps:
            raise RepairError("it is the whole document")
        trail, rest = self.walk(steps)
        if rest:
            return self.text  # another repair took it
        at = len(steps)
        while at - 1 > keep and len(trail[at - 1][1].items) == 1:
            at -= 1
        parent = trail[at - 1][1]
        if len(parent.items) == 1:
            raise RepairError("nothing would be left around it")
        key, node = trail[at]
        return self.proved(self.cut(parent, key, node), _without(self.value, steps[:at]))

    def walk(self, steps: Sequence[str]) -> tuple[list[tuple[Node | None, Node]], list[str]]:
        """The entries on the way, the document's own first, and the steps that lead no further."""
        trail: list[tuple[Node | None, Node]] = [(None, self.root)]
        for number, step in enumerate(steps):
            found = trail[-1][1].child(step)
            if found is None:
                return trail, list(steps[number:])
            trail.append(found)
        return trail, []

    def scalar(self, node: Node, value: Value, *, flow: bool) -> Splice:
        """Puts a scalar in the place of another one."""
        if node.kind == "alias" or self.text[node.start : node.start + 1] in ("&", "!"):
            raise RepairError(ANCHOR if node.kind == "alias" else "the value has an anchor or a tag")
        if node.kind != "scalar" or node.style in ("|", ">"):
            raise RepairError("the value is no single word")
        quote = node.style if isinstance(value, str) else ""
        lead = " " if self.text[node.start - 1 : node.start] == ":" else ""
        return Splice(node.start, node.end, lead + written(value, flow=flow, quote=quote))

    def missing(self, key: Node | None, node: Node, rest: Sequence[str], value: Any) -> Splice:
        """Makes the entries that are missing."""
        if node.kind == "alias":
            raise RepairError(ANCHOR)
        if node.kind == "mapping":
            return entry(node, rest, value, self.text, self.style)
        if node.kind == "scalar" and key is not None and not node.style:
            return below_nothing(key, node, rest, value, self.text, self.style)
        raise RepairError("something else stands where a mapping should")

    def cut(self, parent: Node, key: Node | None, node: Node) -> Splice:
        """Takes an entry out, and leaves its comments."""
        start = node.start if key is None else key.start
        position = next(at for at, (_, value) in enumerate(parent.items) if value is node)
        following = parent.items[position + 1] if position + 1 < len(parent.items) else None
        if parent.flow:
            before = parent.items[position - 1][1].end
            piece = (start, (following[0] or following[1]).start) if following else (before, node.end)
            return self.bare(*piece)
        if key is None:
            start = self.text.rindex("-", 0, start)
        line = self.text.rfind("\n", 0, start) + 1
        if self.text[line:start].strip(" "):
            if following is None or key is None:
                raise RepairError("it shares its line with what stands around it")
            return self.bare(start, (following[0] or following[1]).start)
        return self.lines(line, start, node, key)

    def bare(self, start: int, end: int) -> Splice:
        """Takes a piece of a line out in which there is no comment."""
        if "#" in self.text[start:end]:
            raise RepairError("a comment would be lost")
        return Splice(start, end, "")

    def lines(self, line: int, start: int, node: Node, key: Node | None) -> Splice:
        """Takes whole lines out; the comments in them stay, each on a line of its own."""
        end = line_end(content_end(node, self.text), self.text)
        inside = spans(node, self.text)
        first = start + 1 if key is None else key.end
        kept = comments(first, end, inside, self.text)
        indent, eol = " " * (start - line), self.style.eol
        if not kept:
            after = self.text[end : end + 2]
            return Splice(line, end + (2 if after == "\r\n" else len(after[:1])), "")
        return Splice(line, end, eol.join(indent + comment for comment in kept))

    def proved(self, splice: Splice, wanted: Any) -> str:
        """The text with a piece replaced. Raises RepairError where it does not read as wanted."""
        text = self.text[: splice.start] + splice.text + self.text[splice.end :]
        try:
            value = _read(text)
        except FormatError as error:
            raise RepairError("the file could not be read after the change") from error
        if not _same(value, wanted):
            raise RepairError(ANCHOR if "&" in self.text else "the change would reach other places, too")
        return text


def _named_alike(one: Any, other: Any) -> bool:
    """Whether two items of a list give the same name a value: `no-new-privileges:false` and `...:true`."""
    names = [PARTED.split(item)[0] for item in (one, other) if isinstance(item, str) and PARTED.search(item)]
    return len(names) == 2 and names[0] == names[1]


def _read(text: str) -> Any:
    return load(text.encode())


def _same(a: Any, b: Any) -> bool:
    """Whether two values are alike, to their types."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    return type(a) is type(b) and (a == b or a != a)  # noqa: PLR0124  # not a number is like itself here


def _at(value: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def _with(value: Any, steps: Sequence[str], new: Any) -> Any:
    """A copy with `new` at `steps`; what aliases share is copied, so that a change of all of them shows."""
    if not steps:
        return new
    if isinstance(value, list):
        at = int(steps[0])
        return [*value[:at], _with(value[at], steps[1:], new), *value[at + 1 :]]
    known = value if isinstance(value, dict) else {}
    return {**known, steps[0]: _with(known.get(steps[0]), steps[1:], new)}


def _without(value: Any, steps: Sequence[str]) -> Any:
    """A copy without the entry at `steps`."""
    if isinstance(value, list):
        at = int(steps[0])
        inner = [_without(value[at], steps[1:])] if len(steps) > 1 else []
        return [*value[:at], *inner, *value[at + 1 :]]
    rest = {key: item for key, item in value.items() if key != steps[0]}
    return {**rest, steps[0]: _without(value[steps[0]], steps[1:])} if len(steps) > 1 else rest
