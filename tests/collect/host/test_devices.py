"""Who may open devices."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from tests.collect.host.looking import assets, gaps

from holdfast.core.asset import Spot

PATH = "etc/udev/rules.d/70-gpu.rules"


@pytest.mark.parametrize(
    ("row", "name", "gpu", "others"),
    [
        ('KERNEL=="nvidia*", MODE="0666"', "nvidia*", True, True),
        ('KERNEL=="nvidia*", MODE="0660"', "nvidia*", True, False),
        ('SUBSYSTEM=="kfd", MODE="666"', "kfd", True, True),
        ('KERNEL=="renderD*", MODE="$env{M}"', "renderD*", True, UNSET),
        ('KERNEL=="null", MODE="0666"', "null", False, True),
        ('MODE="0600"', "*", False, False),
    ],
)
def test_rows(row: str, name: str, gpu: bool, others: object) -> None:
    (asset,) = assets({PATH: f"# c\n{row}\n"})
    assert (asset.facts.name, asset.facts.gpu, asset.facts.others, asset.spot("")) == (name, gpu, others, Spot(2, 1))


def test_ids_and_gaps() -> None:
    found = assets(
        {PATH: 'KERNEL=="a", MODE="1"\nKERNEL=="a", MODE="1", GROUP="g"\n', "etc/audit/rules.d/a.rules": "-D\n"}
    )
    assert [asset.id for asset in found] == [f"device_rule/{PATH}/a", f"device_rule/{PATH}/a~2", "audit/audit"]
    assert found[1].facts.group == "g"
    assert [gap.reason for gap in gaps({PATH: "\0"})] == ["not readable as rules of udev: binary, not text"]
    assert assets({"x/rules.d/a.rules": 'MODE="1"\n'}) == []


def test_programs_of_plain_users() -> None:
    (asset,) = assets({PATH: 'KERNEL=="x", RUN+="/bin/x"\nKERNEL=="y", RUN+="/bin/sh /tmp/a.sh %k"\n'})
    found = asset.facts
    assert (found.name, found.own_programs, found.mode, found.others) == ("y", ["/tmp/a.sh"], None, False)
