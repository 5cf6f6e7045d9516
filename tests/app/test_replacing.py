"""A changed file takes the place of the old one whole, as it was, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from holdfast.app import replacing
from holdfast.app.replacing import replace_file
from holdfast.core.errors import RepairError


def test_mode_and_attributes_stay(here: Path) -> None:
    file = here / "a.yaml"
    file.write_bytes(b"old\n")
    file.chmod(0o640)
    try:
        os.setxattr(file, "user.note", b"kept")
    except OSError:
        noted = False
    else:
        noted = True
    replace_file("a.yaml", b"old\n", b"new\r\n")
    assert file.read_bytes() == b"new\r\n"
    assert file.stat().st_mode & 0o7777 == 0o640
    assert not noted or os.getxattr(file, "user.note") == b"kept"
    assert os.listdir(here) == ["a.yaml"]


def test_what_was_changed_meanwhile_is_left_alone(here: Path) -> None:
    (here / "a").write_bytes(b"newer\n")
    with pytest.raises(RepairError, match="changed meanwhile"):
        replace_file("a", b"old\n", b"new\n")
    assert (here / "a").read_bytes() == b"newer\n"
    with pytest.raises(RepairError, match="No such file"):
        replace_file("none", b"old\n", b"new\n")
    (here / "d").mkdir()
    with pytest.raises(RepairError, match="not a regular file"):
        replace_file("d", b"", b"new\n")


def test_what_may_not_be_written_is_left_alone(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "a").write_bytes(b"old\n")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(RepairError, match="may not be written"):
        replace_file("a", b"old\n", b"new\n")
    assert (here / "a").read_bytes() == b"old\n"


@pytest.mark.parametrize("step", ["fchmod", "fsync", "rename"])
def test_nothing_is_left_behind_where_a_step_fails(here: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    (here / "a").write_bytes(b"old\n")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fails)
    with pytest.raises(RepairError, match="No space left"):
        replace_file("a", b"old\n", b"new\n")
    assert os.listdir(here) == ["a"]
    assert (here / "a").read_bytes() == b"old\n"


def test_the_owner_stays(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "a").write_bytes(b"old\n")
    given: list[tuple[int, int]] = []
    real = os.fstat

    def other(descriptor: int) -> os.stat_result:
        found = list(real(descriptor))
        found[4] += 1
        return os.stat_result(found)

    monkeypatch.setattr(os, "fstat", other)
    monkeypatch.setattr(os, "fchown", lambda _, user, group: given.append((user, group)))
    replacing._replace("a", b"new\n")
    status = os.stat("a")
    assert given == [(status.st_uid, status.st_gid)]
