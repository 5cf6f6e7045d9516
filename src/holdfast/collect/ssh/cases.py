"""The facts of an SSH server for some connections, out of what `sshd -T -C` would print for them.

Sources: sshd_config(5) of OpenSSH 9.2; auth2-chall.c (without PAM there is no device that could ask questions);
auth2.c (`auth2_setup_methods_lists`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from holdfast.collect.owned import owned

if TYPE_CHECKING:
    from holdfast.formats.ssh.reach import Case

__all__ = ["FACTS"]

_WEAK = ("3des", "-cbc", "arcfour", "md5", "-sha1", "ssh-rsa", "ssh-dss", "hmac-sha1-96")
_LISTS = (
    "ciphers macs kexalgorithms hostkeyalgorithms hostbasedacceptedalgorithms pubkeyacceptedalgorithms "
    "casignaturealgorithms"
).split()


def _word(keyword: str) -> Callable[[Case], str]:
    return lambda case: case.shown[keyword][0]


def _number(keyword: str) -> Callable[[Case], int]:
    return lambda case: int(case.shown[keyword][0])


def _flag(keyword: str) -> Callable[[Case], bool]:
    return lambda case: case.shown[keyword] == ("yes",)


def _list(keyword: str) -> Callable[[Case], list[str]]:
    return lambda case: list(case.shown.get(keyword, ()))


def _methods(case: Case) -> list[set[str]]:
    """The sets of methods of which one is enough; each of them alone where any is."""
    listed = case.shown["authenticationmethods"][0].split(" ")
    if listed == ["any"]:
        return [{"publickey"}, {"password"}, {"keyboard-interactive"}, {"hostbased"}]
    return [{method.partition(":")[0] for method in each.split(",")} - {"none"} for each in listed]


def _alone(method: str, *switches: str) -> Callable[[Case], bool]:
    """Whether the method is on and enough by itself, or with other passwords."""
    kin = {"password", "keyboard-interactive"} if method in ("password", "keyboard-interactive") else {method}

    def fact(case: Case) -> bool:
        on = all(case.shown[switch] == ("yes",) for switch in switches)
        return on and any(method in each and each <= kin for each in _methods(case))

    return fact


def _several(case: Case) -> bool:
    return all(len(each) > 1 and not each <= {"password", "keyboard-interactive"} for each in _methods(case))


def _restricts(case: Case) -> bool:
    """Whether a list says who; one with a pattern that fits every name, from everywhere, does not."""
    listed = (case.shown[name] for name in ("allowusers", "allowgroups") if name in case.shown)
    return any(not any(_EVERYBODY.fullmatch(pattern) for pattern in each) for each in listed)


def _unless_disabled(fact: Callable[[Case], Any], off: object) -> Callable[[Case], Any]:
    return lambda case: off if case.shown["disableforwarding"] == ("yes",) else fact(case)


def _gateway(case: Case) -> str:
    remote = _tcp(case) in ("yes", "remote")
    return case.shown["gatewayports"][0] if remote else "no"


def _weak(case: Case) -> list[str]:
    """Weak algorithms of the lists that are set; OpenSSH's own defaults, like `hmac-sha1`, are not counted."""
    from holdfast.formats.ssh.algorithms import DEFAULTS

    return [
        name
        for keyword in _LISTS
        if keyword in case.settings
        for name in case.shown[keyword][0].split(",")
        if name not in DEFAULTS[keyword] and any(sign in name for sign in _WEAK)
    ]


_EVERYBODY = re.compile(r"\?*\*[*?]*(?:@\*+)?")
_tcp = _unless_disabled(_word("allowtcpforwarding"), "no")

FACTS: dict[str, tuple[Callable[[Case], Any], tuple[str, ...]]] = {
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
    "own_user_ca_keys": (lambda case: owned(case.shown["trustedusercakeys"][0]), ("trustedusercakeys",)),
    "host_keys": (_list("hostkey"), ("hostkey",)),
    "weak_algorithms": (_weak, tuple(_LISTS)),
    "required_rsa_size": (_number("requiredrsasize"), ("requiredrsasize",)),
}
"""Fact -> how a case shows it, and the slots that decide it, the one to point at first."""
