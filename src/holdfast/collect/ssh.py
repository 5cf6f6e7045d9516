"""Configuration of OpenSSH -> the server, the client and the keys that it describes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.kinds.ssh_server import Case, Setting, SshServer

if TYPE_CHECKING:
    from holdfast.formats.ssh import reach
    from holdfast.formats.ssh.server import Config, Include

SOURCE = "config"
EVERYONE = "every connection"

_WEAK = ("3des", "-cbc", "arcfour", "md5", "-sha1", "ssh-rsa", "ssh-dss", "hmac-sha1-96")
_LISTS = (
    "ciphers macs kexalgorithms hostkeyalgorithms hostbasedacceptedalgorithms pubkeyacceptedalgorithms "
    "casignaturealgorithms"
).split()


def server(path: str, data: bytes, include: Include) -> Iterator[Asset | Edge | Gap]:
    """The server of an sshd_config; `include` finds the files that it includes (`formats.ssh.server.Include`)."""
    from holdfast.formats.ssh.server import read

    try:
        config = read(data, path, include)
    except FormatError as error:
        yield Gap(path, f"not readable as sshd_config: {error.what}", "unreadable", error.line)
        return
    spots: dict[str, Spot] = {"": Spot(1, 1)}
    problems = [f"{each.path}:{each.line}: {each.what}" for each in config.refused]
    for name, place in (("problems", config.refused), ("starts", config.refused), ("needs", config.problems)):
        if place:
            spots[name] = _spot(config, place[0].path, place[0].line)
    versions = [each.since for each in config.problems if each.since]
    facts = SshServer(
        name=path,
        files=list(config.files),
        starts=not problems,
        problems=problems,
        needs=max(versions, key=_age) if versions else None,
        cases=UNSET if problems else _cases(config, spots),
        settings=UNSET if problems else _settings(config, spots),
    )
    yield Asset(f"ssh_server/{path}/sshd", facts, SOURCE, path, spots)


def _age(version: str) -> tuple[int, ...]:
    """Orders versions; a patched build is not older than any."""
    parts = version.split(".")
    return tuple(int(part) for part in parts) if parts[0].isdigit() else (99,)


def _spot(config: Config, path: str, line: int) -> Spot:
    return Spot(line, 1, path="" if path == config.path else path)


def _cases(config: Config, spots: dict[str, Spot]) -> list[Case]:
    from holdfast.formats.ssh import reach

    found: list[Case] = []
    common: dict[str, Any] = {}
    for each in reach.cases(config):
        facts = {name: fact(each) for name, (fact, _) in _FACTS.items()}
        if each.block is None:
            common = facts
            facts = {name: value if _certain(config, each, name) else UNSET for name, value in facts.items()}
        else:
            facts = {
                name: value if _own(each, name) and value != common[name] else None for name, value in facts.items()
            }
            if each.block.excludes_user("root"):
                facts["root_login"] = None
        if each.block and all(value is None for value in facts.values()):
            continue
        base = f"cases[{len(found)}]"
        if each.block:
            spots[base] = _spot(config, each.block.path, each.block.line)
        for name, (_, slots) in _FACTS.items():
            given = [setting for slot in slots for setting in each.settings.get(slot, ())]
            own = [setting for setting in given if setting.block is each.block] or given
            if own and facts[name] is not None:
                spots[f"{base}.{name}"] = _spot(config, own[0].path, own[0].line)
        found.append(
            Case(
                name=each.block.text if each.block else EVERYONE,
                file=each.block.path if each.block else config.path,
                **facts,
            )
        )
    for unseen in config.unseen:
        spots[f"cases[{len(found)}]"] = _spot(config, unseen.path, unseen.line)
        found.append(Case(name=f"Include {unseen.pattern}", file=unseen.path))
    return found


def _own(case: reach.Case, name: str) -> bool:
    """Whether a setting of the case's own block has a part in the fact."""
    return any(case.given_here(slot) for slot in _FACTS[name][1])


def _certain(config: Config, case: reach.Case, name: str) -> bool:
    """Whether no file that could not be read sets the fact before the setting that is known."""
    first = {id(setting): place for place, setting in reversed(list(enumerate(config.settings)))}
    for unseen in config.unseen:
        if unseen.block is not None and not unseen.block.universal:
            continue
        for slot in _FACTS[name][1]:
            given = case.settings.get(slot)
            if not given or first[id(given[0])] >= unseen.before:
                return False
    return True


def _settings(config: Config, spots: dict[str, Spot]) -> list[Setting]:
    from holdfast.formats.ssh import reach

    found: list[Setting] = []
    for keyword, values in reach.reachable(config).items():
        for each in values:
            if not each.line:
                continue
            spots[f"settings[{len(found)}]"] = _spot(config, each.path, each.line)
            connections = each.block.text if each.block else EVERYONE
            found.append(Setting(keyword=keyword, value=" ".join(each.values), connections=connections, file=each.path))
    return found


def _word(keyword: str) -> Callable[[reach.Case], str]:
    return lambda case: case.shown[keyword][0]


def _number(keyword: str) -> Callable[[reach.Case], int]:
    return lambda case: int(case.shown[keyword][0])


def _flag(keyword: str) -> Callable[[reach.Case], bool]:
    return lambda case: case.shown[keyword] == ("yes",)


