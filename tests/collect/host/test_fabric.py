"""IMEX and the fabric manager from their files."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from tests.collect.host.looking import assets, facts, gaps

IMEX, MANAGER = "etc/nvidia-imex/config.cfg", "usr/share/nvidia/nvswitch/fabricmanager.cfg"


def test_imex_with_its_defaults() -> None:
    found = facts({IMEX: "LOG_LEVEL=4\n"})
    assert (found.name, found.peers_authenticated, found.peers_encrypted, found.mode) == ("imex", False, False, None)
    assert (found.commands_reachable, found.commands_address, found.permissions) == (False, None, UNSET)


@pytest.mark.parametrize(
    ("text", "reachable", "address"),
    [
        ("IMEX_CMD_ENABLED=1\nIMEX_CMD_PORT=5\n", True, "*:5"),
        ("IMEX_CMD_ENABLED=1\nIMEX_CMD_PORT=5\nIMEX_CMD_BIND_INTERFACE_IP=::1\n", False, "::1:5"),
        ("IMEX_CMD_ENABLED=0\nIMEX_CMD_PORT=5\n", False, "*:5"),
        ("IMEX_CMD_PORT=5\n", UNSET, "*:5"),
        ("IMEX_CMD_ENABLED=1\nIMEX_CMD_PORT=5\nIMEX_CMD_BIND_INTERFACE_IP=$X\n", UNSET, "$X:5"),
    ],
)
def test_who_reaches_imex(text: str, reachable: object, address: str) -> None:
    found = facts({IMEX: text})
    assert (found.commands_reachable, found.commands_address) == (reachable, address)


def test_imex_guarded() -> None:
    (asset,) = assets({IMEX: "A=1\nIMEX_ENABLE_AUTH_ENCRYPTION=1\nIMEX_AUTH_ENCRYPTION_MODE=GSS_AUTH_ONLY\n"})
    assert (asset.facts.peers_authenticated, asset.facts.peers_encrypted) == (True, False)
    assert (asset.spot("peers_authenticated").line, asset.spot("peers_encrypted").line) == (2, 3)
    assert facts({IMEX: "IMEX_ENABLE_AUTH_ENCRYPTION=1\n"}).peers_encrypted is True
    assert facts({IMEX: "IMEX_ENABLE_AUTH_ENCRYPTION=x\n"}).peers_authenticated is UNSET


@pytest.mark.parametrize(
    ("text", "reachable", "mode"),
    [
        ("", False, "bare-metal"),
        ("FM_CMD_BIND_INTERFACE=0.0.0.0\nFABRIC_MODE=1\n", True, "shared-nvswitch"),
        ("FM_CMD_BIND_INTERFACE=0.0.0.0\nFM_CMD_UNIX_SOCKET_PATH=/run/fm\n", False, "bare-metal"),
        ("FM_CMD_BIND_INTERFACE=node1\nFABRIC_MODE=7\n", UNSET, UNSET),
    ],
)
def test_the_fabric_manager(text: str, reachable: object, mode: object) -> None:
    found = facts({MANAGER: f"LOG_LEVEL=4\nFM_STAY_RESIDENT_ON_FAILURES=1\n{text}"})
    assert (found.name, found.commands_reachable, found.mode) == ("fabric-manager", reachable, mode)
    assert found.continues_after_failure is True


def test_what_cannot_be_read_is_a_gap() -> None:
    assert [gap.reason for gap in gaps({IMEX: "\0"})] == ["not readable as settings: binary, not text"]
