"""Units with their drop-ins."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import UNSET

from holdfast.collect.files import Options, collect
from holdfast.collect.fragments import MOST, merged
from holdfast.collect.together import Files
from holdfast.collect.units import units
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.kinds.server import Server
from holdfast.kinds.unit import Unit

HOME = "etc/systemd/system"
OLLAMA = "[Service]\nExecStart=/usr/local/bin/ollama serve\nUser=ollama\n"
OPEN = '[Service]\nEnvironment="OLLAMA_HOST=0.0.0.0"\n'


def found(texts: dict[str, str]) -> list[object]:
    return list(units(Files({path: text.encode() for path, text in texts.items()})))


def servers(texts: dict[str, str]) -> list[Asset]:
    return [item for item in found(texts) if isinstance(item, Asset) and isinstance(item.facts, Server)]


def unit(texts: dict[str, str]) -> Asset:
    (asset,) = [item for item in found(texts) if isinstance(item, Asset) and isinstance(item.facts, Unit)]
    return asset


def names(texts: dict[str, str]) -> dict[str, list[str]]:
    """Unit -> its files in the order in which they count."""
    files = Files({path: text.encode() for path, text in texts.items()})
    return {each.path: [path for path, _ in each.texts] for each in merged(files)}


def test_a_drop_in_adds_variables_to_its_unit() -> None:
    drop_in = f"{HOME}/ollama.service.d/override.conf"
    texts = {f"{HOME}/ollama.service": OLLAMA, drop_in: OPEN}
    (asset,) = servers(texts)
    assert (asset.id, asset.path, asset.partial) == (
        "server/etc/systemd/system/ollama.service/unit.ollama",
        f"{HOME}/ollama.service",
        False,
    )
    assert (asset.facts.loopback, asset.facts.env_complete) == (False, True)
    assert (asset.spots[""], asset.spots["loopback"]) == (Spot(2, 1), Spot(2, 1, "", drop_in))
    assert unit(texts).facts.root is False


def test_a_drop_in_that_starts_the_command_again_takes_its_place() -> None:
    drop_in = f"{HOME}/vllm.service.d/10-hardened.conf"
    texts = {
        f"{HOME}/vllm.service": "[Service]\nExecStart=/opt/vllm serve /m --host 0.0.0.0\n",
        drop_in: "[Service]\nUser=vllm\nProtectSystem=strict\nExecStart=\nExecStart=/opt/vllm serve /m --host 127.0.0.1\n",
    }
    (asset,) = servers(texts)
    assert (asset.facts.loopback, asset.spots[""]) == (True, Spot(5, 1, "", drop_in))
    granted = unit(texts)
    assert (granted.facts.root, granted.facts.system_read_only, granted.spots["root"]) == (
        False,
        True,
        Spot(2, 1, "", drop_in),
    )


def test_an_empty_setting_takes_back_what_the_unit_grants() -> None:
    asset = unit(
        {
            f"{HOME}/ollama.service": f"{OLLAMA}DevicePolicy=closed\nProtectSystem=full\n",
            f"{HOME}/ollama.service.d/a.conf": "[Service]\nUser=\nDevicePolicy=\nProtectSystem=\n",
        }
    )
    assert (asset.facts.root, asset.facts.devices_limited, asset.facts.confined) == (True, False, False)


def test_settings_before_the_first_section_of_a_drop_in_count_for_nothing() -> None:
    texts = {f"{HOME}/ollama.service": OLLAMA, f"{HOME}/ollama.service.d/a.conf": f"User=root\n{OPEN}"}
    assert unit(texts).facts.root is False


def test_a_drop_in_alone_shows_what_its_variables_decide_of_a_server_of_that_name() -> None:
    drop_in = f"{HOME}/ollama.service.d/env.conf"
    (asset,) = servers({drop_in: OPEN})
    assert (asset.path, asset.partial, asset.facts.loopback, asset.facts.options_complete) == (
        drop_in, True, False, UNSET,
    )  # fmt: skip
    assert asset.spots["loopback"] == Spot(2, 1)
    (other,) = servers({drop_in: "[Service]\nEnvironment=OLLAMA_MODELS=/data\n"})
    assert (other.partial, other.facts.loopback) == (True, UNSET)
    assert found({f"{HOME}/backup.service.d/env.conf": OPEN}) == []
    assert found({drop_in: "[Service]\nLimitNOFILE=65536\n"}) == []


def test_a_drop_in_alone_leaves_the_other_variables_to_its_unit() -> None:
    (asset,) = servers({f"{HOME}/ollama.service.d/env.conf": f"{OPEN}ExecStart=\nExecStart=/usr/bin/ollama serve\n"})
    assert asset.facts.env_complete is UNSET


def test_drop_ins_of_all_folders_count_in_the_order_of_their_names() -> None:
    texts = dict.fromkeys(
        (
            f"{HOME}/a-b.service.d/20.conf", "usr/lib/systemd/system/a-b.service.d/10.conf", "run/systemd/system/a-b.service.d/20.conf",
            "lib/systemd/system/a-b.service", f"{HOME}/a-.service.d/20.conf", f"{HOME}/a-.service.d/30.conf", f"{HOME}/service.d/05.conf",
            "other/a-b.service",
        ),
        "[Service]\n",
    )  # fmt: skip
    assert names(texts) == {
        "lib/systemd/system/a-b.service": [
            "lib/systemd/system/a-b.service", f"{HOME}/service.d/05.conf", "usr/lib/systemd/system/a-b.service.d/10.conf",
            f"{HOME}/a-b.service.d/20.conf", f"{HOME}/a-.service.d/30.conf",
        ],
        "other/a-b.service": ["other/a-b.service"],
    }  # fmt: skip


def test_a_unit_in_the_hosts_own_folder_goes_before_that_of_a_package() -> None:
    texts = {"usr/lib/systemd/system/ollama.service": OLLAMA + OPEN, f"{HOME}/ollama.service": OLLAMA}
    assert [asset.facts.loopback for asset in servers(texts)] == [True]


def test_units_of_people_are_not_those_of_the_system() -> None:
    texts = {"etc/systemd/user/ollama.service": OLLAMA, f"{HOME}/ollama.service.d/a.conf": OPEN}
    assert [(asset.path, asset.facts.loopback) for asset in servers(texts)] == [
        ("etc/systemd/user/ollama.service", True), (f"{HOME}/ollama.service.d/a.conf", False),
    ]  # fmt: skip


def test_an_instance_is_its_template_with_its_own_drop_ins() -> None:
    texts = {
        f"{HOME}/ollama@.service": OLLAMA,
        f"{HOME}/ollama@.service.d/a.conf": "[Service]\nEnvironment=OLLAMA_ORIGINS=*\n",
        f"{HOME}/ollama@gpu0.service.d/b.conf": OPEN,
    }
    assert [(asset.path, asset.facts.cors_any, asset.facts.loopback) for asset in servers(texts)] == [
        (f"{HOME}/ollama@.service", True, True), (f"{HOME}/ollama@.service.d/a.conf", True, False),
    ]  # fmt: skip


def test_drop_ins_of_a_prefix_are_judged_by_themselves_where_no_unit_is_here() -> None:
    texts = {f"{HOME}/{folder}/a.conf": "[Service]\n" for folder in ("a--b.service.d", "a-.service.d", "service.d")}
    assert list(names(texts)) == [f"{HOME}/{folder}/a.conf" for folder in ("a--b.service.d",)]
    assert list(names({path: text for path, text in texts.items() if "a--b" not in path})) == [
        f"{HOME}/a-.service.d/a.conf"
    ]


def test_a_drop_in_that_is_none_is_a_gap_and_leaves_the_rest() -> None:
    texts = {f"{HOME}/ollama.service": OLLAMA, f"{HOME}/ollama.service.d/a.conf": "OLLAMA_HOST=0.0.0.0\n"}
    (gap,) = [item for item in found(texts) if isinstance(item, Gap)]
    assert (gap.path, gap.reason) == (
        f"{HOME}/ollama.service.d/a.conf", "not readable as a unit: no section with a setting",
    )  # fmt: skip
    assert len(servers(texts)) == 1


def test_a_drop_in_of_comments_says_nothing() -> None:
    texts = {f"{HOME}/ollama.service": OLLAMA, f"{HOME}/ollama.service.d/a.conf": "# none\n\n ; [Service]\n"}
    assert [item for item in found(texts) if isinstance(item, Gap)] == []


def test_files_of_which_none_is_a_units_are_gaps() -> None:
    texts = {f"{HOME}/ollama.service": "ollama", f"{HOME}/ollama.service.d/a.conf": "ollama"}
    assert [type(item) for item in found(texts)] == [Gap, Gap]


@pytest.mark.parametrize("examined", ["etc/systemd/system/ollama.service", "etc"])
def test_drop_ins_beside_what_is_examined_count(tmp_path: Path, examined: str) -> None:
    for path, text in {
        "etc/passwd": "root:x:0:0::/:/bin/sh\n",
        f"{HOME}/ollama.service": OLLAMA,
        f"{HOME}/ollama.service.d/notes.txt": "x",
        f"{'usr/lib/systemd/system' if examined == 'etc' else HOME}/ollama.service.d/a.conf": OPEN,
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    seen = list(collect(Options(str(tmp_path / examined))))
    (asset,) = [item for item in seen if isinstance(item, Asset) and isinstance(item.facts, Server)]
    assert asset.facts.loopback is False


def test_the_unit_beside_a_drop_in_that_is_examined_alone_counts(tmp_path: Path) -> None:
    (tmp_path / "ollama.service.d").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "ollama.service").write_text(OLLAMA)
    drop_in = tmp_path / "ollama.service.d" / "a.conf"
    drop_in.write_text(OPEN)
    seen = list(collect(Options(str(drop_in))))
    units_of = [item for item in seen if isinstance(item, Asset) and isinstance(item.facts, Unit)]
    assert [asset.partial for asset in units_of] == [False]


def test_the_unit_of_a_package_counts_for_a_drop_in_below_a_hosts_etc(tmp_path: Path) -> None:
    for path, text in {
        "etc/passwd": "root:x:0:0::/:/bin/sh\n",
        f"{HOME}/ollama.service.d/a.conf": OPEN,
        "usr/lib/systemd/system/ollama.service": OLLAMA,
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    seen = list(collect(Options(str(tmp_path / "etc"))))
    (asset,) = [item for item in seen if isinstance(item, Asset) and isinstance(item.facts, Unit)]
    assert (asset.facts.root, asset.partial) == (False, False)
    assert asset.path == f"{tmp_path}/usr/lib/systemd/system/ollama.service"


def written(folder: Path, texts: dict[str, str | None]) -> list[object]:
    """What is found on disk; None stands for a link to /dev/null, as `systemctl mask` makes it."""
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            (folder / path).symlink_to("/dev/null")
        else:
            (folder / path).write_text(text)
    return list(collect(Options(str(folder))))


def addresses(seen: list[object]) -> list[object]:
    return [item.facts.loopback for item in seen if isinstance(item, Asset) and isinstance(item.facts, Server)]


VENDOR = "usr/lib/systemd/system"


def test_a_masked_unit_starts_nothing(tmp_path: Path) -> None:
    open_unit = OLLAMA + "Environment=OLLAMA_HOST=0.0.0.0\n"
    texts = {f"{VENDOR}/ollama.service": open_unit, f"{VENDOR}/ollama.service.d/a.conf": OPEN}
    assert addresses(written(tmp_path / "a", {**texts})) == [False]
    assert addresses(written(tmp_path / "b", {**texts, f"{HOME}/ollama.service": None})) == []
    alone = {f"{VENDOR}/ollama.service.d/a.conf": OPEN, f"{HOME}/ollama.service": None}
    assert addresses(written(tmp_path / "c", {**alone})) == []


def test_a_mask_in_a_weaker_folder_hides_nothing(tmp_path: Path) -> None:
    assert addresses(
        written(tmp_path, {f"{HOME}/ollama.service": OLLAMA, "run/systemd/system/ollama.service": None})
    ) == [True]


@pytest.mark.parametrize(
    ("link", "loopback"),
    [
        (f"{HOME}/ollama.service.d/a.conf", True),
        ("run/systemd/system/ollama.service.d/a.conf", True),
        (f"{HOME}/ollama.service.d/b.conf", False),
        (f"{HOME}/service.d/a.conf", False),
        (f"{HOME}/ollama.service.d/a.txt", False),
    ],
)
def test_a_link_to_nowhere_hides_drop_ins_of_its_name(tmp_path: Path, link: str, loopback: bool) -> None:
    texts = {f"{VENDOR}/ollama.service": OLLAMA, f"{VENDOR}/ollama.service.d/a.conf": OPEN}
    assert addresses(written(tmp_path, {**texts, link: None})) == [loopback]


def test_a_link_in_the_folder_of_a_unit_hides_drop_ins_of_its_type(tmp_path: Path) -> None:
    texts = {"units/ollama.service": OLLAMA, "units/service.d/a.conf": OPEN}
    assert addresses(written(tmp_path / "a", {**texts})) == [False]
    assert addresses(written(tmp_path / "b", {**texts, "units/ollama.service.d/a.conf": None})) == [True]


def test_units_of_the_current_folder_may_be_hidden_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, {"ollama.service": OLLAMA, "service.d/a.conf": OPEN, "ollama.service.d/a.conf": None})
    monkeypatch.chdir(tmp_path)
    assert addresses(list(collect(Options(".")))) == [True]


def test_drop_ins_of_which_all_are_hidden_start_nothing(tmp_path: Path) -> None:
    texts = {f"{VENDOR}/ollama.service.d/a.conf": OPEN, f"{HOME}/ollama.service.d/a.conf": None}
    assert addresses(written(tmp_path, {**texts})) == []


def test_a_folder_that_leads_out_of_what_is_examined_hides_nothing(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "ollama.service").symlink_to("/dev/null")
    (tmp_path / "tree/etc/systemd").mkdir(parents=True)
    (tmp_path / "tree/etc/systemd/system").symlink_to(tmp_path / "elsewhere")
    assert addresses(written(tmp_path / "tree", {f"{VENDOR}/ollama.service": OLLAMA})) == [True]


def test_drop_ins_of_the_user_manager_change_no_unit_of_the_system() -> None:
    drop_in = "etc/systemd/user/ollama.service.d/a.conf"
    files = Files({drop_in: OPEN.encode(), f"{HOME}/ollama.service": OLLAMA.encode()})
    assert addresses(list(units(files))) == [True]
    assert [(item.path, item.kind) for item in files.also if isinstance(item, Gap)] == [(drop_in, "left_out")]
    assert [asset.facts.loopback for asset in servers({drop_in: OPEN, "etc/systemd/user/ollama.service": OLLAMA})] == [
        False
    ]


def test_the_user_managers_unit_beyond_what_is_examined_is_not_the_systems(tmp_path: Path) -> None:
    written(tmp_path, {"etc/passwd": "", f"{HOME}/ollama.service": OLLAMA, "etc/systemd/user/x.service.d/a.conf": ""})
    written(tmp_path, {"etc/systemd/user/ollama.service.d/a.conf": OPEN})
    seen = list(collect(Options(str(tmp_path / "etc/systemd/user"))))
    found_units = [item for item in seen if isinstance(item, Asset) and isinstance(item.facts, Server)]
    assert [item.partial for item in found_units] == [True]


def test_very_many_drop_ins_are_a_gap() -> None:
    texts = {f"{HOME}/service.d/{number}.conf": OPEN for number in range(MOST + 1)}
    (gap,) = found({f"{HOME}/ollama.service": OLLAMA, **texts})
    assert isinstance(gap, Gap)
    assert (gap.kind, f"more than {MOST} drop-ins" in gap.reason) == ("unreadable", True)


def test_a_drop_in_for_all_units_that_is_none_is_told_once() -> None:
    texts = {f"{HOME}/{name}.service": OLLAMA for name in "ab"}
    seen = found({**texts, f"{HOME}/service.d/a.conf": "ollama"})
    assert len([item for item in seen if isinstance(item, Gap)]) == 1
    assert len([item for item in seen if isinstance(item, Asset) and isinstance(item.facts, Server)]) == 2
