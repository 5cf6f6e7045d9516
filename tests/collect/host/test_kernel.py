"""A host's kernel from its files."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import UNSET
from tests.collect.host.looking import assets, facts, gaps, items

from holdfast.collect.files import Options, collect
from holdfast.collect.host.node import root_of
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap


def test_files_in_order_of_their_names_whatever_their_folder() -> None:
    (asset,) = assets({
        "etc/sysctl.conf": "kernel.d = conf\n",
        "etc/sysctl.d/10-a.conf": "kernel.a = etc\nkernel.b = 1\n",
        "usr/lib/sysctl.d/10-a.conf": "kernel.c = hidden\n",
        "usr/lib/sysctl.d/50-b.conf": "kernel.b = 2\nkernel.d = x\n",
        "usr/lib/sysctl.d/README": "kernel.e = 1\n",
    })  # fmt: skip
    assert asset.facts.sysctl == {"kernel.a": "etc", "kernel.b": "2", "kernel.d": "conf"}
    assert asset.facts.sysctl_complete is UNSET
    assert asset.spot('sysctl["kernel.b"]') == Spot(1, 1, "", "usr/lib/sysctl.d/50-b.conf")
    assert (asset.id, asset.source, asset.facts.name) == ("kernel/kernel", "config", ".")


def test_each_host_is_one() -> None:
    found = assets(
        {"a/etc/sysctl.conf": "kernel.a = 1\n", "b/sysctl.d/x.conf": "kernel.b = 1\n", "sysctl.conf": "c.d = 1"}
    )
    assert [(asset.id, asset.facts.sysctl) for asset in found] == [
        ("kernel/kernel", {"c.d": "1"}), ("kernel/a/kernel", {"kernel.a": "1"}), ("kernel/b/kernel", {"kernel.b": "1"}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("/etc/sysctl.conf", "/"), ("/usr/lib/sysctl.d/a.conf", "/"), ("etc/sysctl.d/a.conf", ""), ("sysctl.d/a", ""),
        ("x/lib/y/sysctl.d/a", "x/lib/y/"), ("x/usr/local/lib/sysctl.d/a", "x/"), ("x/y/a", "x/y/"), ("a", ""),
        ("etc/x/etc/b/a", "etc/x/"),
    ],
)  # fmt: skip
def test_the_root_of_a_host(path: str, root: str) -> None:
    assert root_of(path, "sysctl.d") == root


def test_modules() -> None:
    (asset,) = assets({
        "etc/modprobe.d/b.conf": "options nvidia NVreg_DeviceFileMode=0660\ninstall usb-storage /bin/false\ninstall x /bin/y\n",
        "etc/modprobe.d/a.conf": "options nvidia NVreg_DeviceFileMode=0666 A=1\nblacklist nouveau\n",
    })  # fmt: skip
    assert asset.facts.module_options == {"nvidia.NVreg_DeviceFileMode": "0660", "nvidia.A": "1"}
    assert asset.facts.modules_off == ["nouveau", "usb_storage"]
    assert (asset.facts.sysctl, asset.facts.boot) == (UNSET, UNSET)
    assert asset.spot('module_options["nvidia.A"]') == Spot(1, 1, "", "etc/modprobe.d/a.conf")


def test_the_command_line() -> None:
    (asset,) = assets({
        "etc/default/grub": 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"\nGRUB_CMDLINE_LINUX="iommu=pt"\n',
        "etc/default/grub.d/gpu.cfg": 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX audit=1"\n',
    })  # fmt: skip
    assert asset.facts.boot == {"quiet": "", "iommu": "pt", "audit": "1"}
    assert asset.facts.boot_complete is UNSET
    assert asset.spot('boot["audit"]').path == "etc/default/grub.d/gpu.cfg"
    assert asset.spot('boot["iommu"]') == Spot(2, 1, "", "etc/default/grub")
    assert facts({"etc/kernel/cmdline": "root=/dev/x lockdown=none\n"}).boot["lockdown"] == "none"
    assert assets({"etc/default/grub": "GRUB_TIMEOUT=1\n"}) == []


def test_what_cannot_be_read_is_a_gap() -> None:
    assert [gap.reason for gap in gaps({"etc/sysctl.conf": "\0"})] == [
        "not readable as kernel parameters: binary, not text"
    ]
    assert len(gaps({"etc/modprobe.d/a.conf": "\0"})) == 1
    (gap,) = gaps({"etc/default/grub": "GRUB_CMDLINE_LINUX={{ x }}\n\0"})
    assert gap.kind == "template"


def test_a_host_is_whole(tmp_path: Path) -> None:
    for folder in ("etc/sysctl.d", "etc/modprobe.d", "etc/default", "usr/lib/sysctl.d"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "etc/passwd").write_text("")
    (tmp_path / "etc/sysctl.d/a.conf").write_text("kernel.a = 1\n")
    (tmp_path / "etc/sysctl.d/b.conf").symlink_to("/dev/null")
    (tmp_path / "usr/lib/sysctl.d/b.conf").write_text("kernel.b = 1\n")
    (tmp_path / "usr/lib/sysctl.d/c.conf").write_text("kernel.c = 1\n")
    (tmp_path / "etc/default/grub").write_text("GRUB_CMDLINE_LINUX=quiet\n")
    (asset,) = [item for item in collect(Options(str(tmp_path / "etc"))) if isinstance(item, Asset)]
    assert asset.facts.sysctl == {"kernel.a": "1", "kernel.c": "1"}
    assert (asset.source, asset.facts.sysctl_complete, asset.facts.boot_complete) == ("host", True, True)
    (tmp_path / "etc/default/grub").write_text('GRUB_CMDLINE_LINUX="quiet $X"\n')
    (tmp_path / "etc/sysctl.d/gone.conf").symlink_to("/nowhere")
    (asset,) = [item for item in collect(Options(str(tmp_path))) if isinstance(item, Asset)]
    assert (asset.facts.sysctl_complete, asset.facts.boot_complete) == (UNSET, UNSET)


def test_a_line_that_sets_nothing_is_a_gap_and_leaves_the_rest_open(tmp_path: Path) -> None:
    (gap,) = gaps({"etc/sysctl.conf": "kernel.a = 1\nkernel.dmesg_restrict 1\n"})
    assert (gap.path, gap.kind, gap.line) == ("etc/sysctl.conf", "unreadable", 2)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\n")
    (tmp_path / "etc/sysctl.conf").write_text("kernel.a = 1\nkernel.dmesg_restrict 1\n")
    (asset,) = [item for item in collect(Options(str(tmp_path))) if isinstance(item, Asset)]
    assert (asset.facts.sysctl, asset.facts.sysctl_complete) == ({"kernel.a": "1"}, UNSET)  # type: ignore[attr-defined]


def test_programs_of_plain_users() -> None:
    (asset,) = assets({
        "etc/sysctl.d/a.conf": "kernel.core_pattern=|/tmp/x %p\nkernel.modprobe = /home/u/mp\nkernel.hotplug=/sbin/x\n",
        "etc/modprobe.d/a.conf": "install nvidia /bin/sh /scratch/x.sh\ninstall y /bin/true\nremove z /tmp/z\n",
    })  # fmt: skip
    assert asset.facts.own_programs == ["/scratch/x.sh", "/tmp/z", "/tmp/x", "/home/u/mp"]
    assert asset.spot("own_programs[1]") == Spot(3, 1, "", "etc/modprobe.d/a.conf")
    assert asset.spot("own_programs[2]") == Spot(1, 1, "", "etc/sysctl.d/a.conf")
    assert facts({"etc/sysctl.d/a.conf": "kernel.core_pattern=/tmp/core.%p\n"}).own_programs == []


def test_values_are_those_that_the_kernel_takes() -> None:
    text = """\
