"""What a stack of modules comes to for somebody who can prove nothing.

Modules that are not known here are taken to demand a proof. Sources: pam.conf(5) of Linux-PAM 1.5.2 on controls, jumps
and substacks; the RETURN VALUES of each module's manual page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Union

from holdfast.formats.pam.rows import Row

__all__ = ["Stack", "Sub", "admits", "modules"]

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
