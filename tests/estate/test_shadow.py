"""Hosts that look like AI infrastructure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.estate.shadow import looks_like_ai, sights


@pytest.mark.parametrize(
    ("host", "port", "why"),
    [
        ("api.openai.com", 0, "a provider's domain: openai.com"),
        ("notopenai.com", 0, ""),
        ("jupyter_lab.example", 0, "its name: jupyter"),
        ("10.0.0.1", 11434, "its port: 11434, ollama"),
        ("10.0.0.1", 443, ""),
        ("10.0.0.1", 22, ""),
        ("[::1]", 8000, "its port: 8000, inference"),
        ("bedrock-runtime.us-east-1.amazonaws.com", 0, "a provider's domain: bedrock-runtime"),
        ("us-central1-aiplatform.googleapis.com", 0, "a provider's domain: us-central1"),
        ("s3.us-east-1.amazonaws.com", 0, ""),
        ("10.0.0.1", 99999, ""),
        ("www.example.org", 0, ""),
    ],
)
def test_a_name_a_domain_or_a_port_shows_it(host: str, port: int, why: str) -> None:
    said = looks_like_ai(host, port)
    assert said.lower().startswith(why.lower()[:16])
    assert bool(said) == bool(why)


def test_what_is_seen_is_counted_and_compared_with_what_is_known() -> None:
    lines = ["gpu1.example", "gpu1.example", "vllm.example x", "", "known-gpu.example", "www.example", "no name at all"]
    found = sights(lines, frozenset({"known-gpu.example"}))
    assert [(one.host, one.times, one.managed) for one in found.hosts] == [
        ("gpu1.example", 2, False),
        ("known-gpu.example", 1, True),
        ("vllm.example", 1, False),
    ]
    assert (found.lines, found.understood) == (6, 5)


def test_a_service_is_known_by_its_name() -> None:
    found = sights(["qdrant.ml.svc.cluster.local", "qdrant:6333", "qdrant.example"], frozenset({"qdrant"}))
    assert {one.host: one.managed for one in found.hosts} == {
        "qdrant.ml.svc.cluster.local": True,
        "qdrant": True,
        "qdrant.example": False,
    }


@given(st.lists(st.text(max_size=400), max_size=5))
def test_no_text_breaks_it(lines: list[str]) -> None:
    found = sights(lines, frozenset())
    assert found.understood <= found.lines <= len(lines)
