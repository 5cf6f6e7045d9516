"""Results to render: a plain one, and a hostile one in which every text is somebody else's."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from hypothesis import strategies as st
from msgspec.structs import replace

from holdfast.core.coverage import Gap
from holdfast.core.finding import Finding, Location, NotAsked, Suppression, fingerprint
from holdfast.core.result import Examined, Result
from holdfast.core.rule import SEVERITIES, Rule, Source
from holdfast.core.suppression import Notice

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
LINES = {
    "deploy/train.yaml": [
        "kind: Deployment",
        "spec:",
        "  containers:",
        "    - name: train",
        "      image: registry.example/train:1",
        "      securityContext: {privileged: true}",
        "      resources:",
        "        limits: {nvidia.com/gpu: 8}",
    ]
}

PRIVILEGED = Rule(
    id="gpu-container-privileged",
    title="A container that asks for a GPU runs privileged",
    kind="workload",
    fails_when="c.privileged",
    severity="high",
    confidence="high",
    because="GPU access needs the device plugin, not privilege. A privileged container owns the node.",
    fix="Remove `privileged` and request `nvidia.com/gpu` under `resources.limits: {...}`.",
    condition=msgspec.Raw(b"{}"),
    requirements=("G16", "W32"),
    tags=("attack.t1611", "attack.t1552.007"),
    sources=(
        Source("Pod Security Standards", "2026-11-21", "https://kubernetes.io/docs/concepts/security/", "1.34"),
        Source("A book", "2026-11-21"),
    ),
)
OPEN_DOOR = replace(
    PRIVILEGED,
    id="server-without-key",
    title="An inference server answers without a key",
    severity="critical",
    confidence="medium",
    because="Whoever reaches the port can use the model.",
    fix="Set an API key.",
    sources=(),
    tags=(),
    requirements=("I07",),
)


def finding(rule: Rule = PRIVILEGED, element: str = "train", line: int = 6, **changes: object) -> Finding:
    """A fail of a rule about one container; `changes` replace its fields."""
    asset = "workload/cluster/ml/train"
    facts = {"containers[0].gpu_count": 8, "containers[0].privileged": True}
    made = Finding(
        rule=rule.id,
        title=rule.title,
        status="fail",
        severity=rule.severity,
        confidence=rule.confidence,
        asset=asset,
        location=Location("deploy/train.yaml", line, 24, "/spec/containers/0/securityContext/privileged"),
        message=f"{element}: {rule.title}",
        facts=facts,
        because=rule.because,
        fix=rule.fix,
        requirements=rule.requirements,
        tags=rule.tags,
        fingerprint=fingerprint(rule.id, asset, element, facts),
    )
    return replace(made, **changes)


def undecided(**changes: object) -> Finding:
    """A question that stayed open."""
    facts = {"containers[0].privileged": None}
    made = finding(element="side", status="unknown", facts=facts, reason="could not be seen: containers[0].privileged")
    return replace(made, **changes)


def result(findings: list[Finding] | None = None, unknown: list[Finding] | None = None, **changes: object) -> Result:
    """One failing, one suppressed, one undecided, one gap of each kind; `changes` replace fields."""
    accepted = Suppression("the node belongs to nobody else", "comment", "2027-01-31")
    made = Result(
        findings=[finding(), finding(element="legacy", line=2, suppressed=accepted)] if findings is None else findings,
        unknown=[undecided()] if unknown is None else unknown,
        not_asked=[NotAsked(OPEN_DOOR.id, "manifest", ("auth",))],
        examined=Examined(
            read=3,
            gaps=[
                Gap("deploy/broken.yaml", "not YAML: a tab", "unreadable", 4),
                Gap("chart/templates/a.yaml", "an unrendered template", "template"),
                Gap("link.yaml", "a symbolic link", "left_out"),
            ],
            assets={"workload": 2},
            passes=7,
            not_applicable=1,
        ),
        rules=[PRIVILEGED, OPEN_DOOR],
        notices=[Notice("deploy/train.yaml:9", "the suppression of host-network ended on 2026-01-01")],
    )
    return replace(made, **changes)


EMPTY = Result([], [], [], Examined(0, [], {}, 0, 0), [])

HOSTILE = (
    "</script><script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)> {{constructor}} {0}",
    "]]></failure><failure/> <!-- --> &amp; <?xml?>",
    "\x00\x07\x1b[31mred\x1b[0m\x7f\x85 \ufffe\uffff",
    "gnp.\u202eexe\u2066 \u2028\u2029 \u200b",
    "not utf-8: \udc80\udcff, half a pair: \ud800",
    "日本語 עברית 👩‍💻 𝔘𝔫𝔦",
    "[click](javascript:alert(1)) `<b>` `open",
    "a/../..//%2e%2e/ b?c#d:e\\f",
    "",
    " ",
    "long " * 5000,
)

texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(), max_size=40),  # lone surrogates included
    st.text("<>&\"'`{}[]()\\/\n\r\t\x00\u202e\udc80 a", max_size=20),
)
facts = st.dictionaries(
    texts,
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=3,
)
severities = st.sampled_from(SEVERITIES)
lines = st.integers(0, 2**31)


@st.composite
def findings(draw: st.DrawFn, status: str = "fail") -> Finding:
    """A finding with any text in any field."""
    by = st.sampled_from(("comment", "annotation", "settings", "baseline"))
    return Finding(
        rule=draw(st.sampled_from((PRIVILEGED.id, OPEN_DOOR.id)) | texts),
        title=draw(texts),
        status=status,
        severity=draw(severities),
        confidence=draw(st.sampled_from(("low", "medium", "high"))),
        asset=draw(texts),
        location=Location(draw(texts), draw(lines), draw(lines), draw(texts)),
        message=draw(texts),
        facts=draw(facts),
        because=draw(texts),
        fix=draw(texts),
        requirements=tuple(draw(st.lists(texts, max_size=2))),
        tags=tuple(draw(st.lists(texts, max_size=2))),
        fingerprint=draw(texts),
        reason=draw(texts) if status == "unknown" else "",
        suppressed=draw(st.none() | st.builds(Suppression, texts, by, texts)),
        baseline_state=draw(st.sampled_from(("", "new", "unchanged"))),
    )


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """A rule with any text in any field."""
    source = st.builds(Source, texts, texts, texts | texts.map("https://example.org/".__add__), texts)
    return replace(
        PRIVILEGED,
        id=draw(texts),
        title=draw(texts),
        because=draw(texts),
        fix=draw(texts),
        severity=draw(severities),
        tags=tuple(draw(st.lists(texts, max_size=30))),
        sources=tuple(draw(st.lists(source, max_size=2))),
    )


@st.composite
def results(draw: st.DrawFn) -> Result:
    """A result with any text in any field."""
    gap = st.builds(Gap, texts, texts, st.sampled_from(("unreadable", "template", "left_out")), lines)
    return Result(
        findings=draw(st.lists(findings(), max_size=3)),
        unknown=draw(st.lists(findings("unknown"), max_size=2)),
        not_asked=draw(st.lists(st.builds(NotAsked, texts, texts, st.tuples(texts)), max_size=2)),
        examined=Examined(
            draw(st.integers(0, 9)),
            draw(st.lists(gap, max_size=3)),
            draw(st.dictionaries(texts, lines, max_size=2)),
            1,
            2,
        ),
        rules=[PRIVILEGED, *draw(st.lists(rules(), max_size=2, unique_by=lambda rule: rule.id))],
        notices=draw(st.lists(st.builds(Notice, texts, texts), max_size=2)),
    )


def hostile() -> Result:
    """Every text of `HOSTILE` in every field at once."""
    made = [
        replace(
            finding(),
            rule=text,
            title=text,
            asset=text,
            message=text,
            because=text,
            fix=text,
            fingerprint=text,
            requirements=(text,),
            tags=(text,),
            location=Location(text, 6, 3, text),
            facts={text: text, f"{text}2": [text], f"{text}3": {text: None}},
        )
        for text in HOSTILE
    ]
    unknown = [replace(item, status="unknown", reason=item.message) for item in made]
    hidden = [replace(item, suppressed=Suppression(item.message, "settings", item.message)) for item in made]
    return Result(
        findings=[*made, *hidden],
        unknown=unknown,
        not_asked=[NotAsked(text, text, (text,)) for text in HOSTILE],
        examined=Examined(1, [Gap(text, text, "unreadable", 1) for text in HOSTILE], dict.fromkeys(HOSTILE, 1), 1, 1),
        rules=[
            replace(PRIVILEGED, id=text, title=text, because=text, fix=text, sources=(Source(text, text, text, text),))
            for text in HOSTILE
        ],
        notices=[Notice(text, text) for text in HOSTILE],
    )
