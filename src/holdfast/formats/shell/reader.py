"""Shell text to the simple commands that it runs, without running any of it.

The grammar is tree-sitter-bash, so `sh` and `bash` are covered and a broken line does not hide the
next one. Variables follow the script in order; a name assigned in a branch, in a loop or behind `&&`
is unknown once that part ends. Blind spots: arrays, aliases, here-documents fed to a shell, and
functions, whose bodies count where they stand and not where they are called; what a sourced file sets
is unknown.

Sources: POSIX.1-2017 XCU 2 (Shell Command Language), Bash Reference Manual 3.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from holdfast.core.errors import FormatError
from holdfast.formats.shell import folders
from holdfast.formats.shell.grammar import parse
from holdfast.formats.shell.lists import operands, tolerated
from holdfast.formats.shell.parts import WORDS, outputs, parts, simple
from holdfast.formats.shell.redirections import redirections
from holdfast.formats.shell.variables import WORDS as EACH
from holdfast.formats.shell.variables import Variables
from holdfast.formats.shell.words import Words, plain
from holdfast.formats.shell.wrappers import account, script, unwrap

if TYPE_CHECKING:
    from tree_sitter import Node

    Step = tuple[Node, list[str]] | Callable[[], None]

__all__ = ["Command", "read"]

SIZE = 1 << 20
"""Longest text, in characters; the scripts inside it may together be as long again."""
DEPTH = 4
"""How many `sh -c` may stand inside one another."""
COMMANDS = 10_000
SUBSTITUTED = 4 << 20
"""How many characters variables may add in all."""

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=", re.ASCII)
_ASSIGNED = re.compile(r"(?<![\w$])([A-Za-z_]\w*)\+?=", re.ASCII)
_SUBSTITUTIONS = frozenset(("command_substitution", "process_substitution"))
_LOOPS = frozenset(("while_statement", "for_statement", "c_style_for_statement"))
_TENTATIVE = _LOOPS | {"if_statement", "case_statement"}
_BRANCHES = frozenset(("elif_clause", "else_clause", "case_item"))
_SKIPPED = frozenset(("heredoc_body", "comment"))
_FILTERS = frozenset(("tee", "cat", "gzip", "gunzip", "zcat", "bunzip2", "xz", "base64", "sed", "tr", "tac"))
"""Programs that hand on what they read: behind them it still comes from where it came."""
_REMARK = re.compile(r"(?<=[ \t])`#[^`\n]{0,500}`")
"""A comment between continued lines, which the shell makes nothing of and the grammar no word."""
_SOURCING = frozenset((".", "source"))
_HARMLESS = frozenset(("activate", "conda.sh", "mamba.sh"))
"""Files that are sourced to put an environment's programs on the path."""
_EXPANSIONS = frozenset(("simple_expansion", "expansion"))
_HEREDOC_WORDS = WORDS | {"ERROR"}


class Command(Struct, frozen=True):
    """A program that a script starts."""

    argv: tuple[str, ...]
    """Its words, unquoted; one that still contains `$` could not be resolved."""
    env: dict[str, str]
    """Names that the script set before it, exported or not; a value with `$` could not be resolved."""
    line: int
    column: int
    """Where it starts in the text, from 1; on the first line of a `sh -c` text, where that text starts."""
    piped_from: str = ""
    """The program whose output it reads through pipes, without its folder: `curl` in `curl x | tee y | sh`."""
    sourced: bool = False
    """Whether a file was sourced before it, which may have set names that are not in `env`."""
    tolerated: bool = False
    """Whether its failure is made good at once: `a || true`, `a && b || :`, `a || echo failed`."""
    account: str = ""
    """The account that it changes to first (`sudo -u x`, `su x -c`), as far as it names one."""
    writes: tuple[str, ...] = ()
    """The files that its output and errors go to (`>`, `2>>`, `&>`); one with `$` could not be resolved."""
    redirections: tuple[tuple[str, str], ...] = ()
    """The files that its input comes from and its output goes to, as `(">>", file)`, and here-documents' texts."""
    folder: str = ""
    """The folder that `cd` brought it to, empty for the one in which the script starts; relative ones count from it."""
    each: Mapping[str, tuple[str, ...]] = {}
    """Variable of a loop around it -> the words that the loop goes through."""


