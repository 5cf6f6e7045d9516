"""Where shell text hands the value of a variable to a program, and whether the shell takes it apart on the way.

Sources: POSIX.1-2017 XCU 2.6.5 (Field Splitting), 2.6.6 (Pathname Expansion), sh (operands behind `-c` are its
parameters); Bash Reference Manual 3.5, `eval`; ssh(1) (its words are joined, for a shell at the other end); su(1),
python(1), perlrun(1), ruby(1), node(1).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from holdfast.core.errors import FormatError
from holdfast.formats.shell.copies import EXPANSIONS, Copies, name_of, text_of
from holdfast.formats.shell.grammar import parse
from holdfast.formats.shell.wrappers import remote

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["Expansion", "expansions"]

SIZE = 1 << 20
_FEEDS = frozenset(("heredoc_redirect", "herestring_redirect"))
"""What hands text to the input of a command."""
_WRAPPERS = frozenset(("sudo", "env", "exec", "nohup", "timeout", "nice", "setsid", "sshpass"))
_SHELLS = frozenset(("sh", "bash", "dash", "ash", "zsh", "ksh"))
_REPLACED = re.compile(r"(?:-I|-i|--replace=?)(\S+)?")
"""The option of xargs that has a sign, `{}` unless it says another, replaced by what is read."""
_CODE: Mapping[str, re.Pattern[str]] = {
    **dict.fromkeys(_SHELLS, re.compile(r"-\w*c")),
    **dict.fromkeys(("su", "runuser"), re.compile(r"-c|--command")),
    "python": re.compile(r"-\w*c"),
    **dict.fromkeys(("perl", "ruby"), re.compile(r"-\w*[eE]")),
    **dict.fromkeys(("node", "nodejs"), re.compile(r"-e|-pe?|--eval|--print")),
    "php": re.compile(r"-r|--run"),
    "pwsh": re.compile(r"-c|-Command", re.IGNORECASE),
}
"""Interpreter -> the options behind which its program stands."""
_VALUED = frozenset("-o +o -O +O --rcfile --init-file -W -X -I -r --require --import -s -g -G --shell --group".split())
"""Options of these that take a word."""
_CLUSTER = re.compile(r"[-+]\w*[oO]")
"""Options of a shell of which the last takes a word: `-eo pipefail`."""
_VERSION = re.compile(r"[\d.]+$")
_PLAIN = frozenset(("command", "builtin"))
"""What stands before a command of the shell itself."""
_PRINTING = frozenset(("echo", "printf"))
"""What prints its words."""
_AFAR = frozenset(("ssh", "docker", "podman", "nerdctl", "kubectl", "oc"))
"""What hands its input to a program elsewhere."""
_LOGIN = frozenset(("su", "runuser"))
"""Those that take an account before it."""


class Expansion(NamedTuple):
    """`$NAME` in a word of a command, or text that a shell reads; line and column count from 1."""

    name: str
    line: int
    column: int
    quoted: bool
    """Whether double quotes keep its value one word."""
    evaluated: bool
    """Whether its value becomes program text: of `eval`, or of the text behind `sh -c` and the like."""


def expansions(
    text: str, wanted: Callable[[str], bool], tells: Callable[[str], bool | None] = lambda _: None
) -> list[Expansion]:
    """Each place at which a variable stands in a command's words whose text somebody else chose.

    These are the `wanted` names and copies of them; `tells` knows commands that print such text, and answers None for
    text without one that it knows. A place where such a command's output is evaluated has an empty name. Raises
    FormatError for more than 1 MiB, and for text so unlike shell that reading it takes more than linear work.
    """
    if len(text) > SIZE:
        raise FormatError(f"shell text of {len(text)} characters, more than {SIZE}")
    source = re.sub(r"[^\x00-\x7f]", "_", text).encode("ascii")
    root = parse(source)
    copies = Copies(root, source, wanted, tells)
    found = []
    for node, place in _places(source, root):
        if not place.command:
            continue
        row, column = node.start_point
        if node.type == "command_substitution":
            if place.evaluated and tells(text_of(source, node)) is True:
                found.append(Expansion("", row + 1, column + 1, place.quoted, evaluated=True))
        elif copies.holds(node, place.function):
            found.append(Expansion(name_of(source, node), row + 1, column + 1, place.quoted, place.evaluated))
    return found


class _Place(NamedTuple):
    """Where a node stands."""

    function: str = ""
    """The function in whose body."""
    command: bool = False
    """Whether in a command's words."""
    quoted: bool = False
    evaluated: bool = False
    """Whether in text that is run."""
    piped: bool = False
    """Whether what its command prints is run by a shell."""
    echoed: bool = False
    """Whether in a substitution whose text is run."""


def _places(source: bytes, root: Node) -> Iterator[tuple[Node, _Place]]:
    """Every expansion and substitution with its place."""
    stack = [(root, _Place())]
    while stack:
        node, place = stack.pop()
        if node.type in EXPANSIONS:
            yield node, place
        elif node.type == "command":
            run = place.piped or (place.echoed and _name(source, node) in _PRINTING)
            place = place._replace(command=True, quoted=False, evaluated=run)
        elif node.type == "string":
            place = place._replace(quoted=True)
        elif node.type in ("variable_assignment", "test_command"):
            place = place._replace(command=False)
        elif node.type in _FEEDS:
            onwards = (child for child in node.named_children if child.type == "pipeline")
            fed = _shell(source, node.parent) or any(_shell(source, each.named_children[-1]) for each in onwards)
            place = place._replace(command=fed, quoted=fed, evaluated=fed)
        elif node.type == "command_substitution":
            yield node, place
            place = place._replace(quoted=False, echoed=place.evaluated)
        elif node.type == "function_definition":
            place = place._replace(function=text_of(source, node.named_children[0]))
        stack += reversed(_inside(source, node, place))


