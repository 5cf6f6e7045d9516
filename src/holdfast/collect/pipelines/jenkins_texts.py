"""Texts in a Jenkinsfile that are read by somebody else than a shell.

Sources, checked 2026-11-30: Jenkins, Kubernetes plugin (`yaml` of an agent and of `podTemplate`); Jenkins, Pipeline:
Groovy (`load`, `evaluate`, `readFile`); Jenkins, HTTP Request Plugin (`url`, `outputFile`, `content`); Groovy JDK,
`java.net.URL` (`text`) and `String.toURL`.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from holdfast.collect.downloads import DOWNLOADERS, checks, program, saved
from holdfast.collect.kubernetes.objects import assets, below
from holdfast.collect.launches import of_workload
from holdfast.collect.pipelines.draft import Draft
from holdfast.collect.pipelines.literals import tokens
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Secret
from holdfast.formats import yaml
from holdfast.formats.jenkinsfile import Call, Text
from holdfast.kinds.pipeline import Step, Use, Variable

ADDRESS = re.compile(r"[\"'](https?://[^\"'\n]{1,500})[\"']")
FETCHES = re.compile(r"\bnew\s{1,8}(?:java\.net\.)?UR[LI]\s{0,8}\(\s{0,8}$|\bhttpRequest\b[^\n]{0,200}$")
"""What stands before an address that is fetched."""
TO_URL = ".toURL()"
"""What stands behind such."""
USED = re.compile(r"(?P<runs>\b(?:evaluate|parse|run)\b)|\b(?P<name>[A-Za-z_]\w{0,80})\s{0,8}=(?![=~])", re.ASCII)
"""Whether it is run at once, or kept under a name."""
BEFORE = 400
"""Characters of a line before a place that are looked at."""
RUN = re.compile(
    r"\b(?:evaluate|parse|run)\s{0,8}\(?\s{0,8}"
    r"(?:readFile\s{0,8}\(?\s{0,8}(?:file\s{0,8}:\s{0,8})?[\"'](?P<file>[^\"'\n]{1,300})|(?P<name>[A-Za-z_]\w{0,80})\b)",
    re.ASCII,
)
"""What is run by its name, or as the content of a file."""
COMMENTED = re.compile(r"[ \t]{0,200}(?://|\*|/\*)")
MANY = 20
"""Most tokens of a file that are told."""


def told(draft: Draft, text: str) -> None:
    """Takes up tokens anywhere in a file, comments and arguments included, that no step and no variable shows."""
    shown: list[str] = []
    for part in (*draft.parts.get("variables", ()), *draft.parts.get("steps", ())):
        value = part.value if isinstance(part, Variable) else part.script if isinstance(part, Step) else None
        if isinstance(value, str):
            shown.append("".join(value))  # of a secret, its text
    for prefix, token in itertools.islice(tokens(text), MANY):
        if not any(token in each for each in shown):
            shown.append(token)
            at = text.index(token)
            spot = Spot(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
            found = Variable(name=f"{prefix}...", value=Secret(token), secret=None, job=None)
            draft.add("variables", found, spot)


def fetched(draft: Draft, text: str, files: Mapping[str, str]) -> None:
    """Takes up Groovy that a file fetches and runs; `files` are those that its steps download, with their addresses."""
    kept: dict[str, str] = {}
    found: list[tuple[int, str]] = []
    for match in _written(ADDRESS, text):
        at = _line(text, match.start())
        before = text[at : match.start()]
        if FETCHES.search(before) is None and not text.startswith(TO_URL, match.end()):
            continue
        used = USED.search(before)
        if used is not None and used["runs"]:
            found.append((at + used.start(), match[1]))
        elif used is not None:
            kept[used["name"]] = match[1]
    if kept or files:
        for match in _written(RUN, text):
            address = kept.get(match["name"]) if match["name"] else files.get(plain(match["file"]))
            if address is not None:
                found.append((match.start(), address))
    for at, address in found[:MANY]:
        part = Use(reference=address, sort="script", name=address, job=None, local=False)
        draft.add("uses", part, Spot(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)))


def _written(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """The places of a pattern outside of lines that are comments."""
    for match in pattern.finditer(text):
        if COMMENTED.match(text, _line(text, match.start())) is None:
            yield match


def _line(text: str, at: int) -> int:
    """Where the line of a place begins, or the part of it that is looked at."""
    least = max(at - BEFORE, 0)
    return max(text.rfind("\n", least, at) + 1, least)


def plain(path: str) -> str:
    """A path as it is compared."""
    return path.removeprefix("./")


def downloaded(script: str) -> dict[str, str]:
    """The files that a shell script fetches, with their addresses; none of those that it compares with a digest."""
    if not any(name in script for name in DOWNLOADERS):
        return {}
    from holdfast.formats.shell import reader

    found: dict[str, str] = {}
    try:
        commands = reader.read(script)
    except FormatError:
        return {}
    for command in commands:
        if program(command.argv) in DOWNLOADERS:
            address = next((word for word in command.argv if word.startswith(("https://", "http://"))), "")
            found.update((plain(file), address) for file in saved(command) if address)
        elif checks(command.argv):
            found.clear()
    return found


def pods(calls: Iterable[Call], path: str) -> Iterator[Asset | Edge | Gap]:
    """The pods that agents are; a gap for one that cannot be read."""
    seen: Counter[str] = Counter()
    for call in calls:
        text = call.positional[0] if call.name == "yaml" and call.positional else call.named.get("yaml")
        if not isinstance(text, Text) or not (call.name in ("podTemplate", "kubernetes") or _of_agent(call)):
            continue
        start = call.text_line
        try:
            for part in yaml.documents(text.raw.encode("utf-8", "replace")):
                document = yaml.load(part.text)
                if isinstance(document, yaml.Mapping):
                    yield from _pod(document, path, start + part.line - 1, seen)
        except FormatError as error:
            yield Gap(path, f"the pod of an agent is not readable: {error.what}", "unreadable", start)


def _of_agent(call: Call) -> bool:
    return call.name == "yaml" and any(name in ("kubernetes", "podTemplate") for name, _ in call.within[-1:])


def _pod(document: yaml.Mapping, path: str, line: int, seen: Counter[str]) -> Iterator[Asset | Edge]:
    """The assets of one pod, which may leave out that it is one."""
    document.setdefault("apiVersion", "v1")
    document.setdefault("kind", "Pod")
    for asset in assets(document, path, line, seen):
        yield below(asset, "/yaml")
        yield from of_workload(asset)
