from __future__ import annotations

import json
import re

import pytest
from msgspec.structs import replace
from tests.report.results import HOSTILE, LINES, result
from tests.report.routes import FAR, POSSIBLE, ROUTE, hostile
from tests.report.test_html import Page

from holdfast.core.path import label
from holdfast.report import html, json_paths, text
from holdfast.report import json as check_json
from holdfast.report.html_paths import DRAWN


def shown(*routes) -> str:
    options = text.Options(lambda path: LINES.get(path, ()))
    return text.render(result(paths=routes), options).decode()


def page(*routes) -> bytes:
    return html.render(result(paths=routes), html.Options(lambda path: LINES.get(path, ()), "1.0"))


def test_text_shows_the_first_path_and_counts_the_rest():
    said = shown(ROUTE, POSSIBLE)
    start = said.index("attack path")
    assert said[start : said.index("\n\n", start)].splitlines() == [
        "attack path from the internet to bucket docs (internal data)",
        "   1  gets into server vllm: server-with-known-vulnerabilities, id fedcba987654 and 1 more",
        "   2  acts on instance assistant",
        "   3  acts as identity assistant",
        "   4  reads bucket docs",
        "      unseen, because of bucket-without-access-logs",
        "      the same from server b, server c, server d and 1 more",
        "  cut: repair server-with-known-vulnerabilities (id fedcba987654), server-behind-weak-token (id 0123456789ab)",
        "       take away that identity other reads bucket docs",
        "       repair redis-without-password (id aaaabbbbcccc); `holdfast fix` does it",
        "  1 more path in --format json and html",
    ]


def test_text_says_what_is_possible_only():
    said = shown(POSSIBLE)
    assert "possible attack path from the internet to bucket a-name-that-is-long (class unknown)" in said
    assert "gets into bucket a-name-that-is-long (possibly): redis-without-password, id aaaabbbbcccc\n" in said
    assert "attack path" not in shown()


def test_json_holds_every_path():
    (first, second) = json.loads(check_json.render(result(paths=[ROUTE, POSSIBLE])))["paths"]
    assert list(first) == ["entry", "target", "data_class", "certain", "also_from", "steps", "cut"]
    assert list(first["steps"][0]) == ["from", "relation", "to", "words", "certain", "opened_by", "unseen"]
    assert first["steps"][0]["opened_by"][1] == {
        "rule": "server-behind-weak-token",
        "asset": "server/a/vllm",
        "severity": "medium",
        "confidence": "medium",
        "repairable": False,
        "fingerprint": "0123456789abcdef",
    }
    assert first["steps"][3]["unseen"][0]["rule"] == "bucket-without-access-logs"
    assert [cut["effort"] for cut in first["cut"]] == [4, 3, 1]
    assert (second["certain"], second["cut"]) == (False, [])
    assert json.loads(json_paths.render([ROUTE])) == {"schema": "holdfast.paths/1", "paths": [first]}


def test_the_page_draws_and_tells_each_path():
    made = page(ROUTE, POSSIBLE, FAR)
    Page(made)
    shown_page = made.decode()
    assert shown_page.count('<rect class="node') == 9
    assert 'class="node target"' in shown_page
    assert 'class="step maybe"' in shown_page
    assert "Possible: bucket a-name-that-is-long, class unknown" in shown_page
    assert "The same from server b, server c, server d, server e." in shown_page
    assert "take away that identity other reads bucket docs" in shown_page
    assert "more path" not in shown_page
    assert "Attack paths" not in page().decode()


def test_an_arrow_past_several_nodes_keeps_below_them():
    near = replace(
        POSSIBLE,
        entry="bucket/a/docs",
        target="bucket/a/docs",
        steps=(replace(POSSIBLE.steps[0], target="bucket/a/docs"),),
    )
    (arrow,) = re.findall(r'd="(M[^"]*H[^"]*)"', page(ROUTE, near).decode())
    assert arrow.startswith("M68 ")
    assert 'd="M68 ' not in page(ROUTE).decode()


@pytest.mark.parametrize(("more", "words"), [(1, "1 more path is in the JSON."), (2, "2 more paths are in the JSON.")])
def test_the_page_counts_what_it_does_not_draw(more, words):
    routes = [replace(POSSIBLE, target=f"bucket/a/{number}") for number in range(DRAWN + more)]
    assert words in page(*routes).decode()


@pytest.mark.parametrize("bad", HOSTILE)
def test_hostile_names_stay_text(bad):
    made = page(hostile(bad))
    Page(made)
    json.loads(json_paths.render([hostile(bad)]))
    said = shown(hostile(bad))
    assert "\x1b" not in said
    assert "\u202e" not in said


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ("zone/internet", "the internet"),
        ("zone/cluster", "the network of the cluster"),
        ("zone/cluster/ai", "the network of namespace ai"),
        ("node/kubernetes", "a node of the cluster"),
        ("secrets/kubernetes", "every secret of the cluster"),
        ("secrets/kubernetes/ai", "every secret of namespace ai"),
        ("roles/cloud", "every role of cloud"),
        ("managed_secret/x/y", "managed secret y"),
    ],
)
def test_what_nodes_are_called(node, words):
    assert label(node) == words