def _list(keyword: str) -> Callable[[reach.Case], list[str]]:
    return lambda case: list(case.shown.get(keyword, ()))


def _methods(case: reach.Case) -> list[set[str]]:
    """The sets of methods of which one is enough; each of them alone where any is."""
    listed = case.shown["authenticationmethods"][0].split(" ")
    if listed == ["any"]:
        return [{"publickey"}, {"password"}, {"keyboard-interactive"}, {"hostbased"}]
    return [{method.partition(":")[0] for method in each.split(",")} - {"none"} for each in listed]


def _alone(method: str, *switches: str) -> Callable[[reach.Case], bool]:
    """Whether the method is on and enough by itself, or with other passwords."""
    kin = {"password", "keyboard-interactive"} if method in ("password", "keyboard-interactive") else {method}

    def fact(case: reach.Case) -> bool:
        on = all(case.shown[switch] == ("yes",) for switch in switches)
        return on and any(method in each and each <= kin for each in _methods(case))

    return fact


def _several(case: reach.Case) -> bool:
    return all(len(each) > 1 and not each <= {"password", "keyboard-interactive"} for each in _methods(case))


def _restricts(case: reach.Case) -> bool:
    return "allowusers" in case.shown or "allowgroups" in case.shown


def _unless_disabled(fact: Callable[[reach.Case], Any], off: object) -> Callable[[reach.Case], Any]:
    return lambda case: off if case.shown["disableforwarding"] == ("yes",) else fact(case)


def _gateway(case: reach.Case) -> str:
    remote = _tcp(case) in ("yes", "remote")
    return case.shown["gatewayports"][0] if remote else "no"


def _weak(case: reach.Case) -> list[str]:
    """Weak algorithms of the lists that are set; OpenSSH's own defaults, like `hmac-sha1`, are not counted."""
    from holdfast.formats.ssh.algorithms import DEFAULTS

    return [
        name
        for keyword in _LISTS
        if keyword in case.settings
        for name in case.shown[keyword][0].split(",")
        if name not in DEFAULTS[keyword] and any(sign in name for sign in _WEAK)
    ]


_tcp = _unless_disabled(_word("allowtcpforwarding"), "no")

_FACTS: dict[str, tuple[Callable[[reach.Case], Any], tuple[str, ...]]] = {
    "password_login": (
        _alone("password", "passwordauthentication"),
        ("passwordauthentication", "authenticationmethods"),
    ),
    "keyboard_interactive_login": (
        _alone("keyboard-interactive", "kbdinteractiveauthentication", "usepam"),
        ("kbdinteractiveauthentication", "authenticationmethods", "usepam"),
    ),
    "publickey_login": (
        _alone("publickey", "pubkeyauthentication"),
        ("pubkeyauthentication", "authenticationmethods"),
    ),
    "host_based_login": (
        _alone("hostbased", "hostbasedauthentication"),
        ("hostbasedauthentication", "authenticationmethods"),
    ),
    "several_factors": (_several, ("authenticationmethods",)),
    "root_login": (_word("permitrootlogin"), ("permitrootlogin",)),
    "empty_passwords": (_flag("permitemptypasswords"), ("permitemptypasswords",)),
    "max_auth_tries": (_number("maxauthtries"), ("maxauthtries",)),
    "login_grace_time": (_number("logingracetime"), ("logingracetime",)),
    "restricts_users": (_restricts, ("allowusers", "allowgroups")),
    "allow_users": (_list("allowusers"), ("allowusers",)),
    "allow_groups": (_list("allowgroups"), ("allowgroups",)),
    "tcp_forwarding": (_tcp, ("allowtcpforwarding", "disableforwarding")),
    "agent_forwarding": (
        _unless_disabled(_flag("allowagentforwarding"), False),
        ("allowagentforwarding", "disableforwarding"),
    ),
    "x11_forwarding": (_unless_disabled(_flag("x11forwarding"), False), ("x11forwarding", "disableforwarding")),
    "gateway_ports": (_gateway, ("gatewayports", "allowtcpforwarding", "disableforwarding")),
    "tunnel": (_unless_disabled(_word("permittunnel"), "no"), ("permittunnel", "disableforwarding")),
    "user_environment": (_word("permituserenvironment"), ("permituserenvironment",)),
    "strict_modes": (_flag("strictmodes"), ("strictmodes",)),
    "pam": (_flag("usepam"), ("usepam",)),
    "log_level": (_word("loglevel"), ("loglevel",)),
    "forced_command": (_word("forcecommand"), ("forcecommand",)),
    "chroot": (_word("chrootdirectory"), ("chrootdirectory",)),
    "authorized_keys_files": (
        lambda case: case.shown["authorizedkeysfile"][0].split(" "),
        ("authorizedkeysfile",),
    ),
    "authorized_keys_command": (_word("authorizedkeyscommand"), ("authorizedkeyscommand",)),
    "user_ca_keys": (_word("trustedusercakeys"), ("trustedusercakeys",)),
    "host_keys": (_list("hostkey"), ("hostkey",)),
    "weak_algorithms": (_weak, tuple(_LISTS)),
    "required_rsa_size": (_number("requiredrsasize"), ("requiredrsasize",)),
}
"""Fact -> how a case shows it, and the slots that decide it, the one to point at first."""
