"""Texts in a Jenkinsfile that are read by somebody else than a shell.

Sources, checked 2026-11-30: Jenkins, Kubernetes plugin (`yaml` of an agent and of `podTemplate`); Jenkins, Pipeline:
Groovy (`load`, `evaluate`).
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator

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

FETCHED = re.compile(
    r"\b(?:evaluate|parse|run)\s{0,8}\(?[^\n]{0,200}?\bnew\s{1,8}(?:java\.net\.)?URL\s{0,8}\(\s{0,8}[\"'](https?://[^\"'\n]{1,500})"
)
"""Groovy that is fetched and run at once."""
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


def fetched(draft: Draft, text: str) -> None:
    """Takes up Groovy that a file fetches and runs."""
    for match in itertools.islice(FETCHED.finditer(text), MANY):
        at = match.start()
        part = Use(reference=match[1], sort="script", name=match[1], job=None, local=False)
        draft.add("uses", part, Spot(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)))


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
