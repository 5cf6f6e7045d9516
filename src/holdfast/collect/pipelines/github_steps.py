"""The steps of a GitHub job or composite action."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec import UNSET, Struct, UnsetType

from holdfast.collect.fields import Fields, written
from holdfast.collect.pipelines import github_actions as actions
from holdfast.collect.pipelines import literals
from holdfast.collect.pipelines.draft import Draft
from holdfast.collect.pipelines.github_artifacts import Artifacts
from holdfast.collect.pipelines.github_calls import Called
from holdfast.collect.pipelines.github_events import Reach
from holdfast.collect.pipelines.github_fetches import fetches, takes
from holdfast.collect.pipelines.github_values import Scope, revealed, secrets
from holdfast.collect.pipelines.pins import branch, pinned
from holdfast.collect.pipelines.scripts import Script, run, take
from holdfast.core.asset import Spot
from holdfast.core.coverage import Gap
from holdfast.core.fact import Fact, Secret, either
from holdfast.formats.github_expressions import find
from holdfast.formats.servers.masking import shown
from holdfast.kinds.pipeline import Step, Use, Variable

SHELLS = frozenset(("", "bash", "sh"))
EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)


class Inside(Struct, frozen=True):
    """Where steps stand."""

    job: str
    scope: Scope
    tolerated: Fact[bool]
    shell: str
    secrets: list[str]
    reach: Reach | None
    """Which of an outsider's events get here; None where a caller decides."""
    called: bool = False
    cache_mode: Fact[str] = None


class Seen(NamedTuple):
    """What one step says."""

    uses: str
    found: actions.Reference | None
    given: Mapping[str, str]
    script: str
    scope: Scope
    reach: Reach | None


