"""What shell commands do to a host: the files that they write, what they turn off, open and set in clear.

Sources, checked 2026-11-30: sysctl(8) `-w`; chpasswd(8) `-e`; passwd(1) `--stdin` (Red Hat); setenforce(8); ufw(8);
iptables(8) `-F`, `-P`; systemctl(1); auditctl(8) `-e 0`; chmod(1); sed(1) `-i`; tee(1) `-a`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

from holdfast.collect.downloads import program
from holdfast.collect.host.parts import Part
from holdfast.collect.readers import SCRIPT, UNIT, reader_of
from holdfast.core.errors import FormatError

if TYPE_CHECKING:
    from holdfast.formats.shell.reader import Command

ACTING = re.compile(
    r">|\btee\b|\bsysctl\b|\bsed\b|\bchmod\b|\bchpasswd\b|\bpasswd\b|\bsetenforce\b|\bufw\b|\bip6?tables\b|\bsystemctl\b"
    r"|\bservice\b|\bauditctl\b|\baa-teardown\b"
)
"""What a text holds that does any of it."""
PROTECTIONS = frozenset("firewalld ufw nftables iptables ip6tables auditd apparmor fail2ban".split())
"""Services without which a host is less protected."""
AT_RUNTIME = "/etc/sysctl.d/at-runtime.conf"
"""Stands for the kernel's settings themselves, which `sysctl -w` changes."""
SELINUX = re.compile(r"^\s*SELINUX\s*=\s*(?:disabled|permissive)\b", re.MULTILINE)
SUBSTITUTION = re.compile(r"s([/|#,!@~])((?:(?!\1).)*)\1((?:(?!\1).)*)\1[gIi0-9]*")
SYMBOLIC = re.compile(r"(?:^|,)[ugo]*[oa][ugoa]*[+=][rxXst]*w|(?:^|,)\+[rxXst]*w")
SHARED = re.compile(r"/(?:tmp|var/tmp|dev)(?:/|$)")
"""Where others may write by design."""
ACCOUNT = re.compile(r"([a-z_][\w.-]{0,31}):(\S+)", re.ASCII)
ESCAPES = {"\\n": "\n", "\\t": "\t", "\\\\": "\\"}


class Acts(Struct):
    """What a text does."""

    parts: list[Part] = field(default_factory=list)
    """The files, or lines of files, that it writes."""
    off: list[str] = field(default_factory=list)
    """The protections that it turns off and not on again."""
    opened: list[str] = field(default_factory=list)
    """The files that it lets every account write."""
    passwords: list[tuple[str, str]] = field(default_factory=list)
    """Accounts and the passwords that it gives them in clear."""
    off_at: int = 0
    opened_at: int = 0
    passwords_at: int = 0
    """The first line of each, 0 for none."""
    unread: str = ""
    """Why the text could not be read, empty where it could."""


def acts(text: str, line: int) -> Acts:
    """What a shell text that starts on `line` (from 1) does; nothing where no shell would read it."""
    found = Acts()
    if not ACTING.search(text):
        return found
    from holdfast.formats.shell import reader

    try:
        commands = reader.read(text)
    except FormatError as error:
        found.unread = error.what
        return found
    on: set[str] = set()
    for at in range(len(commands) - 1, -1, -1):
        command = commands[at]
        off = [each for each in _off(command.argv, on) if each not in found.off]
        opened = list(_opened(command.argv))
        here = line + command.line - 1
        found.off, found.off_at = found.off + off, here if off else found.off_at
        found.opened, found.opened_at = found.opened + opened, here if opened else found.opened_at
    for at, command in enumerate(commands):
        before = commands[at - 1] if at and command.piped_from else None
        found.parts += _written(command, before, line + command.line - 1)
        passwords = list(_passwords(command, before))
        found.passwords += passwords
        found.passwords_at = found.passwords_at or (line + command.line - 1 if passwords else 0)
    for part in found.parts:
        if part.path.endswith("/selinux/config") and SELINUX.search(part.data.decode("utf-8", "replace")):
            found.off, found.off_at = [*found.off, "SELinux"], found.off_at or part.line
    found.off = list(dict.fromkeys(reversed(found.off)))
    return found


def printed(command: Command) -> str | None:
    """What a command prints: `echo`, `printf` and `cat` of a here-document; None for any other."""
    name = program(command.argv)
    if name == "cat":
        return next((text for sign, text in command.redirections if sign == "<<"), None)
    if name not in ("echo", "printf"):
        return None
    words = list(command.argv[1:])
    escapes = name == "printf"
    while words and re.fullmatch(r"-[neE]+", words[0]):
        escapes = escapes or "e" in words[0]
        words.pop(0)
    if name == "printf" and words[:1] in (["%s\n"], ["%s"], ["%s\\n"]):
        text = "\n".join(words[1:])
    else:
        text = " ".join(words[:1] if name == "printf" else words)
    return re.sub(r"\\[nt\\]", lambda match: ESCAPES[match[0]], text) if escapes else text


