"""Lines of sshd_config: what each kind of keyword makes of its arguments.

Source: OpenSSH 9.2p1, servconf.c (`process_server_config_line_depth`), auth2.c (`auth2_methods_valid`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from holdfast.formats.ssh import values as word
from holdfast.formats.ssh.algorithms import check_algorithms, check_keys
from holdfast.formats.ssh.lines import WHITESPACE, Refusal
from holdfast.formats.ssh.patterns import address, address_text

__all__ = ["METHODS", "Line", "Read", "Value", "choice"]

METHODS = ("none", "publickey", "gssapi-keyex", "gssapi-with-mic", "password", "keyboard-interactive", "hostbased")
_STARTUPS = re.compile(r"\s*([+-]?\d{1,9})(?::\s*([+-]?\d{1,9})(?::\s*([+-]?\d{1,9}))?)?", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?")


class Line(NamedTuple):
    """A line of sshd_config."""

    keyword: str
    """In lower case."""
    args: list[str]
    rest: str
    """The line behind the keyword, as written."""

    def one(self) -> str:
        """The only argument."""
        if len(self.args) > 1:
            raise Refusal(f"extra arguments behind {self.first()[:60]}")
        return self.first()

    def first(self) -> str:
        """The first argument; raises `Refusal` where it is missing or empty."""
        if not self.args or not self.args[0]:
            raise Refusal("an argument is missing")
        return self.args[0]


class Value(NamedTuple):
    """What a line sets."""

    values: tuple[str, ...]
    slot: str = ""
    """The setting, where it is not the keyword's own: one line may set several."""
    since: str = ""
    """The version of OpenSSH that first accepts it, if it is later than 9.2."""


Read = Callable[[Line], tuple[Value, ...]]
"""What a line sets; raises `Refusal` where sshd refuses it."""


def _single(convert: Callable[[str], str]) -> Read:
    def read(line: Line) -> tuple[Value, ...]:
        return (Value((convert(line.one()),)),)

    return read


def _each(convert: Callable[[str], str]) -> Read:
    def read(line: Line) -> tuple[Value, ...]:
        return (Value(tuple(convert(arg) for arg in line.args)),)

    return read


def choice(**spellings: str) -> Read:
    """One word out of these in any case, with the word that it is printed as; `_` stands for `-`."""
    known = {word.replace("_", "-"): printed for word, printed in spellings.items()}

    def convert(arg: str) -> str:
        if arg.lower() not in known:
            raise Refusal(f"the value {arg[:60]} is not supported")
        return known[arg.lower()]

    return _single(convert)


def _listen(line: Line) -> tuple[Value, ...]:
    host, number = line.first(), None
    if "[" in host or host.count(":") < 2:
        host, number = word.host_and_port(host)
    if len(line.args) > 1:
        raise Refusal("routing domains are not supported")
    found = address(host)
    if found is None and not (_HOST.fullmatch(host) or "%" in host):
        raise Refusal(f"the address {host[:60]} is not valid")
    shown = address_text(found) if found else host
    written = f"[{shown}]" if ":" in shown else shown
    return (Value((written, "" if number is None else word.positive_port(number))),)


def _forwards(line: Line) -> tuple[Value, ...]:
    if line.first() in ("any", "none"):
        return (Value((line.one(),)),)
    found = []
    for arg in line.args[:-1] if line.args[-1] == "" else line.args:
        host, number = ("*", arg) if line.keyword == "permitlisten" and ":" not in arg else word.host_and_port(arg)
        if number != "*":
            word.positive_port(number or "")
        found.append(f"{host}:{number}" if ":" not in arg else arg)
    return (Value(tuple(found)),)


def _assignments(line: Line) -> tuple[Value, ...]:
    found: dict[str, str] = {}
    for arg in line.args:
        if "=" not in arg:
            raise Refusal(f"{arg[:40]} is not NAME=value")
        found.setdefault(arg.partition("=")[0], arg)
    return (Value(tuple(found.values())),)


def _none_alone(check: Callable[[str], str]) -> Read:
    def read(line: Line) -> tuple[Value, ...]:
        for arg in line.args:
            if arg.lower() == "none" and len(line.args) > 1:
                raise Refusal("none must stand alone")
            if arg.lower() != "none":
                check(arg)
        return (Value(tuple(line.args)),)

    return read


def _unused(line: Line) -> tuple[Value, ...]:
    if line.args and line.args[0].lower() == "none":
        return (Value((line.one().lower(),)),)
    return (Value((word.seconds(line.one()),)),)


def _rekey(line: Line) -> tuple[Value, ...]:
    limit = "0" if line.first() == "default" else str(word.size(line.first()))
    found = [Value((limit,))]
    if 0 != int(limit) < 16:
        raise Refusal("the limit is too small")
    if len(line.args) > 2:
        raise Refusal("extra arguments behind the interval")
    if len(line.args) == 2 and line.args[1] != "none":
        found.append(Value((word.seconds(line.args[1]),), "rekeylimit.interval"))
    return tuple(found)


