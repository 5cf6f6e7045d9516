"""YAML 1.1 as Kubernetes and Compose read it: bytes -> plain values that know where they stood.

Built on libyaml's events, not its loader: the loader recurses on input depth and crashes the process.
Keys are always text; plain scalars follow YAML 1.1 without sexagesimals and dates, which manifests use as text.
Aliases share one value. Every alias counts as all that it stands for, so a walker that follows each of them still
sees at most `MAX_NODES` values; an alias to an open anchor is refused, and so is a key that stands twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as Table
from typing import Any, NamedTuple

import yaml
from yaml._yaml import CParser
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from holdfast.core.errors import FormatError

MAX_BYTES = 16 << 20
"""Longest document."""
MAX_DEPTH = 100
"""Deepest nesting."""
MAX_NODES = 1_000_000
"""Most values in a document; what aliases and merge keys repeat counts every time."""
MAX_DOCUMENTS = 100_000
"""Most documents in a stream."""
TOO_DEEP = f"nested more than {MAX_DEPTH} deep"
LIBYAML_TOO_DEEP = "exceeded maximum nesting depth"
"""What libyaml says of brackets that it reads ahead of its events, from version 0.2.6 on."""
LIBYAML_NO_SURROGATES = "found invalid Unicode character escape code"
SURROGATES = rb"(?i)(\\\\)|\\u(d[89ab][\da-f]{2})\\u(d[c-f][\da-f]{2})|\\ud[89a-f][\da-f]{2}"
"""An escaped backslash, a pair of surrogates, or half of one: JSON's way to write what YAML writes as `\\U0001F600`."""


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
    """The documents of a stream, unparsed, cut at lines that start with `---` or `...`.

    Raises FormatError for more than `MAX_DOCUMENTS`.
    """
    start, line = 0, 1
    for end in _cuts(data):
        text = data[start + 3 if data.startswith(b"...", start) else start : end]
        if text.strip(b"- \t\r\n"):
            yield Document(text, line)
        line += data.count(b"\n", start, end)
        start = end


def _cuts(data: bytes) -> list[int]:
    """Where each document ends."""
    found = [len(data)]
    for marker in (b"\n---", b"\n..."):
        at = data.find(marker)
        while at >= 0:
            if data[at + 4 : at + 5] in (b"", b" ", b"\t", b"\r", b"\n"):
                found.append(at + 1)
                if len(found) > MAX_DOCUMENTS:
                    raise FormatError(f"more than {MAX_DOCUMENTS} documents")
            at = data.find(marker, at + 4)
    return sorted(found)


def load(text: bytes, tags: Table[str, str] | None = None) -> Any:
    """The value of one document: Mapping, Sequence, str, int, float, bool or None.

    `tags` are short forms: a value with the tag `!Sub` becomes a Mapping with the one key that stands for it.
    Raises FormatError with line and column (from 1, within `text`) on anything but one well-formed document.
    """
    if len(text) > MAX_BYTES:
        raise FormatError(f"a document of {len(text)} bytes, at most {MAX_BYTES} are read")
    try:
        return (_Tagged(CParser(text), tags) if tags else _Builder(CParser(text))).build()
    except yaml.MarkedYAMLError as error:
        if error.problem == LIBYAML_NO_SURROGATES and (joined := re.sub(SURROGATES, _joined, text)) != text:
            return load(joined, tags)
        mark = error.problem_mark or error.context_mark
        what = TOO_DEEP if error.problem == LIBYAML_TOO_DEEP else error.problem or "not YAML"
        raise FormatError(what, line=mark.line + 1 if mark else 0, column=mark.column + 1 if mark else 0) from error
    except yaml.reader.ReaderError as error:
        line = text.count(b"\n", 0, error.position) + 1
        raise FormatError(f"not text: {error.reason}", line=line, column=1) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FormatError(f"not YAML: {error}") from error


