"""Hosts in DNS zones, logs of queries, logs of flows and lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.formats.telemetry import hosts, seen

FLOW = "2 123456789010 eni-1235b8ca 10.0.0.1 10.0.0.2 {} {} 6 20 4249 1418530010 1418530070 {}"
ZONE = """\
$ORIGIN acme.example. ; ours
$TTL 3600
@ IN SOA ns1 hm.acme.example. (
    2026120100 ; serial
    7200 3600 1209600 300 )
    IN NS ns1
vllm-dev IN A 10.0.0.5
    IN AAAA ::1
llm 300 IN CNAME api.openai.com.
_http._tcp.chat IN SRV 0 5 8000 ollama-box
qdrant 1h A 10.0.0.1
$ORIGIN lab
gpu1 A 10.0.0.9
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("query: jupyter.lab.example. IN A", [("jupyter.lab.example", 0)]),
        ("10.0.0.1:11434 -> 10.0.0.2", [("10.0.0.1", 11434), ("10.0.0.2", 0)]),
        ("1.2.3 and 12.5", []),
        ("localhost jo@example.org", []),
        ("a..b", []),
        ("qdrant:6333", [("qdrant", 6333)]),
        ("to [::1]:8000", [("[::1]", 8000)]),
        ("at 12:30 port:8000", []),
    ],
)
def test_hosts_are_found_in_any_text(text: str, found: list[tuple[str, int]]) -> None:
    assert list(hosts(text)) == found


def test_a_zone_has_names_below_its_origin_and_lines_without_an_owner() -> None:
    found = [host for line in seen(ZONE.splitlines()) for host in line or ()]
    assert found == [
        ("acme.example", 0),
        ("ns1.acme.example", 0),
        ("vllm-dev.acme.example", 0),
        ("vllm-dev.acme.example", 0),
        ("llm.acme.example", 0),
        ("api.openai.com", 0),
        ("_http._tcp.chat.acme.example", 0),
        ("ollama-box.acme.example", 8000),
        ("qdrant.acme.example", 0),
        ("gpu1.lab.acme.example", 0),
    ]
    assert None not in list(seen(ZONE.splitlines()))


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([FLOW.format(20641, 11434, "ACCEPT OK")], [("10.0.0.2", 11434)]),
        ([FLOW.format(11434, 52641, "ACCEPT OK")], [("10.0.0.1", 11434)]),
        ([FLOW.format(20641, 11434, "REJECT OK")], []),
        (["2 123456789010 eni-1 - - - - - - - 1418530010 1418530070 - NODATA"], []),
        (["version srcaddr dstaddr srcport dstport action", "5 10.0.0.1 fd00::2 4000 8000 ACCEPT"], [("[fd00::2]", 8000)]),
        (["srcaddr,dstaddr,srcport,dstport", '10.0.0.1,"10.0.0.2",4000,19530'], [("10.0.0.2", 19530)]),
        (["#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p", "1.2\t10.0.0.1\t4000\t10.0.0.9\t8188"], [("10.0.0.9", 8188)]),
        (['{"src_ip":"10.0.0.1","dest_ip":"10.0.0.2","src_port":5,"dest_port":11434}'], [("10.0.0.2", 11434)]),
        (['{"dest_ip":"10.0.0.2","dest_port":53,"rrname":"vllm.example"}'], [("10.0.0.2", 53), ("vllm.example", 0)]),
        (["IN=eth0 SRC=10.0.0.1 DST=10.0.0.5 SPT=4000 DPT=8000"], [("10.0.0.5", 8000)]),
        (["12:00 IP 10.0.0.1.5555 > 10.0.0.2.11434: Flags [S]"], [("10.0.0.2", 11434)]),
        (["1542110377,10.0.0.4,10.0.0.5,44931,11434,T,O,A", "1542110377,10.0.0.4,10.0.0.6,44931,11434,T,O,D"], [("10.0.0.5", 11434)]),
    ],
)  # fmt: skip
def test_a_flow_shows_who_served(lines: list[str], found: list[tuple[str, int]]) -> None:
    read = list(seen(lines))
    assert [host for line in read for host in line or ()] == found
    assert None not in read


def test_a_line_that_is_a_name_and_nothing_else_is_one() -> None:
    assert list(seen(["ollama-test", "the quick brown fox", "", "42"])) == [[("ollama-test", 0)], None, None, None]


@given(st.lists(st.text(alphabet=st.sampled_from('aA1.:-[]@=,>$ \t()";{}/x'), max_size=60), max_size=4))
def test_no_text_breaks_it(lines: list[str]) -> None:
    for found in seen(lines):
        for host, port in found or ():
            assert host == host.lower()
            assert 0 <= port <= 99999
