"""Commands that run what they just downloaded, wherever shell text stands.

Sources, checked 2026-11-30: bash(1), dash(1), python(1), perlrun(1), ruby(1) and node(1) (what each takes for its
program, and when it reads that from standard input); curl(1) `-o`, `-O`, `--output-dir`; wget(1) `-O`, `-P`;
aria2c(1) `-o`, `-d`.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from holdfast.collect.launches import SHELLS
from holdfast.core.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.formats.shell.reader import Command

DOWNLOADERS = frozenset(("curl", "wget", "aria2c"))
INTERPRETERS = SHELLS | {"python", "python3", "perl", "ruby", "node"}
SOURCING = frozenset(("source", "."))
DOWNLOAD = re.compile(r"(?:^|[;&|\n])\s{0,8}[$<]\(\s{0,8}(?:curl|wget|aria2c)\b")
"""A download in the place of a command: what it prints is run. As an argument it is data."""
INPUTS = frozenset(("<", "<<<", "<<"))
CHECKING = frozenset("sha256sum sha512sum sha384sum sha1sum md5sum shasum b2sum gpgv cosign minisign signify".split())
"""Programs that compare a file with a digest or a signature."""
ALSO_CHECKING = {"gpg": "--verify", "gpg2": "--verify", "openssl": "dgst", "gh": "attestation"}
"""Programs that do so when they are given this word."""
DIGEST = re.compile(r"\b(?:sha\d{1,3}sum|md5sum|shasum|openssl)\b")
LETTERS = {
    "curl": re.compile(r"^-[a-zA-Z#0-9]*?(o)(.*)$"),
    "wget": re.compile(r"^-[a-zA-Z]*?([OP])(.*)$"),
    "aria2c": re.compile(r"^-([od])(.*)$"),
}
"""Program -> a word of options with the one that names a file or folder, which may stand behind it."""
FILE = {"curl": "o", "wget": "O", "aria2c": "o"}
REMOTE_NAME = re.compile(r"-[a-zA-Z#]*O")
NOWHERE = frozenset(("", "-", "/dev/null", "/dev/stdout", "/dev/stderr"))
UNCHECKED = frozenset(("--insecure", "--no-check-certificate", "--check-certificate=false"))
VALUED = frozenset("AbcCdDeEFhHKmoPQrtTuUwxXyYz")
"""Letters of curl's options that take the rest of their word."""
KEEPING = INTERPRETERS | {"tar", "bsdtar", "gpg", "apt-key", "dd", "tee", "cpio", "unzip", "rpm"}
"""Programs that make something lasting of what they are piped."""
STDIN = frozenset(("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"))


class _Options(NamedTuple):
    """How an interpreter is told what to run."""

    code: str
    """Letters whose option holds the program, so that standard input is data."""
    valued: str = ""
    """Letters whose option takes the rest of the word, or the next one."""
    attached: str = ""
    """Letters whose option takes the rest of its word only."""
    long_code: frozenset[str] = frozenset()
    long_valued: frozenset[str] = frozenset()
    stdin: str = ""
    """The letter that has the program read from standard input, whatever words follow."""


_SHELL = _Options("c", valued="oO", long_valued=frozenset(("--rcfile", "--init-file")), stdin="s")
_PYTHON = _Options("cm", valued="WX", long_valued=frozenset(("--check-hash-based-pycs",)))
_LANGUAGES = {
    "python": _PYTHON,
    "python3": _PYTHON,
    "perl": _Options("eE", valued="I", attached="MmiFDCx"),
    "ruby": _Options("e", valued="IrCE", attached="iFxKW0T"),
    "node": _Options(
        "ep", valued="rC", long_code=frozenset(("--eval", "--print")), long_valued=frozenset(("--require", "--import"))
    ),
}


class _Program(NamedTuple):
    """What an interpreter is given to run."""

    code: str | None = None
    """The program as text, None where it comes from a file or from standard input."""
    file: str = ""
    """The file that holds it, empty for none: standard input."""


def program(argv: Sequence[str]) -> str:
    """The program of a command, without its folder; empty where there is none."""
    return argv[0].rpartition("/")[2] if argv else ""


def given(argv: Sequence[str]) -> _Program:
    """What an interpreter runs: a text, a file or its standard input.

    A word that cannot be resolved is taken for flags, so that a pipe behind it counts.
    """
    options = _LANGUAGES.get(program(argv), _SHELL)
    at = 1
    while at < len(argv):
        word = argv[at]
        at += 1
        if word == "--":
            break
        if word.startswith("--"):
            if word.partition("=")[0] in options.long_code:
                return _Program(code=word.partition("=")[2] or " ".join(argv[at : at + 1]))
            at += word in options.long_valued
            continue
        if word[:1] not in ("-", "+") or len(word) < 2:
            if word in STDIN:
                return _Program()
            if not word.startswith("$"):
                return _Program(file=word)
            if "(" in word:
                at -= 1
                break
            continue
        for index, letter in enumerate(word[1:], 1):
            if letter in options.stdin:
                return _Program()
            if letter in options.code:
                return _Program(code=" ".join(argv[at : at + 1]) or word[index + 1 :])
            if letter in options.valued:
                at += index + 1 == len(word)
                break
            if letter in options.attached:
                break
    rest = argv[at : at + 1]
    return _Program(file="" if not rest or rest[0] in STDIN else rest[0])