def _joined(found: re.Match[bytes]) -> bytes:
    """A pair of surrogates as YAML escapes it, two bytes shorter; half a pair as the replacement character."""
    if found[1]:
        return found[1]
    if not found[2]:
        return rb"\ufffd"
    high, low = int(found[2], 16), int(found[3], 16)
    return b"\\U%08X" % (0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


class _Builder:
    """Turns events into values; the containers that are still open lie on a stack, never on Python's."""

    def __init__(self, parser: Any) -> None:
        self.next_event = parser.get_event
        self.anchors: dict[str, tuple[Any, int]] = {}
        """Anchor -> its value, and how many values that stands for."""
        self.stack: list[tuple[Any, str | None, int]] = []
        """For each open container: the one around it, its own anchor, and how many values came before its content."""
        self.nodes = 0
        self.documents = 0

    def build(self) -> Any:
        """The value of the only document. Raises FormatError, and what libyaml raises."""
        next_event = self.next_event
        root: Any = _opened(Sequence, None)  # the document's value is the only item of a list of our own
        current, key = root, None
        while True:
            event = next_event()
            kind = type(event)
            if kind is ScalarEvent:
                if key is None and type(current) is Mapping:
                    key = event.value
                    if key in current:
                        raise _refused(event, f"the key `{key[:60]}` stands twice")
                    current.marks[key] = event.start_mark
                    if event.anchor is not None:
                        self.anchors[event.anchor] = key, 1
                else:
                    value = _resolve(event)
                    if event.anchor is not None:
                        self.anchors[event.anchor] = value, 1
                    self.place(value, current, key, event)
                    key = None
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                if len(self.stack) >= MAX_DEPTH:
                    raise _refused(event, TOO_DEEP)
                value = _opened(Mapping if kind is MappingStartEvent else Sequence, event.start_mark)
                self.place(value, current, key, event)
                self.stack.append((current, event.anchor, self.nodes))
                current, key = value, None
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                current = self.close(current, event)
            elif kind is AliasEvent:
                self.place(self.alias(event), current, key, event)
                key = None
            elif kind is StreamEndEvent:
                return root[0] if root else None
            elif kind is DocumentStartEvent:
                self.documents += 1
                if self.documents > 1:
                    raise _refused(event, "a second document")

    def place(self, value: Any, current: Any, key: str | None, event: Any) -> None:
        """Puts a value into the open container."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _refused(event, f"more than {MAX_NODES} values")
        if type(current) is not Mapping:
            current.append(value)
            current.marks.append(event.start_mark)
        elif key is None:
            raise _refused(event, "a mapping, list or alias as a key", "an unrendered template looks like this")
        else:
            current[key] = value

    def close(self, container: Any, event: Any) -> Any:
        """Ends a container; the one around it."""
        if type(container) is Mapping and "<<" in container:
            self.merge(container, event)
        outer, anchor, before = self.stack.pop()
        if anchor is not None:
            self.anchors[anchor] = container, self.nodes - before
        return outer

    def alias(self, event: Any) -> Any:
        """The value behind an alias, which counts as all that it stands for."""
        if any(anchor == event.anchor for _, anchor, _ in self.stack):
            raise _refused(event, f"alias *{event.anchor} stands inside its own anchor")
        if event.anchor not in self.anchors:
            raise _refused(event, "an alias has no anchor before it")  # a password may start with a star
        value, size = self.anchors[event.anchor]
        self.nodes += size
        return value

    def merge(self, mapping: Mapping, event: Any) -> None:
        """Copies what `<<` names. https://yaml.org/type/merge.html: own keys win, then earlier sources."""
        sources = mapping.pop("<<")
        mapping.marks.pop("<<")
        for source in sources if type(sources) is Sequence else [sources]:
            if type(source) is not Mapping:
                raise _refused(event, "`<<` merges something that is not a mapping")
            for key, value in source.items():
                if key not in mapping:
                    mapping[key] = value
                    mapping.marks[key] = source.marks[key]


class _Tagged(_Builder):
    """Knows tags that are short for a mapping with one key; apart, so that other documents do not pay for it."""

    def __init__(self, parser: Any, tags: Table[str, str]) -> None:
        super().__init__(parser)
        self.tags = tags

    def place(self, value: Any, current: Any, key: str | None, event: Any) -> None:
        """Puts a value, with the mapping that its tag stands for around it, into the open container."""
        name = self.tags.get(event.tag) if type(event) is not AliasEvent and event.tag is not None else None
        if name is not None:
            inner, value = value, _opened(Mapping, event.start_mark)
            value[name] = inner
            value.marks[name] = event.start_mark
            self.nodes += 1
        super().place(value, current, key, event)


def _opened(kind: type[Mapping | Sequence], mark: Any) -> Any:
    container = kind()
    container.mark = mark
    container.marks = {} if kind is Mapping else []
    return container


def _refused(event: Any, what: str, hint: str = "") -> FormatError:
    mark = event.start_mark
    return FormatError(what, line=mark.line + 1, column=mark.column + 1, hint=hint)


WORDS: dict[str, object] = {"": None, "~": None}
for _value, _names in ((None, ["null"]), (True, ["true", "yes", "on"]), (False, ["false", "no", "off"])):
    for _name in _names:
        WORDS.update(dict.fromkeys((_name, _name.capitalize(), _name.upper()), _value))
NUMERIC = frozenset("0123456789+-.")
LONGEST_NUMBER = 40
OCTAL = re.compile(r"([-+]?)0([0-7_]+)", re.ASCII)
INTEGER = re.compile(r"[-+]?(?:0b_*[01][01_]*|0o_*[0-7][0-7_]*|0x_*[0-9a-fA-F][0-9a-fA-F_]*|[1-9][0-9_]*|0)", re.ASCII)
FLOAT = re.compile(r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*|[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?", re.ASCII)
SPECIAL = {".inf": float("inf"), "-.inf": float("-inf"), "+.inf": float("inf"), ".nan": float("nan")}
TAG = "tag:yaml.org,2002:"
RESET = "!reset"
"""Compose's tag for a key that an override file takes away again."""


def _resolve(event: Any) -> object:
    """The value of a scalar: plain ones by YAML 1.1's rules, all others as text; unknown tags are left aside."""
    text: str = event.value
    if event.implicit[0]:
        if text in WORDS:
            return WORDS[text]
        return _number(text) if text[0] in NUMERIC and len(text) <= LONGEST_NUMBER else text
    tag: str | None = event.tag
    if tag is None or tag == f"{TAG}str":
        return text
    if tag == RESET or tag == f"{TAG}null":
        return None
    if tag == f"{TAG}bool":
        return WORDS.get(text, text)
    return _number(text) if tag in (f"{TAG}int", f"{TAG}float") and len(text) <= LONGEST_NUMBER else text


def _number(text: str) -> object:
    """A number, or the text where it is none or is beyond what a double holds."""
    octal = OCTAL.fullmatch(text)
    if octal is not None:
        digits = octal[2].replace("_", "") or "0"
        return int(octal[1] + digits, 8)
    if INTEGER.fullmatch(text):
        return int(text.replace("_", ""), 0)
    if FLOAT.fullmatch(text):
        value = float(text.replace("_", ""))
        return value if abs(value) != SPECIAL[".inf"] else text
    return SPECIAL.get(text.lower(), text)
