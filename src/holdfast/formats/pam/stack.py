"""What a stack of modules comes to for somebody who can prove nothing.

Modules that are not known here are taken to demand a proof. Sources: pam.conf(5) of Linux-PAM 1.5.2 on controls, jumps
and substacks; the RETURN VALUES of each module's manual page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Union

from holdfast.formats.pam.rows import Row

__all__ = ["ADOPTING", "EVERYONE", "LOCAL", "Stack", "Sub", "admits", "modules", "passed_by"]

UNDECIDED, GOOD, BAD = "undecided", "good", "bad"
ALWAYS = frozenset(("pam_permit", "pam_debug"))
"""Modules that succeed for everybody."""
SILENT = frozenset(
    "pam_env pam_nologin pam_faildelay pam_group pam_echo pam_warn pam_keyinit pam_cap pam_issue pam_motd pam_lastlog"
    " pam_mail pam_limits pam_umask pam_loginuid pam_faillock pam_tally2 pam_mount pam_ecryptfs pam_gnome_keyring"
    " pam_kwallet5 pam_selinux pam_systemd pam_setquota".split()
)
"""Modules of a stack for authentication whose result says nothing."""
CONDITIONS = frozenset(
    "pam_succeed_if pam_listfile pam_access pam_time pam_localuser pam_wheel pam_usertype pam_rhosts pam_rhosts_auth"
    " pam_shells pam_securetty pam_sepermit pam_filter".split()
)
"""Modules that look at who asks, from where or when, and demand no proof of it."""

ADOPTING = frozenset(("pam_slurm_adopt", "pam_slurm"))
"""Modules that refuse whoever has no job on the node."""
DIRECTORIES = frozenset(("pam_sss", "pam_ldap", "pam_krb5", "pam_winbind"))
"""Modules of a stack for accounts that know those of a directory alone."""
VALID = ALWAYS | {"pam_unix", "pam_faillock", "pam_tally2", "pam_shells", "pam_time"}
"""Modules of such a stack that accept every account in good standing."""
EXCLUDING = frozenset((">=", ">", "ge", "gt", "!=", "ne", "notin", "notingroup", "notinnetgr"))
"""Operators of pam_succeed_if that hold for all but a few."""
EVERYONE, LOCAL = "everyone", "local accounts"


class Sub(NamedTuple):
    """A substack: `done` and `die` in it end it alone, and a jump counts it as one."""

    stack: tuple[Row | Sub, ...]


Stack = Sequence[Union[Row, "Sub"]]


def modules(stack: Stack) -> Iterable[Row]:
    """The modules in their order."""
    for entry in stack:
        if isinstance(entry, Sub):
            yield from modules(entry.stack)
        else:
            yield entry


def admits(stack: Stack, *, some: bool) -> bool:
    """Whether the stack can succeed without proof: for everybody, or with `some` for those that a condition fits."""

    def results(row: Row) -> tuple[str, ...]:
        if row.module in ALWAYS:
            return ("success",)
        if row.module in SILENT:
            return ("ignore",)
        return ("success", "auth_err") if some and row.module in CONDITIONS else ("auth_err",)

    return GOOD in _run(stack, {UNDECIDED}, results)


def passed_by(stack: Stack) -> str | None:
    """Which accounts in good standing pass a stack for accounts although pam_slurm_adopt refuses them.

    `everyone`, `local accounts`, None for nobody, empty where a module decides of which nothing is known. Whom a
    condition in front of pam_slurm_adopt names (`sufficient pam_access.so`, pam_listfile) is let through on purpose and
    does not count. Source: SchedMD, pam_slurm_adopt, "Administrative Access Configuration".
    """

    def ends(known: Callable[[Row], tuple[str, ...]], *, local: bool) -> bool:
        return GOOD in _run(stack, {UNDECIDED}, lambda row: _standing(row, local=local) or known(row))

    def seen(row: Row) -> tuple[str, ...]:
        return _named(row)

    def guessed(row: Row) -> tuple[str, ...]:
        return _named(row) if row.module in CONDITIONS else ("success", "auth_err")

    for who, local in ((EVERYONE, False), (LOCAL, True)):
        if ends(seen, local=local):
            return who
        if ends(guessed, local=local):
            return ""
    return None


def _standing(row: Row, *, local: bool) -> tuple[str, ...]:
    """The results of a module for an account in good standing without a job; none where they depend on who it is."""
    if row.module in ADOPTING:
        return ("perm_denied",)
    if row.module == "pam_deny":
        return ("acct_expired",)
    if row.module == "pam_localuser":
        return ("success",) if local else ("perm_denied",)
    if row.module in DIRECTORIES:
        return ("user_unknown",) if local else ("success",)
    excluding = (
        (row.module == "pam_succeed_if" and _excludes(row.arguments))
        or (row.module == "pam_usertype" and "isregular" in row.arguments)
        or (row.module == "pam_listfile" and "sense=deny" in row.arguments)
    )
    if excluding or row.module in VALID:
        return ("success",)
    return ("ignore",) if row.module in SILENT else ("user_unknown",) if row.module == "pam_systemd_home" else ()


def _excludes(arguments: Sequence[str]) -> bool:
    """Whether conditions of pam_succeed_if hold for ordinary users: `uid >= 1000`, `user != root`."""
    words = [word for word in arguments if word not in ("quiet", "quiet_success", "quiet_fail", "use_uid", "audit")]
    return bool(words) and all(word in EXCLUDING for word in words[1::3])


def _named(row: Row) -> tuple[str, ...]:
    """The results of a condition for those whom it does not name, where it ends the stack, and else for all."""
    action = row.action("success")
    return ("auth_err",) if action in ("done", "ignore") or action.isdecimal() else ("success", "auth_err")


def _run(stack: Stack, start: set[str], results: Callable[[Row], tuple[str, ...]]) -> set[str]:
    """The verdicts in which a stack can end."""
    at: list[set[str]] = [start, *(set() for _ in stack)]
    ended: set[str] = set()
    for index, entry in enumerate(stack):
        for verdict in at[index]:
            if isinstance(entry, Sub):
                at[index + 1] |= _run(entry.stack, {verdict}, results)
                continue
            for result in results(entry):
                action = entry.action(result)
                if action.isdecimal():
                    at[min(index + 1 + int(action[:6]), len(stack))].add(verdict)
                    continue
                after, stop = _step(verdict, action, result)
                (ended if stop else at[index + 1]).add(after)
    return ended | at[-1]


def _step(verdict: str, action: str, result: str) -> tuple[str, bool]:
    """The verdict after a module, and whether the stack ends with it."""
    if action in ("ok", "done"):
        after = GOOD if verdict == UNDECIDED and result == "success" else verdict
        return after, action == "done" and after == GOOD
    if action == "reset":
        return UNDECIDED, False
    return (verdict, False) if action == "ignore" else (BAD, action == "die")
