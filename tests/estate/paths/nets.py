"""Small estates for the tests of paths: edges as rows, openings, and what a plain search says of them."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from holdfast.core.path import Opening
from holdfast.core.relation import INTERNET, RELATIONS
from holdfast.estate.paths.graph import Row
from holdfast.estate.paths.openings import Openings

ENDPOINTS = [f"endpoint/e{number}" for number in range(3)]
WORKLOADS = [f"workload/w{number}" for number in range(3)]
MACHINES = [f"instance/m{number}" for number in range(2)]
IDENTITIES = [f"identity/i{number}" for number in range(3)]
BUCKETS = [f"bucket/b{number}" for number in range(3)]
FORMS = (
    (ENDPOINTS + WORKLOADS, "reachable_from", [INTERNET, "zone/cluster"]),
    (BUCKETS, "reachable_from", [INTERNET]),
    (WORKLOADS, "in_zone", ["zone/cluster"]),
    (ENDPOINTS, "runs_on", WORKLOADS + MACHINES),
    (WORKLOADS, "runs_on", MACHINES),
    (MACHINES, "hosts", WORKLOADS),
    (ENDPOINTS + WORKLOADS + MACHINES + IDENTITIES, "assumes", IDENTITIES),
    (IDENTITIES, "reads", BUCKETS),
    (IDENTITIES, "writes", BUCKETS),
    (ENDPOINTS, "behind", WORKLOADS),
    (BUCKETS, "derived_from", BUCKETS),
)


def opening(asset: str, *relations: str, name: str = "", severity: str = "high", repairable: bool = False) -> Opening:
    found = name or f"{asset}:{','.join(relations)}"
    return Opening(found, "rule", asset, severity, "high", relations, repairable=repairable)


ROW = st.sampled_from(FORMS).flatmap(
    lambda form: st.tuples(st.sampled_from(form[0]), st.just(form[1]), st.sampled_from(form[2]), st.booleans())
)
ROWS = st.lists(ROW, min_size=4, max_size=30, unique_by=lambda row: row[:3])
OPENINGS = st.lists(
    st.builds(
        lambda asset, relation, severity, repairable: opening(
            asset, relation, severity=severity, repairable=repairable
        ),
        st.sampled_from(ENDPOINTS + WORKLOADS + BUCKETS),
        st.sampled_from(["reachable_from", "runs_on"]),
        st.sampled_from(["low", "high"]),
        st.booleans(),
    ),
    max_size=12,
    unique_by=lambda each: each.finding,
)


def steps(rows: Iterable[Row], found: Iterable[Opening]) -> dict[tuple[str, str], list[Row]]:
    """Every open step, with the rows that make it."""
    rows = list(rows)
    openings = Openings(found, rows)
    open_steps: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        source, name, target, _ = row
        relation = RELATIONS[name]
        if relation.flow == "none":
            continue
        if relation.needs_finding(source.partition("/")[0]) and not openings.of(source, name):
            continue
        pair = (source, target) if relation.flow == "along" else (target, source)
        open_steps.setdefault(pair, []).append(row)
    return open_steps


def distances(pairs: Iterable[tuple[str, str]]) -> dict[str, int]:
    """How many steps from the internet, by relaxing every step until nothing changes."""
    known = {INTERNET: 0}
    pairs = list(pairs)
    for _ in range(len(pairs) + 1):
        for tail, head in pairs:
            if tail in known and known[tail] + 1 < known.get(head, 1 << 30):
                known[head] = known[tail] + 1
    return known