def _startups(line: Line) -> tuple[Value, ...]:
    match = _STARTUPS.match(line.one())
    if match is None or (match[2] is not None) != (match[3] is not None):
        raise Refusal(f"{line.args[0][:40]} is not start:rate:full")
    begin, rate, full = int(match[1]), match[2], int(match[3] or match[1])
    if begin <= 0 or full <= 0 or (rate is not None and (begin > full or not 1 <= int(rate) <= 100)):
        raise Refusal(f"{line.args[0][:40]} is not a valid start:rate:full")
    found = [Value((str(begin), str(full)))]
    return tuple(found if rate is None else [*found, Value((str(int(rate)),), "maxstartups.rate")])


def _blocks(line: Line) -> tuple[Value, ...]:
    match = _STARTUPS.match(line.one())
    four, six = (int(match[1]), int(match[2] or 128)) if match else (-1, -1)
    if not (0 <= four <= 32 and 0 <= six <= 128):
        raise Refusal(f"{line.args[0][:40]} is not two prefix lengths")
    return (Value((f"{four}:{six}",)),)


def _qos(line: Line) -> tuple[Value, ...]:
    line.first()
    if len(line.args) > 2:
        raise Refusal("extra arguments")
    numbers = [word.class_of_service(arg) for arg in line.args]
    shown = [next((name for name, each in word.QOS.items() if each == number), f"0x{number:02x}") for number in numbers]
    return (Value((shown[0], shown[-1])),)


def _options(line: Line) -> tuple[Value, ...]:
    given = {arg.lower() for arg in line.args} - {"none"}
    if given - {"touch-required", "verify-required"}:
        raise Refusal(f"the option {min(given)[:40]} is not supported")
    return (Value(tuple(sorted(given)) or ("none",)),)


def _subsystem(line: Line) -> tuple[Value, ...]:
    if len(line.args) < 2 or not line.first() or not line.args[1]:
        raise Refusal("a subsystem without its command")
    return (Value((line.args[0], " ".join(line.args[1:]))),)


def _methods(line: Line) -> tuple[Value, ...]:
    if not line.args:
        raise Refusal("no methods")
    for position, arg in enumerate(line.args):
        if "any" in line.args[:position]:
            raise Refusal("any must stand alone")
        unknown = [method for method in arg.split(",") if method.partition(":")[0] not in METHODS]
        if arg != "any" and unknown:
            raise Refusal(f"the method {unknown[0][:40]} is not known")
    return (Value(tuple(line.args)),)


def _text(line: Line) -> tuple[Value, ...]:
    return (Value((line.rest.lstrip(WHITESPACE),)),)


def _addendum(line: Line) -> tuple[Value, ...]:
    (found,) = _text(line)
    if "\r" in found.values[0]:
        raise Refusal("a carriage return")
    return (found if found.values[0].lower() != "none" else Value(("none",)),)


def _command(line: Line) -> tuple[Value, ...]:
    (found,) = _text(line)
    if not found.values[0].startswith("/") and found.values[0].lower() != "none":
        raise Refusal("the command must be an absolute path")
    return (found,)


def _algorithms(line: Line) -> tuple[Value, ...]:
    since = check_algorithms(line.keyword, line.one())
    return (Value((line.args[0],), since=since),)


def _keys(line: Line) -> tuple[Value, ...]:
    check_keys(line.one())
    return (Value((line.args[0],)),)


FLAG = choice(yes="yes", no="no")
FORWARDING = choice(yes="yes", all="yes", no="no", remote="remote", local="local")
INTEGER = _single(lambda text: str(word.number(text)))
TIME, FILE, OCTAL, PORT = _single(word.seconds), _single(word.path), _single(word.octal), _single(word.positive_port)
WORD, TUNNEL, SOCKET, PROVIDER = _single(str), _single(word.tunnel), _single(word.socket), _single(word.provider)
PRINCIPALS, SOURCES, GSSAPI = _single(word.expanded), _single(word.sources), _single(word.gssapi_kex)
USERS, GROUPS, NAMES = _each(word.user_pattern), _each(word.filled), _each(word.variable)
KEY_FILES = _each(lambda text: word.expanded(word.filled(text)))
LOG_VERBOSE, CHANNELS = _none_alone(word.filled), _none_alone(word.timeout)
ALGORITHMS, KEYS, COMMAND, TEXT, ADDENDUM = _algorithms, _keys, _command, _text, _addendum
FORWARDS, LISTEN, ASSIGNMENTS, SUBSYSTEM, AUTHENTICATION = _forwards, _listen, _assignments, _subsystem, _methods
OPTIONS, REKEY, QOS, UNUSED, STARTUPS, BLOCKS = _options, _rekey, _qos, _unused, _startups, _blocks
