"""Programs that run another command: `exec`, `sudo -u x`, `env A=b`, `sh -c '...'`.

Sources: Bash Reference Manual 4 and 6.1; sudo(8), env(1), nice(1), timeout(1), stdbuf(1), time(1),
numactl(8); the READMEs of tini, dumb-init, gosu and su-exec.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

__all__ = ["script", "unwrap"]


class _Wrapper(Struct, frozen=True):
    """How many words of its own stand between a program and the command that it runs."""

    valued: frozenset[str] = frozenset()
    """Options whose value is the next word."""
    operands: int = 0
    """Words of its own before the command."""
    assigns: bool = False
    """Whether `NAME=value` words may stand before the command."""
    asks: frozenset[str] = frozenset()
    """Options with which it runs nothing."""


def _wrapper(valued: str = "", operands: int = 0, assigns: bool = False, asks: str = "") -> _Wrapper:
    return _Wrapper(frozenset(valued.split()), operands, assigns, frozenset(asks.split()))


_WRAPPERS: Mapping[str, _Wrapper] = {
    "exec": _wrapper("-a"),
    "command": _wrapper(asks="-v -V"),
    "nohup": _wrapper(),
    "setsid": _wrapper(),
    "time": _wrapper("-f -o --format --output"),
    "env": _wrapper("-u -C --unset --chdir", assigns=True),
    "sudo": _wrapper(
        "-u -g -h -p -C -D -R -r -t -T -U --user --group --host --prompt --close-from --chdir --chroot",
        assigns=True,
        asks="-l -v -K -V --list --validate --remove-timestamp --version",
    ),
    "nice": _wrapper("-n --adjustment"),
    "timeout": _wrapper("-s -k --signal --kill-after", operands=1),
    "stdbuf": _wrapper("-i -o -e --input --output --error"),
    "tini": _wrapper("-p -e"),
    "dumb-init": _wrapper("-r --rewrite"),
    "gosu": _wrapper(operands=1),
    "su-exec": _wrapper(operands=1),
    "numactl": _wrapper("-i -p -P -m -N -C -w --interleave --preferred --membind --cpunodebind --physcpubind"),
}
_SHELLS = frozenset(("sh", "bash", "dash", "ash", "zsh", "ksh"))
_SHELL = _wrapper("-o -O +o +O --init-file --rcfile")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=", re.ASCII)


def unwrap(words: Sequence[str]) -> tuple[Sequence[str], dict[str, str]]:
    """The command itself, always a tail of `words`, and the variables that its wrappers set for it.

    A wrapper with no command after it stays: `exec >log`, `sudo -l`.
    """
    env: dict[str, str] = {}
    while wrapper := _WRAPPERS.get(words[0].rpartition("/")[2]):
        at, options = _options(words, wrapper)
        if not wrapper.asks.isdisjoint(options):
            break
        found: dict[str, str] = {}
        while wrapper.assigns and at < len(words) and _ASSIGNMENT.match(words[at]):
            name, _, found[name] = words[at].partition("=")
            at += 1
        at += wrapper.operands
        if at >= len(words):
            break
        env |= found
        words = words[at:]
    return words, env


def script(argv: Sequence[str]) -> int:
    """The index of the word that a shell reads as a script (`sh -c 'text'`), 0 if there is none."""
    if argv[0].rpartition("/")[2] not in _SHELLS:
        return 0
    at, options = _options(argv, _SHELL)
    asked = any("c" in option[1:] for option in options if not option.startswith("--"))
    return at if asked and at < len(argv) else 0


def _options(words: Sequence[str], wrapper: _Wrapper) -> tuple[int, list[str]]:
    """The index after the options of `words[0]`, and the options."""
    at = 1
    options: list[str] = []
    while at < len(words) and len(words[at]) > 1 and words[at][0] == "-":
        option = words[at]
        at += 1
        if option == "--":
            break
        options.append(option)
        if option.startswith("--"):
            at += option in wrapper.valued
        else:
            # `-Eu root`: only the last letter of a cluster takes its value from the next word.
            takers = [index for index, letter in enumerate(option[1:], 2) if f"-{letter}" in wrapper.valued]
            at += bool(takers) and takers[0] == len(option)
    return at, options
