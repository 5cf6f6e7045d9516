"""A generated estate: assets with facts, attributes and relations as recorded runs have them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import msgspec

from holdfast.core.finding import Finding, Location
from holdfast.core.rule import SEVERITIES
from holdfast.core.run import Link, Run, Sighting

ASSETS = 100_000
RULES = {"workload": tuple(f"rule-{number}" for number in range(30))}
ANSWERS = "pnpp-nppnn" * 3


def sightings(count: int = ASSETS, seed: int = 1) -> Iterator[Sighting]:
    """Workloads, each on a node, with an identity that reads a bucket."""
    draw = random.Random(seed)
    facts = {f"field_{number}": f"value {number}" if number % 3 else number for number in range(24)}
    for number in range(count):
        facts["field_1"] = f"value of {number}"
        yield Sighting(
            name=f"workload/apps/{number % 500}/deploy.yaml/Deployment.ns{number % 200}.w{number}",
            kind="workload",
            source="manifest",
            path=f"apps/{number % 500}/deploy.yaml",
            facts=msgspec.json.encode(facts).decode(),
            attributes={
                "owner": (f"team-{draw.randrange(40)}", "label team"),
                "environment": ("production", "label env"),
                "exposure": (draw.choice(("public", "cluster", "node")), "fact exposure"),
            },
            answers=ANSWERS,
            links=(
                Link("runs_on", f"instance/cloud/node-{draw.randrange(3000)}"),
                Link("assumes", f"identity/cloud/role-{draw.randrange(500)}"),
                Link("reads", f"bucket/cloud/bucket-{draw.randrange(100)}"),
            ),
            weight=draw.randrange(8),
        )


def findings(assets: list[Sighting], count: int, seed: int = 2) -> Iterator[Finding]:
    """Findings about these assets, most of them mild."""
    draw = random.Random(seed)
    weights = (30, 40, 20, 9, 1)
    for number in range(count):
        asset = assets[number % len(assets)]
        rule = f"rule-{draw.randrange(30)}"
        yield Finding(
            rule=rule,
            title=f"It is {rule}",
            status="fail",
            severity=draw.choices(SEVERITIES, weights)[0],
            confidence="high",
            asset=asset.name,
            location=Location(asset.path, number % 900 + 1, 1, ""),
            message=f"{asset.name}: it is {rule}",
            facts={"field_1": number},
            because="",
            fix="",
            requirements=(),
            tags=(),
            fingerprint=f"{number:032x}",
            owner=f"team-{number % 40}",
        )


def run(assets: list[Sighting], found: list[Finding] = [], looked_at: Callable[[str, str], bool] | None = None) -> Run:  # noqa: B006
    """A run that saw all of it."""
    return Run(
        origin="github.com/acme/platform",
        targets=["."],
        started=1_796_000_000_000_000,
        ended=1_796_000_001_000_000,
        profile="strict",
        version="bench",
        outcome="complete",
        rules=RULES,
        assets=assets,
        findings=found,
        sources_read=500,
        looked_at=looked_at or (lambda path, source: True),
    )
