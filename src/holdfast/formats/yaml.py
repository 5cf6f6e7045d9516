"""YAML 1.1 as Kubernetes and Compose read it: bytes -> plain values that know where they stood.

Built on libyaml's events, not its loader: the loader recurses on input depth and crashes the process.
Keys are always text; plain scalars follow YAML 1.1 without sexagesimals and dates, which manifests use as text.
Aliases share one value, so a walker must remember what it has seen; an alias to an open anchor is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml
from yaml._yaml import CParser

from holdfast.core.errors import FormatError

MAX_BYTES = 16 << 20
"""Longest document."""
MAX_DEPTH = 100
"""Deepest nesting."""
MAX_NODES = 2_000_000
"""Most values in a document, those that merge keys copy included."""


class Mapping(dict[str, Any]):
    """A mapping; `mark` is where it starts, `marks` where each of its keys does (lines and columns from 0)."""

    __slots__ = ("mark", "marks")
    mark: Any
    marks: dict[str, Any]


class Sequence(list[Any]):
    """A sequence; `marks` is where each of its items starts."""

    __slots__ = ("mark", "marks")
    mark: Any
    marks: list[Any]


class Document(NamedTuple):
    """The text of one document and the line (from 1) on which it starts."""

    text: bytes
    line: int


def documents(data: bytes) -> Iterator[Document]:
    """The documents of a stream, unparsed, cut at lines that start with `---`."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "replace").encode()
    start, line = 0, 1
    while start < len(data):
        end = _separator(data, start)
        if data[start:end].strip(b"- \t\r\n"):
            yield Document(data[start:end], line)
        line += data.count(b"\n", start, end)
        start = end


def _separator(data: bytes, start: int) -> int:
    """Where the next line that is `---` begins, or the end."""
    at = data.find(b"\n---", start)
    while at >= 0:
        if data[at + 4 : at + 5] in (b"", b" ", b"\t", b"\r", b"\n"):
            return at + 1
        at = data.find(b"\n---", at + 4)
    return len(data)


def load(text: bytes) -> Any:
    """The value of one document: Mapping, Sequence, str, int, float, bool or None.

    Raises FormatError with line and column (from 1, within `text`) on anything but one well-formed document.
    """
    if len(text) > MAX_BYTES:
        raise FormatError(f"a document of {len(text)} bytes, at most {MAX_BYTES} are read")
    try:
        return _Builder(CParser(text)).build()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = error.problem or "not YAML"
        raise FormatError(what, line=mark.line + 1 if mark else 0, column=mark.column + 1 if mark else 0) from error
    except yaml.reader.ReaderError as error:
        line = text.count(b"\n", 0, error.position) + 1
        raise FormatError(f"not text: {error.reason}", line=line, column=1) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FormatError(f"not YAML: {error}") from error


class _Builder:
    """Turns events into values; the containers that are still open lie on a stack, never on Python's."""

    def __init__(self, parser: Any) -> None:
        self.next_event = parser.get_event
        self.anchors: dict[str, Any] = {}
        self.stack: list[tuple[Any, Any]] = []  # (container, the key that waits for its value)
        self.current: Any = Sequence()  # the root is the only item of a list of our own
        self.current.marks = []
        self.key: Any = None
        self.nodes = 0

    def build(self) -> Any:
        next_event, scalar = self.next_event, yaml.ScalarEvent
        while True:
            event = next_event()
            if type(event) is scalar:
                if self.key is None and type(self.current) is Mapping:
                    self.key = event.value
                    self.current.marks[event.value] = event.start_mark
                else:
                    self.place(_resolve(event), event)
            elif type(event) is yaml.StreamEndEvent:
                return self.current[0] if self.current else None
            else:
                self.structure(event)

    def structure(self, event: Any) -> None:
        match event:
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self.open(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                if "<<" in self.current and type(self.current) is Mapping:
                    self.merge(event)
                self.current, self.key = self.stack.pop()
            case yaml.AliasEvent():
                if event.anchor not in self.anchors:
                    raise _refused(event, f"alias *{event.anchor} has no anchor before it")
                value = self.anchors[event.anchor]
                if any(value is container for container, _ in self.stack) or value is self.current:
                    raise _refused(event, f"alias *{event.anchor} stands inside its own anchor")
                self.place(value, event)

    def open(self, event: Any) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise _refused(event, f"nested more than {MAX_DEPTH} deep")
        container: Any
        if type(event) is yaml.MappingStartEvent:
            container = Mapping()
            container.marks = {}
        else:
            container = Sequence()
            container.marks = []
        container.mark = event.start_mark
        self.place(container, event)
        self.stack.append((self.current, self.key))
        self.current, self.key = container, None

    def place(self, value: Any, event: Any) -> None:
        if event.anchor is not None and type(event) is not yaml.AliasEvent:
            self.anchors[event.anchor] = value
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _refused(event, f"more than {MAX_NODES} values")
        if type(self.current) is not Mapping:
            self.current.append(value)
            self.current.marks.append(event.start_mark)
        elif self.key is None:
            raise _refused(event, "a mapping, list or alias as a key", "an unrendered template looks like this")
        else:
            self.current[self.key] = value
            self.key = None

    def merge(self, event: Any) -> None:
        # https://yaml.org/type/merge.html: the mapping's own keys win, then earlier sources.
        sources = self.current.pop("<<")
        self.current.marks.pop("<<", None)
        for source in sources if type(sources) is Sequence else [sources]:
            if type(source) is not Mapping:
                raise _refused(event, "`<<` merges something that is not a mapping")
            self.nodes += len(source)
            if self.nodes > MAX_NODES:
                raise _refused(event, f"more than {MAX_NODES} values")
            for key, value in source.items():
                if key not in self.current:
                    self.current[key] = value
                    self.current.marks[key] = source.marks[key]


def _refused(event: Any, what: str, hint: str = "") -> FormatError:
    mark = event.start_mark
    return FormatError(what, line=mark.line + 1, column=mark.column + 1, hint=hint)


WORDS: dict[str, object] = {"": None, "~": None}
for _value, _names in ((None, ["null"]), (True, ["true", "yes", "on"]), (False, ["false", "no", "off"])):
    for _name in _names:
        WORDS.update(dict.fromkeys((_name, _name.capitalize(), _name.upper()), _value))
NUMERIC = frozenset("0123456789+-.")
INTEGER = re.compile(r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[1-9][0-9_]*|0)", re.ASCII)
FLOAT = re.compile(r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*|[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?", re.ASCII)
SPECIAL = {".inf": float("inf"), "-.inf": float("-inf"), "+.inf": float("inf"), ".nan": float("nan")}


def _resolve(event: Any) -> object:
    """The value of a scalar: plain ones by YAML 1.1's rules, all others as text."""
    text: str = event.value
    if not event.implicit[0]:
        if event.tag == "tag:yaml.org,2002:int" or event.tag == "tag:yaml.org,2002:float":
            return _number(text)
        return text
    if text in WORDS:
        return WORDS[text]
    return _number(text) if text[0] in NUMERIC and len(text) <= 40 else text


def _number(text: str) -> object:
    if INTEGER.fullmatch(text):
        digits = text.replace("_", "")
        if digits.lstrip("+-").startswith("0") and digits.lstrip("+-").isdigit() and len(digits.lstrip("+-")) > 1:
            return int(digits, 8)
        try:
            return int(digits, 0)
        except ValueError:
            return text
    if FLOAT.fullmatch(text):
        try:
            return float(text.replace("_", ""))
        except ValueError:
            return text
    return SPECIAL.get(text.lower(), text)
