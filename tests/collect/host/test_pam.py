"""PAM's services from a host's files."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import UNSET
from tests.collect.host.looking import assets, facts, gaps

from holdfast.collect.files import Options, collect
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.kinds.pam_service import PamService

COMMON = "auth [success=1 default=ignore] pam_unix.so nullok\nauth requisite pam_deny.so\nauth required pam_permit.so\n"


def service(name: str, files: dict[str, str | bytes]) -> Asset:
    (asset,) = [asset for asset in assets(files) if asset.id.endswith(f"/{name}")]
    return asset


def test_included_rows_stand_at_their_place_and_keep_theirs() -> None:
    files: dict[str, str | bytes] = {
        "etc/pam.d/sshd": "@include common-auth\naccount include common-account\nsession optional pam_systemd.so\n",
        "etc/pam.d/common-auth": COMMON,
        "etc/pam.d/common-account": "account required pam_slurm_adopt.so action_no_jobs=ignore debug\nauth required x\n",
    }
    asset = service("sshd", files)
    found = asset.facts
    assert isinstance(found, PamService)
    assert [module.name for module in found.modules] == [
        "pam_unix",
        "pam_deny",
        "pam_permit",
        "pam_slurm_adopt",
        "pam_systemd",
    ]
    assert [module.included for module in found.modules] == [True, True, True, True, False]
    assert asset.spot("modules[1]") == Spot(2, 1, "", "etc/pam.d/common-auth")
    assert asset.spot("adopt_options").path == "etc/pam.d/common-account"
    assert (found.admits_everyone, found.admits_some, found.lockout) == (False, False, False)
    assert (found.adopts_jobs, found.registers_sessions, found.slurm_node) == (True, True, UNSET)
    assert found.adopt_options == {"action_no_jobs": "ignore", "debug": ""}
    part = service("common-auth", files).facts
    assert (part.fragment, part.admits_everyone, part.lockout) == (True, None, None)


def test_what_is_not_here_leaves_open_what_it_may_decide() -> None:
    found = facts({"etc/pam.d/sshd": "auth include gone\naccount required pam_slurm.so\n"})
    assert (found.admits_everyone, found.lockout, found.registers_sessions, found.adopts_jobs) == (
        UNSET,
        UNSET,
        UNSET,
        True,
    )


def test_a_cycle_is_named_with_its_row() -> None:
    files: dict[str, str | bytes] = {
        "etc/pam.d/sshd": "auth required pam_unix.so\n@include a\n",
        "etc/pam.d/a": "account required pam_unix.so\nauth substack b\n",
        "etc/pam.d/b": "auth include a\naccount include a\nauth include a\n",
    }
    assert gaps(files) == [
        Gap("etc/pam.d/b", "it includes a, which leads back here: a cycle", "unreadable", 1),
    ]
    assert service("sshd", files).facts.lockout is UNSET  # type: ignore[attr-defined]
    files["etc/pam.d/b"] = "account include a\n"
    assert gaps(files) == []


def test_rows_that_pam_refuses_are_gaps() -> None:
    (gap,) = gaps({"etc/pam.d/a": "auth required pam_unix.so\nauth requird pam_deny.so\n"})
    assert (gap.path, gap.kind, gap.line) == ("etc/pam.d/a", "unreadable", 2)


def test_files_that_include_themselves_come_to_an_end() -> None:
    found = facts({"etc/pam.d/a": "auth required pam_permit.so\nauth substack a\n@include a\n"})
    assert facts({"etc/pam.d/a": "auth include a\n" * 3000}).modules == []
    assert found.fragment is True
    assert len(found.modules) <= 8_000


def test_a_service_without_rows_of_a_type_has_those_of_other() -> None:
    files: dict[str, str | bytes] = {
        "etc/pam.d/a": "session required pam_limits.so\n",
        "etc/pam.d/other": "auth required pam_permit.so\n",
    }
    assert service("a", files).facts.admits_everyone is True
    assert facts({"etc/pam.d/a": "session required pam_limits.so\n"}).admits_everyone is False


def test_substacks() -> None:
    files: dict[str, str | bytes] = {
        "etc/pam.d/a": "auth substack b\nauth required pam_deny.so\n", "etc/pam.d/b": "auth sufficient pam_permit.so\n",
    }  # fmt: skip
    assert service("a", files).facts.admits_everyone is False


def test_pam_conf_and_names_that_are_none() -> None:
    files: dict[str, str | bytes] = {
        "etc/pam.conf": "a auth required pam_permit.so\na auth required pam_deny.so\nb auth required pam_deny.so\nc x\n",
        "etc/pam.d/b": "auth required pam_permit.so\n",
        "etc/pam.d/b.dpkg-old": "auth required pam_permit.so\n",
    }
    assert [(asset.id, len(asset.facts.modules), asset.path) for asset in assets(files)] == [
        ("pam_service/a", 2, "etc/pam.conf"), ("pam_service/b", 1, "etc/pam.d/b"),
    ]  # fmt: skip


def test_access_conf() -> None:
    row = "account required pam_access.so\n"
    for text, closed in (
        ("# c\n+:wheel:ALL\n- : ALL EXCEPT root : ALL\n", True), ("+:wheel:ALL\n", False), ("", False), ("-:ALL:ALL\n+:a:ALL\n", False),
    ):  # fmt: skip
        assert service("s", {"etc/pam.d/s": row, "etc/security/access.conf": text}).facts.access_closed is closed
    assert facts({"etc/pam.d/s": row}).access_closed is UNSET
    given = {
        "etc/pam.d/s": "account required pam_access.so accessfile=/etc/a.conf\n",
        "etc/security/access.conf": "-:ALL:ALL\n",
    }
    assert service("s", given).facts.access_closed is UNSET


def test_what_cannot_be_read_is_a_gap() -> None:
    assert [gap.reason for gap in gaps({"etc/pam.d/s": "\0"})] == ["not readable as PAM's rows: binary, not text"]


def test_a_compute_node(tmp_path: Path) -> None:
    (tmp_path / "etc/pam.d").mkdir(parents=True)
    (tmp_path / "etc/default").mkdir()
    (tmp_path / "etc/passwd").write_text("")
    (tmp_path / "etc/pam.d/sshd").write_text("account required pam_unix.so\n")

    def sshd() -> PamService:
        (found,) = [item for item in collect(Options(str(tmp_path))) if isinstance(item, Asset)]
        assert isinstance(found.facts, PamService)
        return found.facts

    assert (sshd().slurm_node, sshd().adopts_jobs, sshd().permissions.mode) == (False, False, "0644")
    (tmp_path / "etc/default/slurmd").write_text("")
    assert sshd().slurm_node is True


ADOPT = "-account required pam_slurm_adopt.so"
REDHAT = (
    "account required pam_unix.so\naccount sufficient pam_localuser.so\naccount sufficient pam_usertype.so issystem"
)


@pytest.mark.parametrize(
    ("rows", "who"),
    [
        (f"account sufficient pam_unix.so\n{ADOPT}", "everyone"),
        (f"account sufficient pam_permit.so\n{ADOPT}", "everyone"),
        (f"account [success=done default=ignore] pam_unix.so\n{ADOPT}", "everyone"),
        (f"account [success=1 default=ignore] pam_unix.so\n{ADOPT}\naccount required pam_permit.so", "everyone"),
        (f"account required pam_unix.so\naccount sufficient pam_succeed_if.so uid >= 1000 quiet\n{ADOPT}", "everyone"),
        (f"account sufficient pam_usertype.so isregular\n{ADOPT}", "everyone"),
        (f"account sufficient pam_sss.so\n{ADOPT}", "everyone"),
        (f"account sufficient pam_listfile.so item=user sense=deny file=/x\n{ADOPT}", "everyone"),
        ("account required pam_unix.so\naccount optional pam_slurm_adopt.so", "everyone"),
        ("account required pam_unix.so\naccount [success=ok default=ignore] pam_slurm.so", "everyone"),
        (f"account required pam_access.so\naccount sufficient pam_unix.so\n{ADOPT}", "everyone"),
        ("account sufficient pam_slurm_adopt.so\naccount required pam_unix.so", "everyone"),
        (f"account [default=1 success=ignore] pam_succeed_if.so user ingroup x\n{ADOPT}\naccount required pam_unix.so",
         "everyone"),
        (f"{REDHAT}\naccount required pam_permit.so\n{ADOPT}", "local accounts"),
        (f"account substack rest\n{ADOPT}", None),
        (f"account required pam_nologin.so\naccount required pam_unix.so\n{ADOPT}", None),
        ("account required pam_nologin.so\naccount optional pam_slurm_adopt.so", None),
        (f"account [success=1 default=ignore] pam_unix.so\naccount requisite pam_deny.so\n{ADOPT}", None),
        (f"account sufficient pam_access.so\n{ADOPT}", None),
        ("account sufficient pam_slurm_adopt.so\naccount sufficient pam_access.so\naccount required pam_deny.so", None),
        (f"account sufficient pam_succeed_if.so uid < 1000\naccount required pam_systemd_home.so\n{ADOPT}", None),
        (f"account [success=1 default=ignore] pam_listfile.so item=user sense=allow file=/x\n{ADOPT}", None),
        (f"account sufficient pam_house.so\n{ADOPT}", UNSET),
        (f"account include gone\n{ADOPT}", UNSET),
        ("account required pam_unix.so", None),
    ],
)  # fmt: skip
def test_who_gets_past_the_module_that_asks_for_a_job(rows: str, who: object) -> None:
    files: dict[str, str | bytes] = {"etc/pam.d/sshd": rows + "\n", "etc/pam.d/rest": REDHAT + "\n"}
    found = service("sshd", files).facts
    assert isinstance(found, PamService)
    assert found.adopt_passed_by == who or found.adopt_passed_by is who


def test_files_that_are_not_here_are_told() -> None:
    found = gaps({"etc/pam.d/sshd": "auth include nope\n@include common-auth\n", "etc/pam.d/common-auth": ""})
    assert [(gap.reason, gap.kind, gap.line) for gap in found] == [
        ("it includes nope, which is not here", "left_out", 1)
    ]


def test_programs_of_plain_users() -> None:
    rows = "auth optional pam_exec.so quiet type=x /tmp/x.sh\nauth optional pam_exec.so\nauth required pam_unix.so\n"
    rows += "auth required /tmp/pam_x.so\nauth required /lib/security/pam_x.so\n"
    assert [each.own_program for each in facts({"etc/pam.d/x": rows}).modules] == [True, False, None, True, None]