def runs_download(command: Command) -> bool:
    """Whether a command runs what comes from the network: through a pipe, or as `bash <(curl x)` does.

    What an interpreter reads beside its own program is data: `curl x | python3 -m json.tool`.
    """
    name = program(command.argv)
    if name == "eval":
        return any(DOWNLOAD.search(word) for word in command.argv[1:])
    if name in SOURCING:
        return any(DOWNLOAD.search(word) for word in command.argv[1:2])
    if name not in INTERPRETERS:
        return False
    runs = given(command.argv)
    if runs.code is not None or runs.file:
        return DOWNLOAD.search(runs.file if runs.code is None else runs.code) is not None
    read = [word for sign, word in command.redirections if sign in INPUTS]
    return any(map(DOWNLOAD.search, read)) or (not read and command.piped_from in DOWNLOADERS)


class Downloads:
    """What the commands of a text, or of several that follow one another, fetch into files and then run."""

    def __init__(self) -> None:
        self.files: set[str] = set()

    def runs(self, command: Command) -> bool:
        """Whether a command runs what it, or one before it, has fetched; whatever is compared with a digest is not.

        Only scripts and programs that are started by their file count, not packages and archives.
        """
        if runs_download(command):
            return True
        name = program(command.argv)
        if not self.files:
            if name in DOWNLOADERS:
                self.files |= saved(command)
            return False
        if name in DOWNLOADERS:
            self.files |= saved(command)
        elif checks(command.argv) or any(word.startswith("$(") and DIGEST.search(word) for word in command.argv):
            self.files.clear()
        elif name in ("mv", "cp", "install") and not self.files.isdisjoint(map(_plain, command.argv[1:-1])):
            target = _plain(command.argv[-1])
            moved = {file.rpartition("/")[2] for file in self.files.intersection(map(_plain, command.argv[1:-1]))}
            self.files |= {target, *(f"{target.rstrip('/')}/{each}" for each in moved)}
        return self._started(command) in self.files

    def text(self, text: str) -> bool:
        """Whether one of the commands of a shell text does; a text that no shell would read does not."""
        return bool(self.lines(text))

    def lines(self, text: str) -> list[int]:
        """The lines of a shell text (from 1) on which such commands stand."""
        if not self.files and not any(name in text for name in DOWNLOADERS):
            return []
        from holdfast.formats.shell import reader

        try:
            commands = reader.read(text)
        except FormatError:
            return []
        return sorted({command.line for command in commands if self.runs(command)})

    def _started(self, command: Command) -> str:
        """The file that a command runs, empty for none that may have been fetched."""
        name = program(command.argv)
        if name in SOURCING:
            return _plain(" ".join(command.argv[1:2]))
        if name not in INTERPRETERS:
            return _plain(command.argv[0]) if command.argv and "/" in command.argv[0] else ""
        runs = given(command.argv)
        read = [word for sign, word in command.redirections if sign == "<"] if runs.code is None else []
        return _plain(runs.file or " ".join(read))


def saved(command: Command) -> set[str]:
    """The files into which a command puts what it downloads."""
    name, words = program(command.argv), command.argv[1:]
    found = {_plain(word) for sign, word in command.redirections if sign.startswith(">")}
    folder, own = "", False
    skip = ""
    for word in words:
        option, equals, value = word.partition("=")
        if skip:
            found, folder = (found | {_plain(word)}, folder) if skip == "file" else (found, word)
            skip = ""
        elif word.startswith("--"):
            skip = {"--output": "file", "--output-document": "file", "--out": "file", "--output-dir": "folder",
                    "--directory-prefix": "folder", "--dir": "folder"}.get(option, "")  # fmt: skip
            if skip and equals:
                found, folder = (found | {_plain(value)}, folder) if skip == "file" else (found, value)
                skip = ""
            own = own or option in ("--remote-name", "--remote-name-all")
        elif match := LETTERS[name].search(word):
            sort = "file" if match[1] == FILE[name] else "folder"
            if match[2]:
                found, folder = (found | {_plain(match[2])}, folder) if sort == "file" else (found, match[2])
            else:
                skip = sort
        elif name == "curl" and REMOTE_NAME.match(word):
            own = True
    if own or (name != "curl" and not found):
        urls = (word.partition("?")[0].rstrip("/") for word in words if not word.startswith("-"))
        found |= {url.rpartition("/")[2] for url in urls if "/" in url}
    return {f"{folder.rstrip('/')}/{each}" if folder and "/" not in each else each for each in found} - NOWHERE


def _plain(word: str) -> str:
    """A path as it is compared."""
    return word.removeprefix("./")


def checks(argv: Sequence[str]) -> bool:
    """Whether a command compares a file with a digest or a signature."""
    name = program(argv)
    return name in CHECKING or ALSO_CHECKING.get(name, "") in argv[1:]


def kept(commands: Sequence[Command]) -> list[Command]:
    """The downloads that are kept, or handed to what unpacks or runs them; none where one command compares digests."""
    if any(checks(command.argv) for command in commands):
        return []
    found = []
    for command, after in zip_longest(commands, commands[1:]):
        if program(command.argv) in DOWNLOADERS:
            piped = after is not None and after.piped_from in DOWNLOADERS and program(after.argv) in KEEPING
            if saved(command) or piped:
                found.append(command)
    return found


def unchecked(command: Command) -> bool:
    """Whether a download takes any certificate."""
    return not UNCHECKED.isdisjoint(command.argv) or (program(command.argv) == "curl" and _insecure(command.argv[1:]))


def _insecure(words: Sequence[str]) -> bool:
    for word in words:
        for letter in word[1:] if word.startswith("-") and not word.startswith("--") else "":
            if letter == "k":
                return True
            if letter in VALUED:
                break
    return False


def text_runs_download(text: str) -> bool:
    """Whether one of the commands of a shell text does; a text that no shell would read does not."""
    return Downloads().text(text)
