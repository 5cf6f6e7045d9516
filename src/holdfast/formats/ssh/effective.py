"""What sshd does for a connection: exactly the lines that `sshd -T -C` prints.

sshd reads its configuration twice. The first time it takes the global part (and blocks of `Match all`); the second
time, for each connection, the blocks that the connection meets, whose settings then replace the global ones. In both
the first value of a keyword counts, but for lists that grow and for the few keywords whose last value counts.

Source: OpenSSH 9.2p1, servconf.c (`copy_set_server_options`, `fill_default_server_options`, `dump_config`), sshd.c
(`main`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from holdfast.core.errors import FormatError
from holdfast.formats.ssh.algorithms import DEFAULTS as ALGORITHMS
from holdfast.formats.ssh.algorithms import assembled
from holdfast.formats.ssh.blocks import Block, Connection
from holdfast.formats.ssh.keywords import PRINTED
from holdfast.formats.ssh.lines import Refusal
from holdfast.formats.ssh.model import Config, Setting
from holdfast.formats.ssh.patterns import Network, address, address_text

__all__ = ["Conflict", "State", "effective", "global_state", "lines", "matched", "refusals"]

State = dict[str, list[Setting]]
"""Slot -> the settings that count."""


class Conflict(Refusal):
    """Settings that sshd refuses together; `setting` is the one at which it ends."""

    def __init__(self, what: str, setting: Setting) -> None:
        super().__init__(what)
        self.setting = setting


_GROWING = frozenset(
    (
        "port listenaddress hostkey hostcertificate allowusers denyusers allowgroups denygroups acceptenv subsystem"
    ).split()
)
_LAST = frozenset(
    "maxstartups maxstartups.rate persourcemaxstartups persourcenetblocksize ipqos streamlocalbindmask "
    "fingerprinthash".split()
)
_LINE_EACH = frozenset("allowusers denyusers allowgroups denygroups acceptenv setenv".split())
_EVERY_ADDRESS = {"any": ("[::]", "0.0.0.0"), "inet": ("0.0.0.0",), "inet6": ("[::]",)}  # noqa: S104 what sshd binds
_LIMITS = {"port": 256, "subsystem": 256}
_SWITCHES = {
    "publickey": "pubkeyauthentication",
    "password": "passwordauthentication",
    "keyboard-interactive": "kbdinteractiveauthentication",
    "hostbased": "hostbasedauthentication",
    "gssapi-with-mic": "gssapiauthentication",
    "gssapi-keyex": "gssapiauthentication",
}
"""Method of authentication -> the keyword that switches it."""


def effective(config: Config, connection: Connection) -> dict[str, tuple[str, ...]]:
    """Keyword -> its lines in the output of `sshd -T -C`, in order; host names in ListenAddress are not resolved.

    Raises `FormatError` where sshd would not start, and where it would end the connection.
    """
    if config.problems:
        first = config.problems[0]
        raise FormatError(f"{first.path}: sshd 9.2 would not start: {first.what}", line=first.line, column=1)
    try:
        return lines(*states(config, lambda block: block.met_by(connection)))
    except Refusal as refusal:
        raise FormatError(f"{config.path}: sshd would end the connection: {refusal}") from None


def states(config: Config, met: Callable[[Block], bool]) -> tuple[State, State]:
    """The settings of the global part, and those of the blocks for which `met` is true.

    Raises `Refusal` where sshd would end.
    """
    return global_state(config), matched(config, met)


def global_state(config: Config) -> State:
    """The settings that count before any connection is known."""
    return _folded(config, lambda block: block is None or block.unconditional)


def matched(config: Config, met: Callable[[Block], bool]) -> State:
    """The settings that replace global ones where these blocks are met."""
    found = _folded(config, lambda block: block is not None and met(block))
    return {slot: kept for slot, kept in found.items() if _copied(slot, kept)}


def _copied(slot: str, kept: list[Setting]) -> bool:
    if slot == "permituserenvironment":
        # sshd copies a list of names, but not whether there is one.
        return kept[0].values[0] not in ("yes", "no")
    return kept[0].anywhere


def _folded(config: Config, active: Callable[[Block | None], bool]) -> State:
    state: State = {}
    cache: dict[int, bool] = {}
    for setting in config.settings:
        key = id(setting.block)
        if key not in cache:
            cache[key] = active(setting.block)
        counts = cache[key]
        if setting.slot == "authenticationmethods":
            _check_any(state, setting, counts)
        if counts and setting.values:
            _fold(state, setting)
    return state


def _fold(state: State, setting: Setting) -> None:
    """Lets a setting count as sshd does."""
    slot, kept = setting.slot, state.get(setting.slot, [])
    if slot == "subsystem" and any(each.values[0] == setting.values[0] for each in kept):
        raise Conflict(f"the subsystem {setting.values[0][:40]} is defined twice", setting)
    if slot in _LIMITS and len(kept) == _LIMITS[slot]:
        raise Conflict(f"more than {len(kept)} times {slot}", setting)
    replaces = slot in _LAST or (slot == "unusedconnectiontimeout" and setting.values == ("none",))
    if slot == "authorizedprincipalscommand":
        # sshd looks whether the other command is set.
        replaces = "authorizedkeyscommand" not in state
        if not replaces:
            return
    if replaces or not kept:
        state[slot] = [setting]
    elif slot in _GROWING:
        kept.append(setting)


def _check_any(state: State, setting: Setting, counts: bool) -> None:
    """Sshd refuses `any` behind other methods, even those of an earlier line, and even in a block that is not met."""
    before = bool(state.get("authenticationmethods"))
    for position, value in enumerate(setting.values):
        if value == "any" and (before or (counts and position)):
            raise Conflict("any must stand alone", setting)


def refusals(config: Config) -> Iterator[tuple[str, str, int]]:
    """What sshd finds wrong once it has read everything: text, path, line."""
    try:
        state = global_state(config)
        shown = lines(state, {})
    except Conflict as conflict:
        yield str(conflict), conflict.setting.path, conflict.setting.line
        return
    for command in ("authorizedkeyscommand", "authorizedprincipalscommand"):
        if shown[command][0].lower() != "none" and f"{command}user" not in state:
            setting = state[command][0]
            yield f"{command} without {command}user", setting.path, setting.line
    for setting in state.get("authenticationmethods", ()):
        if setting.values != ("any",) and not any(_possible(value, shown) for value in setting.values):
            yield "no list of authenticationmethods has only methods that are enabled", setting.path, setting.line


def _possible(listed: str, shown: dict[str, tuple[str, ...]]) -> bool:
    methods = [method.partition(":")[0] for method in listed.split(",")]
    return all(method == "none" or shown[_SWITCHES[method]] == ("yes",) for method in methods)


def lines(base: State, over: State) -> dict[str, tuple[str, ...]]:
    """Keyword -> the lines that `sshd -T` prints for these settings; raises `Refusal` where it would end."""
    found: dict[str, tuple[str, ...]] = {}
    for keyword, default in PRINTED.items():
        shown = _PRINTERS.get(keyword, _plain)(keyword, base, over)
        if shown is None:
            shown = default
        if shown:
            found[keyword] = shown
    return found


def _settings(slot: str, base: State, over: State) -> list[Setting]:
    return over.get(slot) or base.get(slot) or []


def _values(slot: str, base: State, over: State) -> list[str]:
    return [value for setting in _settings(slot, base, over) for value in setting.values]


def _plain(keyword: str, base: State, over: State) -> tuple[str, ...] | None:
    """The usual way: the values on one line, or a line each."""
    given = _values(keyword, base, over)
    if not given:
        return None
    return tuple(given) if keyword in _LINE_EACH else (" ".join(given),)


def _cleared(keyword: str, base: State, over: State) -> tuple[str, ...] | None:
    """Options that sshd drops when they are `none` in any case."""
    shown = _plain(keyword, base, over)
    # Of these one is dropped in the global part only.
    kept = keyword == "authorizedprincipalsfile" and keyword in over
    return ("none",) if shown and shown[0].lower() == "none" and not kept else shown


def _timeouts(keyword: str, base: State, over: State) -> tuple[str, ...] | None:
    """A global `none` is dropped, one in a block is printed."""
    given = _values(keyword, base, over)
    dropped = keyword not in over and len(given) == 1 and given[0].lower() == "none"
    return None if dropped or not given else (" ".join(given),)


def _algorithms(keyword: str, base: State, over: State) -> tuple[str, ...]:
    """Sshd resolves the list after either reading, a global one twice."""
    if keyword in over:
        return (_resolved(keyword, over[keyword][0], over[keyword][0].values[0]),)
    if keyword not in base:
        return PRINTED[keyword]
    setting = base[keyword][0]
    return (_resolved(keyword, setting, _resolved(keyword, setting, setting.values[0])),)


def _resolved(keyword: str, setting: Setting, listed: str) -> str:
    try:
        return assembled(keyword, listed)
    except Refusal as refusal:
        raise Conflict(f"{keyword}: {refusal}", setting) from None


def _ports(keyword: str, base: State, over: State) -> tuple[str, ...]:
    return tuple(_values(keyword, base, over)) or PRINTED[keyword]


def _addresses(keyword: str, base: State, over: State) -> tuple[str, ...]:
    ports = _ports("port", base, over)
    family = "".join(_values("addressfamily", base, over)) or "any"
    given = _settings(keyword, base, over)
    if not given:
        return tuple(f"{host}:{port}" for port in ports for host in _EVERY_ADDRESS[family])
    found = []
    for setting in given:
        host, own = _of_family(setting, family), setting.values[1]
        found += [f"{host}:{port}" for port in ([own] if own else ports)]
    return tuple(found)


def _of_family(setting: Setting, family: str) -> str:
    """The address as the C library finds it among those of the family."""
    host = setting.values[0]
    number = address(host.strip("[]"))
    if number and number.width == 128 and family == "inet" and number.first >> 32 == 0xFFFF:
        return address_text(Network(32, number.first & 0xFFFFFFFF, 32))
    if number and (number.width, family) in ((128, "inet"), (32, "inet6")):
        raise Conflict(f"the address {host} is not of the family {family}", setting)
    return host


def _files(keyword: str, base: State, over: State) -> tuple[str, ...] | None:
    given = _values(keyword, base, over)
    return tuple("(null)" if each == "none" else each for each in given) or None


def _startups(keyword: str, base: State, over: State) -> tuple[str, ...]:
    begin, full = _values(keyword, base, over) or ("10", "100")
    rate = _values("maxstartups.rate", base, over) or ["30"]
    return (f"{begin}:{rate[0]}:{full}",)


def _rekey(keyword: str, base: State, over: State) -> tuple[str, ...]:
    limit = _values(keyword, base, over) or ["0"]
    interval = _values("rekeylimit.interval", base, over) or ["0"]
    return (f"{limit[0]} {interval[0]}",)


def _unused(keyword: str, base: State, over: State) -> tuple[str, ...]:
    given = _values(keyword, base, over) or ["none"]
    return ("none" if given[0] == "0" else given[0],)


def _subsystems(keyword: str, base: State, over: State) -> tuple[str, ...]:
    return tuple(" ".join(setting.values) for setting in _settings(keyword, base, over))


_Printer = Callable[[str, State, State], tuple[str, ...] | None]
_PRINTERS: dict[str, _Printer] = {
    **dict.fromkeys(ALGORITHMS, _algorithms),
    **dict.fromkeys(("forcecommand", "chrootdirectory", "authorizedprincipalsfile"), _cleared),
    **dict.fromkeys(("hostkey", "hostcertificate"), _files),
    "channeltimeout": _timeouts,
    "port": _ports,
    "listenaddress": _addresses,
    "maxstartups": _startups,
    "rekeylimit": _rekey,
    "unusedconnectiontimeout": _unused,
    "subsystem": _subsystems,
}
