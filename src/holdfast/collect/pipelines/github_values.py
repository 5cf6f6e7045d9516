"""Values of a GitHub workflow: what its expressions refer to, as far as the file itself says.

Sources, checked 2026-11-30: GitHub Docs, "Contexts reference", "Secure use reference" (script injection) and
"Workflow syntax" (`strategy.matrix`); the Security Lab's list of untrusted input ("Untrusted input").
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import ChainMap
from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from holdfast.collect.fields import written
from holdfast.formats.github_expressions import Binary, Call, Node, Path, find, parse, paths

MANY = 64
"""Most values of one text; a matrix that gives more is not followed."""
OWN_TOKEN = "github_token"  # noqa: S105 - the name of the platform's own short-lived token
UNTRUSTED = re.compile(
    r"github\.(?:head_ref|event(?:\.(?:pull_request|issue|comment|review|discussion|head_commit|workflow_run))?"
    r"|event\.(?:issue|pull_request|discussion)\.(?:title|body)|event\.(?:comment|review|review_comment)\.body"
    r"|event\.pages\.\*\.(?:page_name|title)|event\.pull_request\.head\.(?:ref|label)"
    r"|event\.pull_request\.head\.repo\.(?:default_branch|description|homepage)"
    r"|event\.(?:commits\.\*|head_commit)\.(?:message|(?:author|committer)\.(?:email|name))"
    r"|event\.workflow_run\.(?:head_branch|display_title|head_repository\.description"
    r"|head_commit\.(?:message|(?:author|committer)\.(?:email|name))))"
)
"""Contexts whose text an outsider writes: titles, bodies, names of branches, messages of commits."""
HEAD = re.compile(
    r"github\.(?:head_ref|event\.pull_request\.(?:head(?:\..+)?|merge_commit_sha)"
    r"|event\.workflow_run\.(?:head_(?:sha|branch|commit|repository).*|pull_requests.*))"
)
"""Contexts that name the code of a pull request."""
BRANCHES = frozenset(
    f"github.{name}"
    for name in (
        "head_ref",
        "event.pull_request.head.ref",
        "event.pull_request.head.label",
        "event.workflow_run.head_branch",
    )
)
"""Those that give the name of its branch alone, which a checkout looks up in its own repository unless told otherwise.
Source: actions/checkout 7.0.1, `ref-helper.ts` and `unsafe-pr-checkout-helper.ts`."""
ELSEWHERE = ("steps.", "needs.", "inputs.", "vars.", "matrix.", "env.", "jobs.", "github.event.inputs.")
"""Contexts that may hold anything."""
INPUTS = (("inputs",), ("github", "event", "inputs"))
NO_TEXT = frozenset(("contains", "startswith", "endswith", "hashfiles", "success", "failure", "always", "cancelled"))
"""Functions whose outcome is no text of their arguments."""


class Scope(Struct, frozen=True):
    """What the expressions of a job or step can refer to."""

    env: ChainMap[str, str] = ChainMap()
    """Variables, the innermost first."""
    matrix: Any = None
    """The mapping under `strategy.matrix`."""
    harmless: frozenset[str] = frozenset()
    """Inputs of the run that are no free text: a choice, a number, a switch or an environment."""
    lowered: ChainMap[str, str] = ChainMap()
    """The variables by their names in lower case, as expressions spell them."""
    given: Mapping[str, str] = {}
    """Input -> what the callers in the same repository give it, joined; expressions stay as written."""

    def inside(self, env: Mapping[str, str], matrix: object = None) -> Scope:
        """The scope of something inside."""
        return Scope(
            self.env.new_child(dict(env)),
            self.matrix if matrix is None else matrix,
            self.harmless,
            self.lowered.new_child({name.lower(): value for name, value in env.items()}),
            self.given,
        )

    def values(self, text: str) -> list[str] | UnsetType:
        """Every value that a text takes; unobserved when the file does not say. Raises FormatError."""
        pieces: list[list[str]] = []
        last = 0
        for found in find(text):
            given = self._given(parse(found.source))
            if isinstance(given, UnsetType):
                return UNSET
            pieces += [[text[last : found.start]], given]
            last = found.end
        pieces.append([text[last:]])
        size = 1
        for piece in pieces:
            size *= len(piece)
        return ["".join(each) for each in itertools.product(*pieces)] if 0 < size <= MANY else UNSET

    def _given(self, node: Node) -> list[str] | UnsetType:
        if not isinstance(node, Path):
            return UNSET
        context, *steps = node.steps
        if context == "env" and len(steps) == 1:
            found = self.lowered.get(steps[0])
            return UNSET if found is None or "${{" in found else [found]
        return combinations(self.matrix, steps) if context == "matrix" else UNSET

    def tainted(self, text: str) -> list[str]:
        """The expressions of a text that put in what an outsider writes. Raises FormatError."""
        return [text[each.start : each.end] for each in find(text) if self._tainted(parse(each.source))]

    def _tainted(self, node: Node) -> bool:
        todo = [node]
        while todo:
            item = todo.pop()
            match item:
                case Path(steps):
                    if UNTRUSTED.fullmatch(".".join(steps)) or self._holds(steps):
                        return True
                case Call(name, arguments) if name not in NO_TEXT:
                    todo += arguments
                case Binary("&&", _, right):
                    todo.append(right)
                case Binary("||", left, right):
                    todo += (left, right)
        return False

    def written_by_others(self, name: str) -> bool:
        """Whether an environment variable holds what an outsider writes."""
        return name == "GITHUB_HEAD_REF" or _untrusted(self.env.get(name, ""))

    def parameters(self, text: str) -> list[str]:
        """The expressions of a text that put in an input of the run. Raises FormatError."""
        return [
            text[each.start : each.end]
            for each in find(text)
            if any(path[:-1] in INPUTS and path[-1] not in self.harmless for path in paths(parse(each.source)))
        ]

    def _holds(self, steps: tuple[str, ...]) -> bool:
        """Whether a variable or an input that is put in as text holds what an outsider writes."""
        if len(steps) != 2 or steps[0] not in ("env", "inputs"):
            return False
        return _untrusted((self.lowered if steps[0] == "env" else self.given).get(steps[1], ""))

    def fetches_head(self, text: str) -> bool | UnsetType:
        """Whether a repository, or a reference in one's own, is that of a pull request. Raises FormatError."""
        read = set(_contexts(text))
        for path in [each for each in read if each.startswith("env.") and each[4:] in self.lowered]:
            read.remove(path)
            read |= _contexts(self.lowered[path[4:]])
        for path in [each for each in read if each.startswith("inputs.") and each[7:] in self.given]:
            read |= _contexts(self.given[path[7:]])
        if any(map(HEAD.fullmatch, read - BRANCHES)) or (read and "pull/" in text):
            return True
        return UNSET if any(each.startswith(ELSEWHERE) for each in read) else False


