"""Values of sshd_config: how sshd reads each, in the spelling in which `sshd -T` prints it.

Source: OpenSSH 9.2p1, servconf.c (`process_server_config_line_depth`), misc.c (`a2port`, `convtime`, `hpdelim`,
`parse_ipqos`), openbsd-compat/fmt_scaled.c (`scan_scaled`), auth2.c (`auth2_methods_valid`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from holdfast.formats.ssh.algorithms import GSSAPI_KEX, check_algorithms, check_keys
from holdfast.formats.ssh.lines import WHITESPACE, Refusal
from holdfast.formats.ssh.patterns import address, address_text, check_addresses

__all__ = ["METHODS", "Line", "Read", "Value", "port"]

INT_MAX = (1 << 31) - 1
LLONG_MAX = (1 << 63) - 1
METHODS = ("none", "publickey", "gssapi-keyex", "gssapi-with-mic", "password", "keyboard-interactive", "hostbased")

_INTEGER = re.compile(r"[ \t\n\v\f\r]*([+-]?\d+)", re.ASCII)
_TIME = re.compile(r"[ \t\n\v\f\r]*([+-]?\d+)([sSmMhHdDwW]?)", re.ASCII)
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_OCTAL = re.compile(r"[ \t\n\v\f\r]*\+?(0*[0-7]{1,11})")
_SCALED = re.compile(r"\s*([+-]?)(\d*)(?:\.(\d*))?(?:([BKMGTPEbkmgtpe])(?![0-9A-Za-z]))?", re.ASCII)
_SCALES: dict[str, int] = {letter: 1024**power for power, letter in enumerate("BKMGTPE")}
_SERVICES = {"ssh": 22, "http": 80, "https": 443, "ldap": 389, "ldaps": 636, "domain": 53, "telnet": 23, "smtp": 25}
"""Ports that may be written as a name; the system's own list is not read."""
_STARTUPS = re.compile(r"\s*([+-]?\d{1,9})(?::\s*([+-]?\d{1,9})(?::\s*([+-]?\d{1,9}))?)?", re.ASCII)
_C_NUMBER = re.compile(r"\s*\+?(?:0[xX]([0-9a-fA-F]{1,9})|(0[0-7]{0,9})|([1-9]\d{0,9}))", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?")
_QOS = {
    "none": INT_MAX,
    **{f"af{i}{j}": i << 5 | j << 3 for i in (1, 2, 3, 4) for j in (1, 2, 3)},
    **{f"cs{i}": i << 5 for i in range(8)},
    "ef": 0xB8,
    "le": 0x04,
    "lowdelay": 0x10,
    "throughput": 0x08,
    "reliability": 0x04,
}


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


def _number(text: str, highest: int = INT_MAX) -> int:
    match = _INTEGER.fullmatch(text)
    if match is None or len(text) > 40 or not 0 <= int(match[1]) <= highest:
        raise Refusal(f"{text[:40]} is not a number from 0 to {highest}")
    return int(match[1])


def port(text: str) -> int:
    """A port by number, or by one of the few names that are known."""
    if text in _SERVICES:
        return _SERVICES[text]
    return _number(text, 65535)


def _positive_port(text: str) -> str:
    if not port(text):
        raise Refusal("port 0")
    return str(port(text))


def _seconds(text: str) -> str:
    total, at = 0, 0
    while at < len(text) or not text:
        match = _TIME.match(text, at)
        if match is None or len(match[1]) > 20 or int(match[1]) < 0:
            raise Refusal(f"{text[:40]} is not a time")
        total += int(match[1]) * _UNITS[match[2].lower()]
        at = match.end()
    if total > INT_MAX:
        raise Refusal(f"{text[:40]} is too long a time")
    return str(total)


def path(text: str) -> str:
    """A file name; relative ones start at `/`, where the service runs, and `~` is root's home."""
    if text.lower() == "none":
        return "none"
    found = expanded(text)
    return found if found.startswith(("/", "~")) else f"//{found}"


def expanded(text: str) -> str:
    """The text with root's home for `~`; `~user` stays, because the users are not known here."""
    if text == "~" or text.startswith("~/"):
        return f"/root/{text[1:].lstrip('/')}"
    return text


def _sockets(text: str) -> str:
    return text if text == "SSH_AUTH_SOCK" else path(text)


def _provider(text: str) -> str:
    return text if text.lower() == "internal" else path(text)


def _octal(text: str) -> str:
    match = _OCTAL.match(text)
    if match is None or int(match[1], 8) > 0o777:
        raise Refusal(f"{text[:40]} is not a mode")
    return f"0{int(match[1], 8):o}"


def _host_and_port(text: str) -> tuple[str, str | None]:
    """Splits at the colon behind a host or `[address]`."""
    end = text.find("]") + 1 if text.startswith("[") else min((text + ":/").find(sign) for sign in ":/")
    if (text.startswith("[") and not end) or text[end : end + 1] not in ("", ":"):
        raise Refusal(f"{text[:60]} is not host:port")
    host = text[:end]
    return host[1:-1] if host.startswith("[") else host, text[end + 1 :] if end < len(text) else None


def _listen(line: Line) -> tuple[Value, ...]:
    host, number = line.first(), None
    if "[" in host or host.count(":") < 2:
        host, number = _host_and_port(host)
    if len(line.args) > 1:
        raise Refusal("routing domains are not supported")
    found = address(host)
    if found is None and not (_HOST.fullmatch(host) or "%" in host):
        raise Refusal(f"the address {host[:60]} is not valid")
    shown = address_text(found) if found else host
    written = f"[{shown}]" if ":" in shown else shown
    return (Value((written, "" if number is None else _positive_port(number))),)


def _forwards(line: Line) -> tuple[Value, ...]:
    if line.first() in ("any", "none"):
        return (Value((line.one(),)),)
    found = []
    for arg in line.args[:-1] if line.args[-1] == "" else line.args:
        host, number = ("*", arg) if line.keyword == "permitlisten" and ":" not in arg else _host_and_port(arg)
        if number != "*":
            _positive_port(number or "")
        found.append(f"{host}:{number}" if ":" not in arg else arg)
    return (Value(tuple(found)),)


def _user_pattern(text: str) -> str:
    if not text:
        raise Refusal("an empty pattern")
    if "@" in text:
        check_addresses(text.split("@", 1)[1])
    return text


def _filled(text: str) -> str:
    if not text:
        raise Refusal("an empty argument")
    return text


def _variable(text: str) -> str:
    if not text or "=" in text:
        raise Refusal(f"{text[:40]} is not the name of a variable")
    return text


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


def _timeout(text: str) -> str:
    name, equals, time = text.partition("=")
    if not name or not equals:
        raise Refusal(f"{text[:40]} is not type=time")
    return _seconds(time)


def _unused(line: Line) -> tuple[Value, ...]:
    if line.args and line.args[0].lower() == "none":
        return (Value((line.one().lower(),)),)
    return (Value((_seconds(line.one()),)),)


def _rekey(line: Line) -> tuple[Value, ...]:
    limit = "0" if line.first() == "default" else str(_scaled(line.first()))
    found = [Value((limit,))]
    if 0 != int(limit) < 16:
        raise Refusal("the limit is too small")
    if len(line.args) > 2:
        raise Refusal("extra arguments behind the interval")
    if len(line.args) == 2 and line.args[1] != "none":
        found.append(Value((_seconds(line.args[1]),), "rekeylimit.interval"))
    return tuple(found)


def _scaled(text: str) -> int:
    match = _SCALED.match(text)
    if match is None or (match.end() < len(text) and not match[4]) or len(match[2]) > 20:
        raise Refusal(f"{text[:40]} is not a size")
    whole, fraction, scale = int(match[2] or 0), (match[3] or "")[:19], _SCALES[(match[4] or "B").upper()]
    if whole * scale > LLONG_MAX:
        raise Refusal(f"{text[:40]} is too large")
    part = int(fraction or 0) * scale // 10 ** len(fraction) if match[4] else 0
    return -(whole * scale + part) if match[1] == "-" else whole * scale + part


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


def _sources(text: str) -> str:
    # 2147483647 is how sshd keeps "none".
    return "none" if text == "none" or _number(text) == INT_MAX else str(_number(text))


def _qos(line: Line) -> tuple[Value, ...]:
    line.first()
    if len(line.args) > 2:
        raise Refusal("extra arguments")
    numbers = [_qos_number(arg) for arg in line.args]
    shown = [next((name for name, each in _QOS.items() if each == number), f"0x{number:02x}") for number in numbers]
    return (Value((shown[0], shown[-1])),)


def _qos_number(text: str) -> int:
    if text.lower() in _QOS:
        return _QOS[text.lower()]
    match = _C_NUMBER.fullmatch(text)
    index = match.lastindex or 0 if match else 0
    number = int(match[index], (10, 16, 8, 10)[index]) if match else -1
    if not 0 <= number <= 255:
        raise Refusal(f"{text[:40]} is not a class of service")
    return number


def _options(line: Line) -> tuple[Value, ...]:
    given = {arg.lower() for arg in line.args} - {"none"}
    if given - {"touch-required", "verify-required"}:
        raise Refusal(f"the option {min(given)[:40]} is not supported")
    return (Value(tuple(sorted(given)) or ("none",)),)


def _tunnel(text: str) -> str:
    if text not in ("no", "point-to-point", "ethernet", "yes"):
        raise Refusal(f"the value {text[:40]} is not supported")
    return text


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


def _gssapi_kex(text: str) -> str:
    for name in text.split(","):
        if not name:
            break
        if not name.startswith(tuple(GSSAPI_KEX)):
            raise Refusal(f"the algorithm {name[:60]} is not known")
    return text


FLAG = choice(yes="yes", no="no")
FORWARDING = choice(yes="yes", all="yes", no="no", remote="remote", local="local")
INTEGER = _single(lambda text: str(_number(text)))
TIME, FILE, OCTAL, PORT = _single(_seconds), _single(path), _single(_octal), _single(_positive_port)
WORD, TUNNEL, SOCKET, PROVIDER = _single(str), _single(_tunnel), _single(_sockets), _single(_provider)
PRINCIPALS, SOURCES, GSSAPI = _single(expanded), _single(_sources), _single(_gssapi_kex)
USERS, GROUPS, NAMES = _each(_user_pattern), _each(_filled), _each(_variable)
KEY_FILES = _each(lambda text: expanded(_filled(text)))
LOG_VERBOSE, CHANNELS = _none_alone(_filled), _none_alone(_timeout)
ALGORITHMS, KEYS, COMMAND, TEXT, ADDENDUM = _algorithms, _keys, _command, _text, _addendum
FORWARDS, LISTEN, ASSIGNMENTS, SUBSYSTEM, AUTHENTICATION = _forwards, _listen, _assignments, _subsystem, _methods
OPTIONS, REKEY, QOS, UNUSED, STARTUPS, BLOCKS = _options, _rekey, _qos, _unused, _startups, _blocks