def read(text: str, known: Mapping[str, str] | None = None) -> list[Command]:
    """The simple commands of `text`, in the order in which they stand; `known` is set before it starts.

    Commands inside conditions, loops, functions, subshells, substitutions and `sh -c` texts count;
    comments and here-document bodies do not. `exec`, `sudo`, `nohup`, `time`, `env A=b` and the
    like are taken off. Raises `FormatError` for more than 1 MiB of text or of `sh -c` text in it, for
    more than 10,000 commands, for broken text of which no command can be understood, and for text so
    unlike shell that reading it would take more than linear work.
    """
    if len(text) > SIZE:
        raise FormatError(f"shell text of {len(text)} characters, more than {SIZE}")
    text = _REMARK.sub(lambda match: " " * len(match[0]), text)
    found: list[Command] = []
    _Reader(text, _Job(found, SIZE, SUBSTITUTED), Variables(dict(known or {})), _Around()).run("")
    return found


class _Around(NamedTuple):
    """What a text stands in."""

    place: tuple[int, int] | None = None
    """Where, for the text of a `sh -c`."""
    depth: int = 0
    account: str = ""

    def at(self, row: int, column: int) -> tuple[int, int]:
        """Where a position of the text lies in the whole."""
        if self.place is None:
            return row, column
        return self.place[0] + row - 1, self.place[1] if row == 1 else column


class _Ends(NamedTuple):
    """Where a command's input comes from, and its output goes to."""

    piped_from: str
    writes: tuple[str, ...] = ()
    redirections: tuple[tuple[str, str], ...] = ()


class _Job(Struct):
    """What a script shares with the scripts inside it: the result, and what may still be spent."""

    found: list[Command]
    nested: int
    substituted: int
    sourced: bool = False
    tolerated: int = 0
    """How many lists are open whose failure is made good."""

    def record(
        self,
        argv: tuple[str, ...],
        env: dict[str, str],
        place: tuple[int, int],
        account: str,
        ends: _Ends,
        around: Variables,
    ) -> None:
        """Add a command to the result."""
        state = (self.sourced, self.tolerated > 0)
        where = around.folders.here, around.each
        self.found.append(
            Command(argv, env, *place, ends.piped_from, *state, account, ends.writes, ends.redirections, *where)
        )

    def forgiven(self, steps: list[Step], count: int) -> list[Step]:
        """The steps of a list of whose operands the first `count` never fail; its second step is none of them."""
        if not count:
            return steps
        enter, leave = functools.partial(self._tolerate, 1), functools.partial(self._tolerate, -1)
        return [enter, *steps[: count + 1], leave, *steps[count + 1 :]]

    def _tolerate(self, change: int) -> None:
        self.tolerated += change


