"""What sshd does for a connection: recorded answers of the program, and what it refuses."""

from __future__ import annotations

import pytest
from tests.formats.ssh.samples import CONNECTION, SAMPLES

from holdfast.core.errors import FormatError
from holdfast.formats.ssh.blocks import Connection
from holdfast.formats.ssh.effective import effective
from holdfast.formats.ssh.server import read

Shown = dict[str, str | list[str] | None]


def shown(text: str, connection: Connection = CONNECTION) -> dict[str, tuple[str, ...]]:
    return effective(read(text.encode(), "/etc/ssh/sshd_config", lambda pattern: ()), connection)


DEFAULT = shown("")


def changes(text: str) -> Shown | None:
    try:
        found = shown(text)
    except FormatError:
        return None
    changed: Shown = {k: (list(v) if len(v) > 1 else v[0]) for k, v in found.items() if DEFAULT.get(k) != v}
    changed.update({k: None for k in DEFAULT if k not in found})
    if "port" in changed and "listenaddress" not in text.lower():
        changed.pop("listenaddress", None)
    return changed


@pytest.mark.parametrize(("text", "expected"), SAMPLES, ids=[text[:60] for text, _ in SAMPLES])
def test_a_configuration_means_what_sshd_said(text: str, expected: Shown | None) -> None:
    assert changes(text) == expected