@functools.lru_cache(maxsize=1024)
def _contexts(text: str) -> frozenset[str]:
    """The contexts that the expressions of a text read, with dots."""
    return frozenset(".".join(path) for each in find(text) for path in paths(parse(each.source)))


@functools.lru_cache(maxsize=1024)
def _untrusted(text: str) -> bool:
    """Whether the expressions of a text read what an outsider writes."""
    return any(map(UNTRUSTED.fullmatch, _contexts(text)))


def combinations(matrix: Any, steps: list[str]) -> list[str] | UnsetType:
    """The values of `matrix.a.b` over all of its combinations."""
    if not isinstance(matrix, dict) or not steps:
        return UNSET
    own: Any = next((value for key, value in matrix.items() if key.lower() == steps[0]), [])
    included = matrix.get("include") or []
    if not isinstance(own, list) or not isinstance(included, list):
        return UNSET
    found: dict[str, None] = {}
    for value in [*own, *(_step(each, steps[0]) for each in included if isinstance(each, dict))]:
        for step in steps[1:]:
            value = _step(value, step)  # noqa: PLW2901 - a walk
        items = value if isinstance(value, list) else [value]
        if any(isinstance(item, dict | list) or (isinstance(item, str) and "${{" in item) for item in items):
            return UNSET
        found.update((written(item), None) for item in items if item is not None)
    return list(found) or UNSET


def _step(value: Any, name: str) -> Any:
    return next((item for key, item in value.items() if key.lower() == name), None) if isinstance(value, dict) else None


def secrets(text: str) -> list[str]:
    """The names of the stored secrets in a text; `*` for all of them. Raises FormatError."""
    found = [path for each in find(text) for path in paths(parse(each.source)) if path[0] == "secrets"]
    names = ["*" if len(path) == 1 else path[1] for path in found]
    return [name.upper() for name in dict.fromkeys(names) if name != OWN_TOKEN]


def revealed(text: str) -> list[str]:
    """The expressions of a text that put in a stored secret. Raises FormatError."""
    found = (text[each.start : each.end] for each in find(text))
    return [each for each in found if secrets(each)]
