"""rsyslog's configuration: where it sends messages, and what else it reads.

Both languages: `action(type="omfwd" ...)` and `*.* @@host:514`. Source: rsyslog 8 documentation, "omfwd", "omrelp",
"Network stream drivers", "include"; rsyslog.conf(5) of rsyslog 8.2302.
"""

from __future__ import annotations

import re

from msgspec import Struct

from holdfast.core.errors import FormatError
from holdfast.core.plain_text import decoded

__all__ = ["Forward", "Include", "Input", "Program", "Rsyslog", "read"]

SIZE = 1 << 20
OBJECTS = 10_000
_OBJECT = re.compile(
    r"\b(action|global|include|input|module)\s*\(((?:[^()\"']|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')*)\)",
    re.IGNORECASE,
)
_PARAMETER = re.compile(r"""([\w.]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
_LEGACY = re.compile(r"[^\s#$&:][^\s]*\s+(@@?)(?:\([^)]*\))?(\[[0-9a-fA-F:]+\]|[^\s:;\[]+)(?::(\d+))?")
_AGAIN = re.compile(r"&\s+(@@?)(?:\([^)]*\))?(\[[0-9a-fA-F:]+\]|[^\s:;\[]+)(?::(\d+))?")
_SHELL = re.compile(r"(?:&|[^\s#$&:][^\s]*|:[^\"]*\"[^\"]*\")\s+\^([^;\s]+)")
_DIRECTIVE = re.compile(r"\$(\w+)\s+(.*)")


class Forward(Struct, frozen=True):
    """Another host that gets messages."""

    target: str
    port: str
    protocol: str
    """`udp`, `tcp` or `relp`."""
    tls: bool
    line: int
    anonymous: bool = False
    """Whether any certificate of the other side does."""


class Include(Struct, frozen=True):
    """A pattern of files that are read in this place."""

    pattern: str
    line: int


class Input(Struct, frozen=True):
    """A port on which messages of other hosts are taken."""

    module: str
    """`imudp`, `imtcp`, `imptcp`, `imrelp`."""
    line: int
    port: str = "514"
    address: str = ""
    """Where it is bound; empty for every address."""
    tls: bool = False


class Program(Struct, frozen=True):
    """A command that gets messages: `omprog`, and `^program` of the older language."""

    command: str
    line: int


class Rsyslog(Struct, frozen=True):
    """One file."""

    forwards: tuple[Forward, ...]
    includes: tuple[Include, ...]
    inputs: tuple[Input, ...]
    programs: tuple[Program, ...] = ()


def read(data: bytes) -> Rsyslog:
    """The file. Raises FormatError for binary text, for more than 1 MiB or 10,000 objects."""
    text = "\n".join(re.sub(r"^\s*#.*", "", row) for row in decoded(data, SIZE).split("\n"))
    reader = _Reader()
    at, line = 0, 1
    for number, match in enumerate(_OBJECT.finditer(text)):
        if number > OBJECTS:
            raise FormatError(f"more than {OBJECTS} objects", line=line, column=1)
        reader.rows(text[at : match.start()], line)
        line += text.count("\n", at, match.start())
        reader.object(match[1].lower(), match[2], line)
        line += text.count("\n", match.start(), match.end())
        at = match.end()
    reader.rows(text[at:], line)
    return Rsyslog(tuple(reader.forwards), tuple(reader.includes), tuple(reader.inputs), tuple(reader.programs))


class _Reader:
    """What was read so far; a legacy directive holds for what comes after it."""

    def __init__(self) -> None:
        self.forwards: list[Forward] = []
        self.includes: list[Include] = []
        self.inputs: list[Input] = []
        self.programs: list[Program] = []
        self.secure: set[str] = set()
        """Modules whose inputs use TLS."""
        self.address = ""
        """Where inputs that come next are bound."""
        self.driver = False
        """Whether connections use TLS's driver unless they say otherwise."""
        self.anonymous = False
        """Whether any certificate does for what comes next."""
        self.mode = False
        """Whether the driver's TLS mode is on for what comes next."""

    def rows(self, text: str, line: int) -> None:
        """Rows of the older language."""
        for number, raw in enumerate(text.split("\n"), line):
            row = raw.strip()
            if match := _DIRECTIVE.match(row):
                self.directive(match[1].lower(), match[2].strip(), number)
            elif match := _SHELL.match(row):
                self.programs.append(Program(match[1], number))
            elif match := _LEGACY.match(row) or _AGAIN.match(row):
                tcp = match[1] == "@@"
                protocol, tls = ("tcp", self.driver and self.mode) if tcp else ("udp", False)
                self.forwards.append(
                    Forward(match[2].strip("[]"), match[3] or "514", protocol, tls, number, tls and self.anonymous)
                )

    def directive(self, name: str, value: str, line: int) -> None:
        """`$Name value`."""
        if name == "includeconfig":
            self.includes.append(Include(value, line))
        elif name == "defaultnetstreamdriver":
            self.driver = value in ("gtls", "ossl")
        elif name == "actionsendstreamdrivermode":
            self.mode = value == "1"
        elif name == "actionsendstreamdriverauthmode":
            self.anonymous = value == "anon"
        elif name in ("udpserverrun", "inputtcpserverrun"):
            module = "imudp" if name == "udpserverrun" else "imtcp"
            tls = module in self.secure and self.driver
            self.inputs.append(Input(module, line, value, self.address if module == "imudp" else "", tls))
        elif name == "udpserveraddress":
            self.address = value
        elif name == "inputtcpserverstreamdrivermode":
            (self.secure.add if value == "1" else self.secure.discard)("imtcp")

    def object(self, name: str, inside: str, line: int) -> None:
        """`name(parameter="value" ...)`."""
        values = {each[1].lower(): each[2] if each[2] is not None else each[3] for each in _PARAMETER.finditer(inside)}
        if name == "global":
            self.driver = values.get("defaultnetstreamdriver", "") in ("gtls", "ossl") or self.driver
        elif name == "include" and "file" in values:
            self.includes.append(Include(values["file"], line))
        elif name == "input" and values.get("type", "") in ("imudp", "imtcp", "imptcp", "imrelp"):
            self.inputs.append(self.input(values, line))
        elif name == "module" and values.get("load", "") == "imtcp" and values.get("streamdriver.mode") == "1":
            if self.driver or values.get("streamdriver.name", "") in ("gtls", "ossl"):
                self.secure.add("imtcp")
        elif name == "action" and values.get("type", "").lower() == "omprog":
            self.programs.append(Program(values.get("binary", ""), line))
        elif name == "action" and values.get("type", "").lower() in ("omfwd", "omrelp"):
            relp = values["type"].lower() == "omrelp"
            protocol = "relp" if relp else values.get("protocol", "udp").lower()
            driver = values.get("streamdriver", "") in ("gtls", "ossl") or self.driver
            tls = (
                values.get("tls") == "on"
                if relp
                else protocol == "tcp" and driver and values.get("streamdrivermode") == "1"
            )
            anonymous = tls and not relp and values.get("streamdriverauthmode", "") == "anon"
            target, port = values.get("target", ""), values.get("port", "514")
            self.forwards.append(Forward(target, port, protocol, tls, line, anonymous))

    def input(self, values: dict[str, str], line: int) -> Input:
        """`input(type="imtcp" ...)`; plain TCP and UDP know no TLS."""
        module = values["type"]
        own = values.get("streamdriver.name", "") in ("gtls", "ossl") or self.driver
        tls = values.get("tls") == "on" if module == "imrelp" else module in self.secure
        tls = tls or (module == "imtcp" and own and values.get("streamdriver.mode") == "1")
        return Input(module, line, values.get("port", "514"), values.get("address", ""), tls)