def _inside(source: bytes, node: Node, place: _Place) -> list[tuple[Node, _Place]]:
    """The children of a node with their places: what a pipeline prints may be run by the shell at its end."""
    if node.type == "command":
        run, reads = _run(source, node), _reads_files(source, node)
        return [
            (child, place._replace(echoed=True))
            if reads and child.type == "process_substitution"
            else (child, place._replace(evaluated=place.evaluated or child in run))
            for child in node.children
        ]
    if node.type != "pipeline" or not _shell(source, node.named_children[-1]):
        return [(child, place) for child in node.children]
    last = node.named_children[-1]
    return [(child, place._replace(piped=child != last)) for child in node.children]


def _words(command: Node) -> list[Node]:
    """The first words of a command."""
    return [child for child in command.named_children[:60] if child.type not in ("variable_assignment", *_FEEDS)][:40]


def _shell(source: bytes, node: Node | None) -> bool:
    """Whether a command is a shell that runs what it reads, bare or behind `sudo` and the like."""
    if node is not None and node.type == "redirected_statement":
        node = node.named_children[0]
    if node is None or node.type != "command":
        return False
    words = [text_of(source, word) for word in _words(node)]
    if _put_into_text(words):
        return True
    names = [_plain(text) for text in words]
    if names[:1] == ["ssh"] and not remote(words):
        return True  # a shell logs in, and reads
    at = next((at for at, name in enumerate(names) if name in _CODE and name not in _LOGIN), len(words))
    afar = bool(names) and names[0] in _AFAR
    wrapped = afar or all(name in _WRAPPERS or name.startswith("-") for name in names[:at])
    return at < len(words) and wrapped and _reads_input(names[at], words[at + 1 :])


def _reads_input(name: str, words: Sequence[str]) -> bool:
    """Whether an interpreter takes its program from its input: no word names a file or is one."""
    for last, word in pairwise(("", *words)):
        if _CODE[name].fullmatch(word):
            return False
        if word == "-" or (word == "-s" and name in _SHELLS):
            return True
        if word[:1] not in ("-", "+") and not _takes(name, last):
            return False
    return True


def _takes(name: str, option: str) -> bool:
    """Whether an option of an interpreter takes the next word."""
    return option in _VALUED or (name in _SHELLS and _CLUSTER.fullmatch(option) is not None)


def _plain(word: str) -> str:
    """A program's name without folder and version."""
    name = word.rpartition("/")[2]
    return _VERSION.sub("", name) if name.startswith("python") else name


def _name(source: bytes, command: Node) -> str:
    words = _words(command)
    return text_of(source, words[0]) if words else ""


def _reads_files(source: bytes, command: Node) -> bool:
    """Whether a command runs the files that are its words."""
    names = [_plain(text_of(source, word)) for word in _words(command)]
    return bool(names) and (names[0] in (".", "source") or any(name in _SHELLS for name in names[:4]))


def _put_into_text(words: list[str]) -> bool:
    """Whether `xargs` puts what it reads into text that a shell runs: `xargs -I{} sh -c 'x {}'`. Source: xargs(1)."""
    if not words or words[0].rpartition("/")[2] != "xargs":
        return False
    shell = next((at for at, word in enumerate(words) if word.rpartition("/")[2] in _SHELLS), len(words))
    for word, following in pairwise(words[: shell + 1]):
        option = _REPLACED.fullmatch(word)
        if option is not None:
            sign = option[1] or (following if word == "-I" else "{}")
            return sign.strip("'\"") in "".join(_texts(words[shell:]))
    return False


def _texts(words: list[str]) -> list[str]:
    """What stands behind `-c`."""
    return [text for word, text in pairwise(words) if re.fullmatch(r"-\w*c", word)]


def _run(source: bytes, command: Node) -> list[Node]:
    """The words of a command that are run as program text."""
    words = _words(command)
    texts = [text_of(source, word) for word in words]
    names = [_plain(text) for text in texts]
    own = next((at for at, name in enumerate(names) if name not in _PLAIN), len(names))
    if names[own : own + 1] in (["eval"], ["trap"]):
        return words[own + 1 :]
    at = next((at for at, name in enumerate(names) if name in _CODE or _is_ssh(names, at)), len(names))
    if at == len(names):
        return []
    if names[at] == "ssh":
        first = remote(texts[at:])
        return words[at + first :] if first else []
    found = _program(names[at], texts[at + 1 :])
    return words[at + 1 + found : at + 2 + found] if found >= 0 else []


def _is_ssh(names: Sequence[str], at: int) -> bool:
    """Whether a word calls `ssh`, rather than names it to another program, as in `rsync -e ssh`."""
    if names[at] != "ssh":
        return False
    commands = (name for last, name in pairwise(("", *names[:at])) if not last.startswith("-") and name[:1] != "-")
    return all(name in _WRAPPERS or name[:1].isdigit() for name in commands)


def _program(name: str, words: Sequence[str]) -> int:
    """The index of an interpreter's word that is its program; -1 where it stands elsewhere."""
    for at, word in enumerate(words):
        if _CODE[name].fullmatch(word):
            behind = range(at + 1, len(words))
            return next((each for each in behind if name not in _SHELLS or words[each][:1] not in ("-", "+")), -1)
        if word[:1] not in ("-", "+") and name not in _LOGIN and (not at or not _takes(name, words[at - 1])):
            return -1
    return -1
