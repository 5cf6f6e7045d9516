"""A Jenkinsfile -> a `pipeline`, read as text: what Groovy computes is unknown.

Sources, checked 2026-11-30: Jenkins User Handbook, "Pipeline Syntax", "Using a Jenkinsfile" (string interpolation,
credentials), "Extending with Shared Libraries" (versions, the default branch); the Branch API's and GitHub Pull
Request Builder's variables.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from msgspec import UNSET

from holdfast.collect.pipelines.draft import Draft
from holdfast.collect.pipelines.jenkins_texts import downloaded, fetched, plain, pods, told
from holdfast.collect.pipelines.literals import credentials, tokens
from holdfast.collect.pipelines.machines import gpu
from holdfast.collect.pipelines.paths import JENKINS
from holdfast.collect.pipelines.pins import branch, pinned
from holdfast.collect.pipelines.scripts import Script, run, take
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact, Secret
from holdfast.formats import jenkinsfile
from holdfast.formats.jenkinsfile import Assignment, Call, Text
from holdfast.formats.servers.masking import names_secret
from holdfast.kinds.pipeline import Job, Runner, Step, Trigger, Use, Variable

SOURCE = "jenkins"
SHELLS = frozenset(("sh",))
OUTSIDERS = re.compile(
    r"(?:env\.)?(?:CHANGE_(?:TITLE|BRANCH|AUTHOR_DISPLAY_NAME)|ghprb(?:PullTitle|PullLongDescription|CommentBody"
    r"|SourceBranch)|gitlab(?:MergeRequestTitle|MergeRequestDescription|SourceBranch|TriggerPhrase))\b"
)
"""Variables whose text the author of a change request writes."""
PARAMETER = re.compile(r"params\.\w+")
PRIVILEGED = re.compile(r"(?:^|\s)--privileged(?:=true)?(?:\s|$)")
LABELS = re.compile(r"[\w.:/-]+", re.ASCII)
TRIGGERS = frozenset("cron pollSCM upstream githubPush GenericTrigger gitlab issueCommentTrigger".split())
BINDINGS = frozenset("variable passwordVariable keyFileVariable passphraseVariable secretKeyVariable".split())
"""What names the variable of a credential in `withCredentials`. Source: Jenkins, Credentials Binding Plugin."""
WHOLE = "pipeline"
"""The job of steps that stand in no stage."""


def is_workflow(path: str) -> bool:
    """Whether a file is a Jenkinsfile, by its name."""
    return JENKINS.fullmatch(path) is not None


def read(data: bytes, path: str) -> Iterator[Asset | Edge | Gap]:
    """The pipeline of a Jenkinsfile, and the pods of its agents; a file that is none is a gap."""
    try:
        items = jenkinsfile.read(data)
    except FormatError as error:
        yield Gap(path, f"not readable as a Jenkinsfile: {error.what}", "unreadable", error.line)
        return
    reader = _Reader(Draft(path, SOURCE), items)
    yield reader.pipeline(data.decode("utf-8"))
    yield from pods(reader.calls.values(), path)
    yield from reader.gaps


class _Reader:
    """Reads the calls of one file into a draft."""

    def __init__(self, draft: Draft, items: list[Call | Assignment]) -> None:
        self.draft = draft
        self.items = items
        self.calls = {item.number: item for item in items if isinstance(item, Call)}
        self.gaps: list[Gap] = []
        self.stages: list[str] = []
        self.files: dict[str, str] = {}
        """Files that its steps download, with their addresses."""
        self.raised = {
            call.within if call.name == "args" else call.line
            for call in self.calls.values()
            if (call.name == "args" or call.name.endswith("inside")) and PRIVILEGED.search(_first(call) or "")
        }
        """The blocks and lines whose images run privileged."""
        self.bound = {
            value.raw
            for call in self.calls.values()
            for key, value in call.named.items()
            if "credentialsId" in call.named and key in BINDINGS and isinstance(value, Text)
        }
        """Variables that hold credentials."""
        draft.spots[""] = Spot(items[0].line, items[0].column)

    def pipeline(self, text: str) -> Asset:
        """The whole file: its stages are its jobs."""
        names = [self.stage(call) for call in self.calls.values() if call.name == "stage"]
        for call in self.calls.values():
            if call.name == "stage":
                self.job(self.stage(call), Spot(call.line, call.column))
        if not names or any(self.where(call) == WHOLE and call.name == "sh" for call in self.calls.values()):
            self.job(WHOLE, self.draft.spots[""])
        for item, following in itertools.zip_longest(self.items, self.items[1:]):
            if isinstance(item, Assignment):
                self.assigned(item, following)
            else:
                self.called(item)
        told(self.draft, text)
        fetched(self.draft, text, self.files)
        return self.draft.finish(self.draft.path, "pipeline", None)

    def stage(self, call: Call) -> str:
        """The name of a stage."""
        found = call.positional[0] if call.positional else call.named.get("name")
        return found.raw if isinstance(found, Text) else str(found or call.number)

    def inside(self, blocks: tuple[tuple[str, int], ...]) -> Iterator[str]:
        """The stages inside some blocks."""
        for call in self.calls.values():
            if call.name == "stage" and call.within[: len(blocks)] == blocks:
                yield self.stage(call)

    def where(self, item: Call | Assignment) -> str:
        """The innermost stage around something."""
        for name, number in reversed(item.within):
            if name == "stage" and number in self.calls:
                return self.stage(self.calls[number])
        return WHOLE

    def job(self, name: str, spot: Spot) -> None:
        """A stage; those before it have succeeded, as far as they do not run beside it."""
        if name in self.draft.notes:
            return
        self.draft.of(name).needs = self.stages[-1:]
        self.stages.append(name)
        part = Job(
            name=name,
            environment=None,
            condition=UNSET,
            permissions=None,
            permissions_stated=False,
            writes=[],
            oidc=False,
            secrets_inherited=False,
            tolerated=False,
        )
        self.draft.add("jobs", part, spot)

    def assigned(self, item: Assignment, following: Call | Assignment | None) -> None:
        """A variable of an `environment` block, or one of the program's that holds a credential."""
        if not item.within or item.within[-1][0] != "environment":
            if item.value is not None and (list(tokens(item.value.raw)) or names_secret(item.name)):
                self.literal(item.name, item.value, item)
            return
        text = item.value
        literal = Secret(text.raw) if text is not None and text.raw and "$" not in text.raw else None
        held = None
        if text is None and isinstance(following, Call) and following.name == "credentials":
            held = _first(following)
        if held is not None:
            self.bound |= {item.name, f"{item.name}_PSW"}
            self.draft.of(self.where(item)).secrets.add(held)
            for stage in self.inside(item.within[:-1]):
                self.draft.of(stage).secrets.add(held)
        part = Variable(name=item.name, value=literal, secret=held, job=self.where(item))
        self.draft.add("variables", part, Spot(item.line, item.column))

    def literal(self, name: str, text: Text, item: Call | Assignment) -> None:
        """A text that may be a credential, as a variable."""
        if text.raw and not text.pieces:
            part = Variable(name=name, value=Secret(text.raw), secret=None, job=self.where(item))
            self.draft.add("variables", part, Spot(item.line, item.column))

    def called(self, call: Call) -> None:
        """One call that matters."""
        spot, job, block = Spot(call.line, call.column), self.where(call), call.within[-1][0] if call.within else ""
        first = _first(call)
        if call.name in SHELLS:
            self.script(call, job)
        elif (call.name == "label" and block in ("agent", "docker", "dockerfile", "node")) or call.name == "node":
            self.machine(first, job, spot)
        elif (call.name == "image" and block == "docker") or call.name == "docker.image":
            self.draft.image(_reference(call), job, "agent", spot, privileged=self.privileged(call))
        elif call.name in ("@Library", "library"):
            self.library(call, spot)
        elif call.name in ("load", "evaluate"):
            address = self.files.get(plain(first or ""))
            local = call.name == "load" and address is None
            name = (first if call.name == "load" else None) or call.name
            part = Use(reference=name, sort="script", name=address or name, job=job, local=local)
            self.draft.add("uses", part, spot)
        elif call.name == "httpRequest" and isinstance(call.named.get("outputFile"), Text):
            self.files[plain(call.named["outputFile"].raw)] = _address(call)  # type: ignore[union-attr]
        elif call.name in TRIGGERS and any(name == "triggers" for name, _ in call.within):
            self.draft.add("triggers", Trigger(name=call.name, filters=[first] if first else [], trusted=True), spot)
        elif isinstance(call.named.get("credentialsId"), Text):
            self.draft.of(job).secrets.add(call.named["credentialsId"].raw)  # type: ignore[union-attr]

    def privileged(self, image: Call) -> bool:
        """Whether the options beside an image, or those of the `inside` that follows it, make it privileged."""
        return not self.raised.isdisjoint((image.within, image.line))

    def machine(self, label: str | None, job: str, spot: Spot) -> None:
        """The agent that a label asks for."""
        if label is None or "$" in label:
            labels: Fact[list[str]] = UNSET
        else:
            labels = LABELS.findall(label)
        self.draft.add("runners", Runner(job=job, labels=labels, gpu=gpu(labels)), spot)

    def library(self, call: Call, spot: Spot) -> None:
        """A shared library; without a version it is the one that the administrator chose, often a branch."""
        for text in call.positional or [call.named.get("identifier")]:
            if not isinstance(text, Text):
                continue
            name, mark, version = text.raw.partition("@")
            part = Use(
                reference=text.raw,
                sort="library",
                name=name,
                job=None,
                version=version if mark else None,
                pinned=pinned(version) if mark else UNSET,
                branch=branch(version) if mark else UNSET,
                vendor=False,
                local=False,
                credentials=True,
            )
            self.draft.add("uses", part, spot)

    def script(self, call: Call, job: str) -> None:
        """A `sh` step."""
        text = call.positional[0] if call.positional else call.named.get("script")
        if not isinstance(text, Text):
            return
        caught = any(self.catches(number) for name, number in call.within if name == "catchError")
        tolerated = caught or call.named.get("returnStatus") == "true"
        step = Step(
            name=None,
            job=job,
            uses=None,
            script=text.raw,
            inputs={},
            secrets=[],
            credentials=credentials(text.raw),
            injected=_injected(text),
            parameters=[piece for piece in text.pieces if PARAMETER.search(piece)],
            revealed=[piece for piece in text.pieces if piece.removeprefix("env.") in self.bound],
            untrusted_checkout=False,
            runs_artifact=False,
            keeps_token=False,
            caches=False,
            tolerated=tolerated,
        )
        self.draft.add("steps", step, Spot(call.line, call.column))
        line = call.text_line - text.multiline  # a text of several lines counts as a block, which starts one line down
        self.files |= downloaded(text.raw)
        script = Script(text.raw, job, Spot(line, call.column), _holes(text), {}, tolerated)
        self.gaps += take(self.draft, script, lambda word: [])

    def catches(self, number: int) -> bool:
        """Whether a `catchError` leaves the build a success."""
        call = self.calls.get(number)
        result = call.named.get("buildResult") if call else None
        return isinstance(result, Text) and result.raw == "SUCCESS"


def _injected(text: Text) -> Fact[list[str]]:
    """What the author of a change writes, put in by Groovy, or run by the script itself."""
    pieces = [piece for piece in text.pieces if OUTSIDERS.search(piece)]
    return pieces or run(text.raw, lambda name: OUTSIDERS.fullmatch(name) is not None)


def _first(call: Call) -> str | None:
    """The first string of a call."""
    named = (value for value in call.named.values() if isinstance(value, Text))
    found = call.positional[0] if call.positional else next(named, None)
    return found.raw if found is not None else None


def _address(call: Call) -> str:
    """The address of a request."""
    url = call.named.get("url")
    return url.raw if isinstance(url, Text) else _first(call) or ""


def _reference(call: Call) -> str:
    """The image of a call; one that is computed keeps its `$`, which no reference has."""
    return _first(call) or "$"


def _holes(text: Text) -> list[tuple[int, int]]:
    """Where the pieces of a string stand in it."""
    found, at = [], 0
    for piece in text.pieces:
        spellings = [(text.raw.find(form, at), len(form)) for form in (f"${{{piece}}}", f"${piece}")]
        places = [place for place in spellings if place[0] >= 0]
        if places:
            start, size = min(places)
            found.append((start, start + size))
            at = start + size
    return found