class Steps:
    """Reads lists of steps into a draft."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.local: list[tuple[str, Called]] = []
        """Actions and workflows of the same repository, as they are called."""
        self.gaps: list[Gap] = []

    def read(self, owner: Fields, inside: Inside) -> None:
        """Every step of a job or action. Raises FormatError for an expression that GitHub refuses."""
        steps = list(owner.items("steps", "steps"))
        taken = any(takes(_text(step.data.get("run"))) for step in steps)
        artifacts = Artifacts()
        for step in steps:
            self.step(step, inside, artifacts, taken=taken)

    def step(self, step: Fields, inside: Inside, artifacts: Artifacts, *, taken: bool) -> None:
        """One step; `taken` says whether one of them uses what was only fetched."""
        data = step.data
        spot = Spot(step.line + data.mark.line, data.mark.column + 1, step.pointer)
        uses, script = _text(data.get("uses")), _text(data.get("run"))
        env = variables(self.draft, step.child("env"), inside.job)
        given = {name.lower(): value for name, value in table(step.child("with").data).items()}
        scope = inside.scope.inside(env)
        found = actions.reference(uses) if uses else None
        action = found.name if found else ""
        texts = (*env.values(), *given.values(), script)
        names = [name for text in texts for name in secrets(text)]
        self.draft.of(inside.job).secrets.update(names)
        reach = inside.reach.behind(data.get("if")) if inside.reach else None
        trusted: Fact[bool] = reach.trusted() if reach else UNSET
        injectable = script or given.get(actions.SCRIPT_INPUTS.get(action, ""), "")
        tolerated, name = _switch(data.get("continue-on-error")), data.get("name", data.get("id"))
        fetched = _fetches(found, given, scope, reach) if found else fetches(script, scope, taken=taken)
        self.draft.add(
            "steps",
            Step(
                name=name if isinstance(name, str) else None,
                job=inside.job,
                uses=uses or None,
                script=script or None,
                inputs={key: shown(key, value) for key, value in given.items()},
                secrets=sorted(set(names)),
                credentials=literals.given({"run": script, **given}),
                injected=scope.tainted(injectable) or _run(step, inside, script, scope),
                parameters=scope.parameters(injectable),
                revealed=revealed(script),
                untrusted_checkout=fetched,
                runs_artifact=artifacts.run_by(script, _text(data.get("working-directory"))),
                keeps_token=actions.keeps_token(action, given),
                caches=actions.caches(action, given),
                cache_mode=inside.cache_mode,
                tolerated=tolerated,
                outsiders_trusted=UNSET if inside.called and trusted is False else trusted,
            ),
            spot,
        )
        artifacts.take(action, given, script, scope)
        seen = Seen(uses, found, given, script, scope, reach)
        self.done(step, seen, inside, either(tolerated, inside.tolerated))

    def done(self, step: Fields, seen: Seen, inside: Inside, forgiven: Fact[bool]) -> None:
        """What a step takes in and does."""
        if seen.found is not None:
            self.use(seen.uses, seen.found, inside.job, _spot(step, "uses"))
            self.called(seen.found, seen.reach, seen.given)
            effect = actions.effect(seen.found.name, seen.given, seen.scope.env)
            if effect is not None:
                self.draft.effect(effect, inside.job, _spot(step, "uses"), forgiven)
        elif seen.script and _in_shell(step, inside):
            self.script(seen.script, seen.scope, inside.job, _spot(step, "run"), forgiven)

    def called(self, found: actions.Reference, reach: Reach | None, given: Mapping[str, str]) -> None:
        """Remembers the call of an action of the same repository."""
        if found.sort == "local":
            self.local.append((found.name, Called(reach or Reach(frozenset()), given)))

    def use(self, uses: str, found: actions.Reference, job: str, spot: Spot) -> None:
        """An action."""
        if found.sort == "image":
            self.draft.image(UNSET if "${{" in found.name else found.name, job, "action", spot)
            return
        local = found.sort == "local"
        self.draft.add(
            "uses",
            Use(
                reference=uses,
                sort="action",
                name=found.name,
                job=job,
                version=found.version,
                pinned=True if local else pinned(found.version),
                branch=False if local else branch(found.version),
                vendor=found.name.partition("/")[0] in actions.VENDORS,
                local=local,
                credentials=UNSET,
            ),
            spot,
        )

    def script(self, text: str, scope: Scope, job: str, spot: Spot, tolerated: Fact[bool]) -> None:
        """What a script does, its expressions standing in it as words."""
        holes = [(each.start, each.end) for each in find(text)]
        script = Script(text, job, spot, holes, scope.env, tolerated)
        self.gaps += take(self.draft, script, secrets)


def _fetches(found: actions.Reference, given: Mapping[str, str], scope: Scope, reach: Reach | None) -> Fact[bool]:
    """Whether an action gets the code of a pull request: the checkout refuses a fork's unless it is told to."""
    if found.name != actions.CHECKOUT:
        return False
    asked = either(*(scope.fetches_head(given[key]) for key in ("ref", "repository") if key in given))
    if asked is False or reach is None or not reach.guarded():
        return asked
    allowed = given.get("allow-unsafe-pr-checkout", "false").lower()
    refuses = actions.refuses_forks(found.version)
    if allowed == "true" or refuses is False:
        return asked
    return UNSET if refuses is UNSET or "${{" in allowed else False


def _in_shell(step: Fields, inside: Inside) -> bool:
    """Whether a step's script is one for a POSIX shell."""
    return (_text(step.data.get("shell")) or inside.shell).partition(" ")[0] in SHELLS


def _run(step: Fields, inside: Inside, script: str, scope: Scope) -> Fact[list[str]]:
    """The variables that hold what an outsider writes and that the script itself runs."""
    return run(EXPRESSION.sub("_", script), scope.written_by_others) if script and _in_shell(step, inside) else []


def _spot(fields: Fields, key: str) -> Spot:
    mark = fields.data.marks[key]
    return Spot(fields.line + mark.line, mark.column + 1, fields.place(key))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _switch(value: object) -> bool | UnsetType:
    return False if value is None else value if isinstance(value, bool) else UNSET


def variables(draft: Draft, env: Fields, job: str | None) -> dict[str, str]:
    """The variables of a mapping, taken up as facts. Raises FormatError."""
    given = table(env.data)
    for name, value in given.items():
        held = secrets(value)
        literal = Secret(value) if value and "${{" not in value else None
        part = Variable(name=name, value=literal, secret=held[0] if held else None, job=job)
        draft.add("variables", part, _spot(env, name))
    return given


def table(value: Mapping[str, Any]) -> dict[str, str]:
    """A mapping of texts; what is not one is left out."""
    return {key: written(item) for key, item in value.items() if not isinstance(item, dict | list)}
