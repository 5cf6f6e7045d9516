"""Hosts that look like AI infrastructure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.estate.shadow import hosts, looks_like_ai, sights


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("query: jupyter.lab.example. IN A", [("jupyter.lab.example", 0)]),
        ("10.0.0.1:11434 -> 10.0.0.2", [("10.0.0.1", 11434), ("10.0.0.2", 0)]),
        ("1.2.3 and 12.5", []),
        ("localhost jo@example.org", []),
        ("a..b", []),
    ],
)
def test_hosts_are_found_in_any_text(text: str, found: list[tuple[str, int]]) -> None:
    assert list(hosts(text)) == found


@pytest.mark.parametrize(
    ("host", "port", "why"),
    [
        ("api.openai.com", 0, "a provider's domain: openai.com"),
        ("notopenai.com", 0, ""),
        ("jupyter_lab.example", 0, "its name: jupyter"),
        ("10.0.0.1", 11434, "its port: 11434, ollama"),
        ("10.0.0.1", 443, ""),
        ("10.0.0.1", 99999, ""),
        ("www.example.org", 0, ""),
    ],
)
def test_a_name_a_domain_or_a_port_shows_it(host: str, port: int, why: str) -> None:
    said = looks_like_ai(host, port)
    assert said.lower().startswith(why.lower()[:16])
    assert bool(said) == bool(why)


def test_what_is_seen_is_counted_and_what_is_known_is_left_out() -> None:
    lines = ["gpu1.example", "gpu1.example", "vllm.example x", "known-gpu.example", "www.example"]
    assert [(one.host, one.times) for one in sights(lines, frozenset({"known-gpu.example"}))] == [
        ("gpu1.example", 2),
        ("vllm.example", 1),
    ]


@given(st.text(max_size=400))
def test_no_text_breaks_it(text: str) -> None:
    for host, port in hosts(text):
        assert host == host.lower()
        assert 0 <= port <= 99999
        looks_like_ai(host, port)