class _Reader:
    """Walks the tree of one script with a stack of its own."""

    def __init__(self, text: str, job: _Job, variables: Variables, around: _Around) -> None:
        self._text = text
        self._job = job
        self._variables = variables
        self._around = around
        self._words = Words(text, job.substituted)
        self._last = ""
        self._steps: list[Step] = []

    def run(self, piped_from: str) -> None:
        """Append every command of the text to the job."""
        words = plain(self._text)
        if words is not None:
            self._plain(words, piped_from)
            return
        # One ASCII character for every other character: a position in the tree is one in the text.
        source = re.sub(r"[^\x00-\x7f]", "_", self._text).encode("ascii")
        root = parse(source)
        self._steps.append((root, [piped_from]))
        while self._steps:
            step = self._steps.pop()
            if isinstance(step, tuple):
                self._visit(*step)
            else:
                step()
        self._job.substituted = self._words.left
        if root.has_error and not self._job.found:
            raise FormatError("no command in it can be understood")

    def _plain(self, words: list[tuple[int, str]], piped_from: str) -> None:
        prefix: dict[str, str] = {}
        while words and (match := _ASSIGNMENT.match(words[0][1])):
            prefix[match[1]] = words.pop(0)[1][match.end() :]
        if words:
            places = [self._around.at(1, offset + 1) for offset, _ in words]
            self._emit([word for _, word in words], places, prefix, _Ends(piped_from))

    # The steps. `source` holds the name of the program at the left of the pipe.

    def _visit(self, node: Node, source: list[str]) -> None:
        kind = node.type
        if kind == "command" or (kind == "redirected_statement" and simple(node)):
            self._command(node, source)
        elif kind == "pipeline":
            self._pipeline(node, source)
        elif kind == "list":
            self._list(node, source)
        elif kind == "variable_assignment":
            self._variables.assign(*self._assignment(node))
            self._descend(node, [""])
        elif kind == "subshell" or kind in _SUBSTITUTIONS:
            self._scope(node, source)
        elif kind in _TENTATIVE:
            self._tentative(node, source)
        elif kind == "heredoc_redirect":
            # The grammar puts the rest of the line, `| sh` in `cat <<END | sh`, inside the redirection.
            rest = [child for child in reversed(node.children) if child.type not in _HEREDOC_WORDS]
            self._steps += [(child, [self._last if child.type == "pipeline" else ""]) for child in rest]
        elif kind == "unset_command":
            for child in node.named_children:
                self._variables.unset(self._words.slice(child))
        elif kind not in _SKIPPED:
            if kind in _BRANCHES:
                self._variables.branch()
            self._descend(node, source)

    def _descend(self, node: Node, source: list[str]) -> None:
        self._steps += [(child, source) for child in reversed(node.children) if child.child_count]

    def _pipeline(self, node: Node, source: list[str]) -> None:
        steps: list[Step] = []
        for child in node.named_children:
            steps.append((child, source))
            source = [""]
            steps.append(functools.partial(self._fill, source))
        self._last = ""
        self._steps += reversed(steps)

    def _fill(self, source: list[str]) -> None:
        source[0], self._last = self._last, ""

    def _list(self, node: Node, source: list[str]) -> None:
        steps: list[Step] = [(operand, source) for operand in operands(node)]
        steps.insert(1, self._variables.enter)
        forgiven = self._job.forgiven(steps, tolerated(node, self._words.slice))
        self._steps += [self._variables.leave, *reversed(forgiven)]

    def _scope(self, node: Node, source: list[str]) -> None:
        outer, last = self._variables, self._last
        substitution = node.type in _SUBSTITUTIONS

        def leave() -> None:
            self._variables = outer
            self._last = last if substitution else self._last

        self._variables = outer.inner(outer.known, outer.loops)
        self._steps.append(leave)
        self._descend(node, [""] if substitution else source)

    def _tentative(self, node: Node, source: list[str]) -> None:
        variables = self._variables
        loop = node.type in _LOOPS
        if loop and not variables.loops:
            # A second turn sees what the first one assigned further down.
            variables.forget(set(_ASSIGNED.findall(self._words.slice(node))))

        def leave() -> None:
            variables.loops -= loop
            variables.leave()

        variables.loops += loop
        variables.enter()
        for child in node.named_children if loop else ():
            if child.type == "variable_name":
                words = [self._word(value) for value in node.children_by_field_name("value")[:EACH]]
                variables.count(self._words.slice(child), words)
        self._steps.append(leave)
        self._descend(node, source)

    def _word(self, node: Node) -> str:
        value = self._words.word(node, self._variables.known)
        self._variables.assign_all(self._words.defaults)
        return value

    def _assignment(self, node: Node) -> tuple[str, str]:
        name = self._words.slice(node.children[0])
        if len(node.children) < 3:
            return name, ""
        value = f"${name}" if node.children[2].type == "array" else self._word(node.children[2])
        if node.children[1].type == "+=":
            before = self._variables.known.get(name, f"${name}")
            self._words.left -= len(before)
            value = before + value if self._words.left >= 0 else f"${name}"
        return name, value

    def _command(self, node: Node, source: list[str]) -> None:
        words: list[str] = []
        nodes: list[Node] = []
        prefix: dict[str, str] = {}
        end = 0
        own, inside = parts(node)
        for child in own:
            if child.type == "variable_assignment" and not words:
                name, value = self._assignment(child)
                prefix[name] = value
                continue
            # The grammar ends a word at a continued line; the shell does not.
            if not words or self._text[end : child.start_byte].replace("\\\n", ""):
                words.append("")
                nodes.append(child)
            words[-1] += self._word(child)
            end = child.end_byte
        words, nodes = _fields(words, nodes, self._words)
        if words:
            starts = [each.start_point for each in nodes]
            places = [self._around.at(start.row + 1, start.column + 1) for start in starts]
            files = tuple(self._word(each) for each in outputs(node))
            ends = _Ends(source[0], files, redirections(node, self._word, self._words.slice) if inside else ())
            nested = self._emit(words, places, prefix, ends)
            own = [each for each in own if not nested or each != nodes[nested]]
        for child in reversed([*own, *inside]):
            if child.type == "variable_assignment":
                self._descend(child, [""])
            elif child.child_count:
                self._steps.append((child, [""]))

    def _emit(self, words: list[str], places: list[tuple[int, int]], prefix: dict[str, str], ends: _Ends) -> int:
        """Record a command; the index of the word that was read as a script, 0 if there is none."""
        job = self._job
        if len(job.found) >= COMMANDS:
            raise FormatError(f"more than {COMMANDS} shell commands", line=places[0][0], column=places[0][1])
        argv, extra = unwrap(words)
        env = {**self._variables.known, **prefix, **extra} if prefix or extra else self._variables.known
        who = account(words, len(argv)) or self._around.account
        job.record(tuple(argv), env, places[0], who, ends, self._variables)
        if _sources(argv):
            job.sourced = True
            self._variables.forget(set(self._variables.known))
        name = argv[0].rpartition("/")[2]
        if argv[0] in folders.COMMANDS:
            self._variables.folders = self._variables.folders.moved(argv)
        self._last = ends.piped_from if ends.piped_from and name in _FILTERS else name
        for given in filter(str.isidentifier, argv[1:]) if name in ("read", "getopts") else ():
            self._variables.assign(given, f"${given}")
        at = script(argv)
        if not at or self._around.depth >= DEPTH:
            return 0
        job.nested -= len(argv[at])
        if job.nested < 0:
            raise FormatError(f"more than {SIZE} characters of `sh -c` text", line=places[0][0], column=places[0][1])
        job.substituted = self._words.left
        at -= len(argv)
        inside = _Around(places[at], self._around.depth + 1, who)
        _Reader(argv[at], job, self._variables.inner(env), inside).run(ends.piped_from)
        self._words.left = job.substituted
        return len(words) + at


def _sources(argv: Sequence[str]) -> bool:
    """Whether a command runs a file in this shell that may set any variable."""
    return argv[0] in _SOURCING and len(argv) > 1 and argv[1].rpartition("/")[2] not in _HARMLESS


def _fields(words: list[str], nodes: list[Node], texts: Words) -> tuple[list[str], list[Node]]:
    """Words after field splitting (POSIX.1-2017 XCU 2.6.5): an unquoted variable may hold several, or none."""
    split: list[tuple[str, Node]] = []
    for word, node in zip(words, nodes, strict=True):
        raw = texts.slice(node) if node.type in _EXPANSIONS and "$" not in word else "'"
        split += [(field, node) for field in ((word,) if "'" in raw or '"' in raw else word.split())]
    return [word for word, _ in split], [node for _, node in split]