def _written(command: Command, before: Command | None, line: int) -> Iterator[Part]:
    """The files that a command writes."""
    name = program(command.argv)
    if name == "sysctl":
        for word in command.argv[1:]:
            if "=" in word and not word.startswith("-") and "$" not in word:
                yield Part(AT_RUNTIME, word.encode(), line, whole=False)
        return
    if name == "sed":
        yield from _substituted(command.argv, line)
        return
    text = printed(before) if name == "tee" and before is not None else printed(command)
    if text is None:
        return
    append = any(word in ("-a", "--append") for word in command.argv[1:])
    targets = [(word, append) for word in command.argv[1:] if name == "tee" and not word.startswith("-")]
    targets += [(word, sign == ">>") for sign, word in command.redirections if sign in (">", ">>") and name != "tee"]
    for target, adds in targets:
        if target.startswith("/proc/sys/") and "$" not in target + text:
            yield Part(AT_RUNTIME, f"{target[10:].replace('/', '.')}={text}".encode(), line, whole=False)
        elif target.startswith("/") and "$" not in target:
            yield _part(target, text, line, whole=not adds)


def _part(target: str, text: str, line: int, *, whole: bool) -> Part:
    """A file, or lines of one; without the lines that the shell fills in, where these are none of a script's own."""
    if "$" not in text or reader_of(f"/{target.lstrip('/')}") in (SCRIPT, UNIT):
        return Part(target, text.encode("utf-8", "replace"), line, whole)
    known = "\n".join("" if "$" in row else row for row in text.split("\n"))
    return Part(target, known.encode("utf-8", "replace"), line, whole=False, filled=True)


def _substituted(argv: Sequence[str], line: int) -> Iterator[Part]:
    """The lines that `sed -i` puts into a file; those that keep some of what was there are not known."""
    if not any(word.startswith(("-i", "--in-place")) or re.fullmatch(r"-[nErsz]*i", word) for word in argv[1:]):
        return
    files = [word for word in argv[1:] if word.startswith("/") and SUBSTITUTION.fullmatch(word) is None]
    for word in argv[1:]:
        for match in SUBSTITUTION.finditer(word):
            text = match[3]
            kept = re.search(r"\\\d|(?<!\\)&|\$", text) is not None or not re.search(r"[ =:]", text)
            for file in files:
                yield Part(file, b"" if kept else text.encode(), line, whole=False, filled=kept)


def _off(argv: Sequence[str], on: set[str]) -> Iterator[str]:
    """The protections that a command turns off; those that it turns on are remembered in `on`."""
    name, words = program(argv), [word for word in argv[1:] if not word.startswith("-")]
    if name == "setenforce" and words[:1] in (["0"], ["Permissive"], ["permissive"]):
        yield "SELinux"
    elif name == "aa-teardown":
        yield "AppArmor"
    elif name == "auditctl" and "-e" in argv and "0" in argv:
        yield "auditd"
    elif name == "ufw" and words[:1] == ["enable"]:
        on.add("ufw")
    elif name == "ufw" and words[:1] == ["disable"]:
        yield from {"ufw"} - on
    elif name in ("iptables", "ip6tables"):
        if any(word in ("-A", "-I", "--append", "--insert") for word in argv):
            on.add(name)
        elif _flushes(argv):
            yield from {name} - on
    elif name in ("iptables-restore", "ip6tables-restore"):
        on.add(name.removesuffix("-restore"))
    elif name in ("systemctl", "service"):
        verb, units = (words[0], words[1:]) if name == "systemctl" and words else ("".join(words[1:2]), words[:1])
        named = {unit.removesuffix(".service") for unit in units}
        if verb in ("start", "restart", "enable", "reload", "unmask"):
            on |= named
        elif verb in ("stop", "disable", "mask"):
            yield from sorted((named & PROTECTIONS) - on)


def _flushes(argv: Sequence[str]) -> bool:
    """Whether a call of iptables leaves the filter without rules, or lets in what no rule is about."""
    if "-t" in argv and "filter" not in argv:
        return False
    words = list(argv[1:])
    if any(
        words[at : at + 3] in (["-P", "INPUT", "ACCEPT"], ["--policy", "INPUT", "ACCEPT"]) for at in range(len(words))
    ):
        return True
    return words[-1:] in (["-F"], ["--flush"]) or words[-2:] in (["-F", "INPUT"], ["--flush", "INPUT"])


def _opened(argv: Sequence[str]) -> Iterator[str]:
    """The files that `chmod` lets every account write."""
    if program(argv) != "chmod":
        return
    words = [word for word in argv[1:] if not re.fullmatch(r"-[Rvcf]+|--\w[\w-]*", word)]
    if len(words) < 2:
        return
    octal = re.fullmatch(r"[0-7]{3,4}", words[0])
    number = int(words[0], 8) if octal else 0
    if number & 0o1002 == 0o0002 or (not octal and SYMBOLIC.search(words[0]) and "t" not in words[0]):
        yield from (word for word in words[1:] if not SHARED.match(word))


def _passwords(command: Command, before: Command | None) -> Iterator[tuple[str, str]]:
    """The accounts whose passwords a command sets in clear."""
    name = program(command.argv)
    if name not in ("chpasswd", "passwd") or any(word in ("-e", "--encrypted") for word in command.argv):
        return
    text = printed(before) if before is not None else None
    given = [word for sign, word in command.redirections if sign in ("<<", "<<<")]
    for row in "\n".join([*given, text or ""]).splitlines():
        if name == "chpasswd" and (match := ACCOUNT.fullmatch(row.strip())) and _clear(match[2]):
            yield match[1], match[2]
        elif name == "passwd" and "--stdin" in command.argv and row.strip() and _clear(row):
            yield command.argv[-1], row.strip()


def _clear(word: str) -> bool:
    return "$" not in word and "{{" not in word
