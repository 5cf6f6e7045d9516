"""Documents that are recognised by what they hold."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest
import yaml

from holdfast.collect.readers import load as function
from holdfast.collect.shapes import ROOTS, SHAPES, signed
from holdfast.core.errors import FormatError
from holdfast.formats.yaml import Mapping, documents, load

RULES = Path(__file__).parents[2] / "src/holdfast/rules"
MORE = """
{apps: {http: {servers: {}}}}
---
{static_resources: {listeners: []}}
---
{dynamicResources: {ldsConfig: {}}}
---
{resources: [{"@type": type.googleapis.com/envoy.config.listener.v3.Listener}]}
---
{grafana.ini: {}}
---
{grafana: {grafana.ini: {}}}
---
{provider: {type: aws}, head_start_ray_commands: []}
---
{applications: [{import_path: a.b}]}
---
{persist_path: /d, port: 1}
---
{common: {security: {authorizationEnabled: true}}}
---
{rootCoord: {}, queryNode: {}}
---
{service: {http_port: 1, grpc_port: 2}}
---
{max_model_len: 1}
---
{model: m, trust-remote-code: true, port: 1}
---
{auth: {type: dummyauthenticator.DummyAuthenticator}, users: {}}
---
{tensor_parallel_size: 2, model: m}
---
{entryPoints: {}}
---
{api: {}, providers: {}}
---
{http: {routers: {}}}
---
{tcp: {routers: {}}}
---
{authentication: {anonymous_access: {}}}
---
{weaviate: {authentication: {anonymous_access: {}}}}
---
{instance_type_name: a, region_name: b}
---
{config: {runsOn: GPU}, title: t}
---
{image: i, env: "-p 1:1"}
---
{query: "mutation { podRentInterruptable(input: {}) }"}
"""
ACCEPTS = sorted({shape.accepts for shape in SHAPES})


@functools.cache
def examples() -> list[Mapping]:
    """The documents among the examples of all rules, and others."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found = [value for text in documents(MORE.encode()) if (value := loaded(text.text))]
    for path in sorted(RULES.rglob("*.yaml")):
        rule = yaml.load(path.read_text(), loader)  # a safe loader
        for example in [*rule.get("passing", ()), *rule.get("failing", ())]:
            if example.get("source", "").endswith((".yaml", ".yml", ".json")):
                found += [value for text in documents(example["text"].encode()) if (value := loaded(text.text))]
    return found


def loaded(text: bytes) -> Mapping | None:
    try:
        value = load(text)
    except FormatError:
        return None
    return value if isinstance(value, Mapping) else None


def without(value: Mapping, name: str) -> Mapping:
    made = Mapping({key: inner for key, inner in value.items() if key != name})
    made.mark, made.marks = value.mark, value.marks
    return made


@pytest.mark.parametrize("accepts", ACCEPTS)
def test_whatever_is_accepted_has_a_root(accepts):
    is_one = function(accepts)
    accepted = [value for value in examples() if is_one(value)]
    assert accepted
    for value in accepted:
        least = value
        for name in value:  # what is not needed goes, so that no other key stands in for the one that is
            if is_one(without(least, name)):
                least = without(least, name)
        assert any(str(name).replace("_", "-") in ROOTS for name in least), list(least)


def test_large_json_of_other_programs_is_known_by_its_first_level():
    panels = [{"targets": [{"expr": "sum(gpu-memory-util)", "instance_type": "$x"}]}]
    assert not signed(json.dumps({"panels": panels, "schemaVersion": 39}).encode())
    assert signed(json.dumps({"panels": panels, "resources": {}}).encode())
    assert signed(json.dumps({"panels": panels}).encode() + b"\n---\nenvs: {a: b}\n")
    assert signed(b'{{ .Values.x }}\nresources: {"accelerators": 1}\n')
