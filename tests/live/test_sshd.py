"""sshd itself against the reader of its configuration."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from benchmarks.sshd_configs import AS_ROOT, SSHD, compare, connections, include, said

from holdfast.collect.ssh import server
from holdfast.core.asset import Asset
from holdfast.kinds.ssh_server import SshServer

pytestmark = pytest.mark.live


@pytest.mark.parametrize("start", range(10_000, 10_100, 20))
def test_the_reader_says_what_sshd_says(start: int, tmp_path: Path) -> None:
    outcomes = [compare(seed, tmp_path) for seed in range(start, start + 20)]
    assert [line for each in outcomes for line in each.differences] == []
    # The comparison means nothing where sshd refuses everything, or never anything.
    assert 0 < sum(each.refused for each in outcomes) < sum(each.probes for each in outcomes) / 2


def test_an_empty_configuration_has_the_defaults_of_sshd(tmp_path: Path) -> None:
    empty = tmp_path / "sshd_config"
    empty.write_text("")
    command = [*AS_ROOT, SSHD, "-T", "-f", str(empty)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/").stdout
    assert said(empty, connections(0, 1)[0]) == shown


def test_the_packaged_configuration_is_as_the_recorded_facts_say() -> None:
    """The facts on which `tests/rules/test_ssh_defaults.py` builds."""
    packaged = Path("/usr/share/openssh/sshd_config")
    (asset,) = [each for each in server("sshd_config", packaged.read_bytes(), include) if isinstance(each, Asset)]
    assert isinstance(asset.facts, SshServer)
    assert isinstance(asset.facts.settings, list)
    assert {(each.keyword, each.value) for each in asset.facts.settings} == {
        ("kbdinteractiveauthentication", "no"),
        ("usepam", "yes"),
        ("x11forwarding", "yes"),
        ("printmotd", "no"),
        ("acceptenv", "LANG LC_*"),
        ("subsystem", "sftp /usr/lib/openssh/sftp-server"),
    }
