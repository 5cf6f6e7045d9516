"""Subnet managers from their files."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from tests.collect.host.looking import assets, facts, gaps

OPTIONS, PARTITIONS, UFM = "etc/opensm/opensm.conf", "etc/opensm/partitions.conf", "opt/ufm/files/conf/gv.cfg"


def test_opensm_with_its_defaults() -> None:
    (asset,) = assets({OPTIONS: "guid 0x1\n"})
    found = asset.facts
    assert (found.name, found.path, found.permissions) == ("opensm", OPTIONS, UNSET)
    assert (found.management_key, found.management_key_level, found.request_key_default) == (False, 0, True)
    assert (found.partitions_enforced, found.partitions, found.everyone_full) == (True, UNSET, UNSET)
    assert (asset.partial, asset.spot("management_key").line) == (True, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("m_key 0x5\nm_key_protection_level 2\nsa_key 7\n", (True, 2, False, True)),
        ("m_key_per_port TRUE\nm_key 0\npart_enforce off\n", (True, 0, True, False)),
        ("m_key x\nm_key_protection_level x\nsa_key x\nno_partition_enforcement x\n", (UNSET, UNSET, UNSET, UNSET)),
        ("no_partition_enforcement TRUE\npart_enforce both\n", (False, 0, True, False)),
        ("part_enforce in\n", (False, 0, True, True)),
    ],
)
def test_options(text: str, expected: tuple[object, ...]) -> None:
    found = facts({OPTIONS: text})
    assert (
        found.management_key,
        found.management_key_level,
        found.request_key_default,
        found.partitions_enforced,
    ) == expected


@pytest.mark.parametrize(
    ("text", "others", "everyone"),
    [
        ("", [], False),
        ("Default=0x7fff : ALL=full ;", [], True),
        ("Default=0xffff,defmember=full : ALL_CAS ;\nA=0x8001 : 0x1;\nA=0x1 : 0x2;\nB : 0x3;", ["0x1", "auto"], True),
        ("Default=0x7fff : ALL, ALL_SWITCHES=full, SELF=full ;\nA=0x2 : ALL=full ;", ["0x2"], False),
    ],
)
def test_partitions(text: str, others: list[str], everyone: bool) -> None:
    found = facts({PARTITIONS: text})
    assert (found.partitions, found.everyone_full, found.management_key) == (others, everyone, UNSET)


def test_where_the_default_partition_admits_everybody() -> None:
    (asset,) = assets({PARTITIONS: "# c\nDefault=0x7fff :\n ALL=full ;\n"})
    assert asset.spot("everyone_full").line == 3


@pytest.mark.parametrize(
    ("text", "key", "everyone"),
    [
        ("[SubnetManager]\nm_key_per_port = true\n[MngNetwork]\ndefault_membership = Limited\n", True, False),
        ("m_key_per_port = false\ndefault_membership = full\n", UNSET, True),
        ("default_membership = x\n", UNSET, UNSET),
    ],
)
def test_ufm(text: str, key: object, everyone: object) -> None:
    found = facts({UFM: text})
    assert (found.name, found.management_key, found.everyone_full) == ("ufm", key, everyone)


def test_what_cannot_be_read_is_a_gap() -> None:
    assert [gap.reason for gap in gaps({PARTITIONS: "none\n"})] == [
        "not readable as settings: no partition is defined here"
    ]


def test_consoles() -> None:
    for value, answer in (("off", False), ("local", False), ("loopback", False), ("socket", True)):
        assert facts({OPTIONS: f"console {value}\n"}).console_open is answer
    assert facts({OPTIONS: "guid 0x1\n"}).console_open is False