kernel.yama.ptrace_scope = 0 # debug
vm.mmap_min_addr = 0x0
kernel.dmesg_restrict = 0#x
kernel.kptr_restrict = {{ restrict }}
kernel.core_pattern = |/bin/x 0x0
"""
    found = list(items({"etc/sysctl.d/a.conf": text}))
    (asset,) = [item for item in found if isinstance(item, Asset)]
    assert asset.facts.sysctl == {
        "kernel.yama.ptrace_scope": "0",
        "vm.mmap_min_addr": "0",
        "kernel.core_pattern": "|/bin/x 0x0",
    }  # type: ignore[attr-defined]
    assert [(item.line, item.kind, item.reason) for item in found if isinstance(item, Gap)] == [
        (3, "unreadable", "no number for kernel.dmesg_restrict, and so refused"),
        (4, "template", "an unrendered template: render it and check the result"),
    ]


@pytest.mark.parametrize(
    ("module", "named"),
    [
        ("nvidia-current", "nvidia"), ("nvidia-current-open", "nvidia"), ("nvidia-tesla-470", "nvidia"), ("nvidia-tesla", "nvidia"),
        ("nvidia-legacy-390xx", "nvidia"), ("nvidia_current_drm", "nvidia_drm"), ("nvidia-drm", "nvidia_drm"), ("nvidia-uvm", "nvidia_uvm"),
        ("nvidia-currently", "nvidia_currently"),
    ],
)  # fmt: skip
def test_modules_of_debians_driver_are_those_of_nvidia(module: str, named: str) -> None:
    found = facts({"etc/modprobe.d/a.conf": f"options {module} NVreg_DeviceFileMode=0666\n"})
    assert found.module_options == {f"{named}.NVreg_DeviceFileMode": "0666"}  # type: ignore[attr-defined]
