"""Storage from a host's files."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import UNSET
from tests.collect.host.looking import assets, facts, gaps

from holdfast.collect.files import Options, collect
from holdfast.core.asset import Asset
from holdfast.kinds.encrypted_disk import EncryptedDisk
from holdfast.kinds.mount import Mount
from holdfast.kinds.nfs_export import NfsExport

FSTAB, CRYPTTAB, EXPORTS = "etc/fstab", "etc/crypttab", "etc/exports"


def mount(row: str, **files: str) -> Mount:
    found = [
        asset.facts for asset in assets({FSTAB: f"{row}\n", **{f"etc/{name}": text for name, text in files.items()}})
    ]
    (one,) = [item for item in found if isinstance(item, Mount)]
    return one


@pytest.mark.parametrize(
    ("point", "purpose"),
    [
        ("/tmp", "temporary"), ("/dev/shm", "temporary"), ("/home", "home"), ("/home/ml", "home"), ("/", "system"), ("/boot/efi", "system"),
        ("/data", "data"), ("/mnt/nvme0", "data"), ("/scratch", "data"), ("/srv/models/a", "data"), ("/var/log", "system"), ("/opt", "system"),
        ("/x", "system"),
    ],
)  # fmt: skip
def test_what_a_place_is_for(point: str, purpose: str) -> None:
    assert mount(f"/dev/sda1 {point} ext4").purpose == purpose


def test_options() -> None:
    found = mount("nas:/d /d nfs4 ro,nosuid,nodev,noexec,sec=krb5p")
    assert (found.network, found.nosuid, found.nodev, found.noexec, found.read_only, found.kerberos) == (True,) * 6
    found = mount("/dev/sdb1 /d ext4 user")
    assert (found.nosuid, found.nodev, found.noexec, found.kerberos, found.open_to_all, found.network) == (
        True,
        True,
        True,
        None,
        None,
        False,
    )
    found = mount("/dev/sdb1 /d ext4 users,suid,dev,exec")
    assert (found.nosuid, found.nodev, found.noexec) == (False, False, False)
    assert mount("nas:/d /d nfs xprtsec=mtls").kerberos is True
    assert mount("nas:/d /d nfs").kerberos is False
    found = mount("none none swap sw")
    assert (found.name, found.purpose) == ("swap", "swap")


def test_buckets_and_passwords() -> None:
    assert mount("b /d fuse.s3fs allow_other").open_to_all is True
    assert mount("b /d fuse.s3fs allow_other,umask=077").open_to_all is False
    found = mount("https://u:geheim@h/x /d davfs")
    assert (found.password, found.device) == (True, "https://u:***@h/x")
    assert mount("//h/x /d cifs password=x").password is True
    assert mount("//h/x /d cifs credentials=/x").password is False


@pytest.mark.parametrize(
    ("row", "table", "encrypted"),
    [
        ("/dev/mapper/c /d ext4", "c /dev/sdb\n", True),
        ("/dev/sdb1 /d ext4", "c /dev/sdb\n", False),
        ("UUID=1 /d ext4", "c /dev/sdb\n", UNSET),
        ("UUID=1 /d ext4", "# none\n", False),
        ("tank/d /d zfs", "# none\n", UNSET),
        ("tmpfs /d tmpfs", "# none\n", None),
        ("nas:/d /d nfs", "# none\n", None),
        ("b /d fuse.s3fs", "# none\n", None),
        ("UUID=1 /d ext4", "\0", UNSET),
    ],
)
def test_whether_a_file_system_is_encrypted(row: str, table: str, encrypted: object) -> None:
    assert mount(row, crypttab=table).encrypted is encrypted


def test_without_crypttab_a_host_encrypts_nothing(tmp_path: Path) -> None:
    assert mount("/dev/sdb1 /d ext4").encrypted is UNSET
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text("")
    (tmp_path / FSTAB).write_text("UUID=1 / ext4\n")
    (asset,) = [item for item in collect(Options(str(tmp_path))) if isinstance(item, Asset)]
    assert (asset.facts.encrypted, asset.source) == (False, "host")


def test_disks_and_where_their_keys_lie() -> None:
    table = "root /dev/sda2 none luks\na /dev/sdb /etc/keys/a luks\nb /dev/sdc /boot/b\nc /dev/sdd /media/c\nswap /dev/sde /dev/urandom plain,swap\np /dev/sdf none plain\nt /dev/sdg - tpm2-device=auto\nl /dev/sdh /x/l\n"
    rows = "/dev/mapper/root / ext4\n/dev/sda1 /boot ext4\nLABEL=m /media ext4\ntmpfs /x tmpfs\n"
    found = {
        asset.facts.name: asset.facts
        for asset in assets({CRYPTTAB: table, FSTAB: rows})
        if isinstance(asset.facts, EncryptedDisk)
    }
    assert [(name, found[name].key_in_clear) for name in found] == [
        ("root", None), ("a", False), ("b", True), ("c", UNSET), ("swap", None), ("p", None), ("t", None), ("l", None),
    ]  # fmt: skip
    assert (found["swap"].random_key, found["swap"].plain, found["p"].plain, found["t"].hardware) == (
        True,
        False,
        True,
        True,
    )
    assert (found["a"].key_file, found["a"].key_permissions, found["root"].key_permissions) == (
        "/etc/keys/a",
        UNSET,
        None,
    )
    assert facts({CRYPTTAB: "a /dev/sdb /k\n"}).key_in_clear is UNSET


def test_exports_with_their_defaults() -> None:
    rows = "/a h\n/a h\n/b *(rw,no_root_squash,insecure,sec=krb5:krb5p)\n/c @g(rw,ro,all_squash,no_root_squash,anonuid=0,sec=sys:krb5)\n"
    found = assets({EXPORTS: rows, "etc/exports.d/x.exports": "/d 0.0.0.0/0(xprtsec=mtls)\n"})
    assert [asset.id for asset in found] == [
        "nfs_export/etc/exports//a/h", "nfs_export/etc/exports//a/h~2", "nfs_export/etc/exports//b/*", "nfs_export/etc/exports//c/@g",
        "nfs_export/etc/exports.d/x.exports//d/0.0.0.0/0",
    ]  # fmt: skip
    a, _, b, c, d = [asset.facts for asset in found]
    assert isinstance(a, NfsExport)
    assert (a.anywhere, a.writable, a.root_squash, a.root_mapped, a.privileged_port, a.kerberos) == (
        False,
        False,
        True,
        False,
        True,
        False,
    )
    assert (b.anywhere, b.writable, b.root_squash, b.privileged_port, b.kerberos) == (True, True, False, False, True)
    assert (c.writable, c.root_squash, c.root_mapped, c.kerberos) == (False, True, True, False)
    assert (d.anywhere, d.kerberos) == (True, True)


def test_what_cannot_be_read_is_a_gap() -> None:
    for path in (FSTAB, CRYPTTAB, EXPORTS):
        assert [gap.reason for gap in gaps({path: "\0"})] == ["not readable as a table of storage: binary, not text"]


def test_rows_that_are_refused_are_gaps() -> None:
    (gap,) = gaps({EXPORTS: "/data 10.0.0.0/8(rw, sync)\n"})
    assert (gap.path, gap.kind, gap.line) == (EXPORTS, "unreadable", 1)
    (gap,) = gaps({FSTAB: "/dev/sda1 /\n"})
    assert (gap.path, gap.kind, gap.line) == (FSTAB, "unreadable", 1)


def test_of_options_that_contradict_the_last_holds() -> None:
    found = mount("/dev/sdb1 /data ext4 user,suid,dev,nodev,ro,rw,exec")
    assert (found.nosuid, found.nodev, found.noexec, found.read_only) == (False, True, False, False)
    found = mount("/dev/sdb1 /data ext4 suid,user,rw,ro")
    assert (found.nosuid, found.nodev, found.noexec, found.read_only) == (True, True, True, True)


def test_swap_in_a_file_is_as_safe_as_the_file_system_around_it() -> None:
    def swap(**files: str) -> Mount:
        found = [asset.facts for asset in assets({f"etc/{name}": text for name, text in files.items()})]
        return next(item for item in found if isinstance(item, Mount) and item.purpose == "swap")

    table = "/dev/mapper/root / ext4\n/swapfile none swap sw\n"
    assert swap(fstab=table, crypttab="root UUID=1 none luks\n").encrypted is True
    assert swap(fstab=table.replace("mapper/root", "sda1"), crypttab="x UUID=1 none luks\n").encrypted is False
    assert swap(fstab="/swapfile / swap sw\n", crypttab="x UUID=1 none luks\n").encrypted is UNSET
    assert swap(fstab="/dev/zram0 none swap\n", crypttab="x UUID=1 none luks\n").encrypted is None


def test_keys_that_a_row_does_not_name_or_that_lie_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "etc/cryptsetup-keys.d").mkdir(parents=True)
    (tmp_path / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\n")
    (tmp_path / "etc/cryptsetup-keys.d/data.key").write_text("k")
    (tmp_path / FSTAB).write_text("/dev/sda1 / ext4\n")
    (tmp_path / CRYPTTAB).write_text("data /dev/sdb1\nother /dev/sdc1 /key:UUID=3 luks\nasked /dev/sdd1\n")
    found = [item.facts for item in collect(Options(str(tmp_path))) if isinstance(item, Asset)]
    data, other, asked = [item for item in found if isinstance(item, EncryptedDisk)]
    assert (data.key_file, data.key_in_clear) == ("/etc/cryptsetup-keys.d/data.key", True)
    assert data.key_permissions.others_readable is True  # type: ignore[union-attr]
    assert (other.key_file, other.key_permissions, other.key_in_clear) == ("/key", UNSET, UNSET)
    assert (asked.key_file, asked.key_permissions, asked.key_in_clear) == (None, None, None)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("s3fs#b /a fuse _netdev,allow_other 0 0", True),
        ("goofys#b /a fuse allow_other,--file-mode=0600,--dir-mode=0700 0 0", False),
        ("blobfuse2 /a fuse3 _netdev,allow_other,--config-file=/etc/b.yaml 0 0", True),
        ("b /b fuse.s3fs allow_other,umask=0000 0 0", True),
        ("b /b fuse.s3fs allow_other,umask=0022,uid=1000 0 0", False),
        ("b /c gcsfuse allow_other,file_mode=777,dir_mode=777", True),
        ("b /c gcsfuse allow_other,file_mode=644,dir_mode=755", False),
        ("s3://b /d mount-s3 allow-other", True),
        ("s3://b /d mount-s3 allow-other,dir-mode=0777", True),
        ("s3://b /d mount-s3 nosuid", False),
        ("b /b fuse.s3fs allow_other,uid=1000 0 0", False),
        ("b /b fuse.s3fs allow_other,umask=$U 0 0", UNSET),
    ],
)
def test_buckets_that_every_account_writes_to(row: str, expected: object) -> None:
    (asset,) = assets({"etc/fstab": row})
    assert (asset.facts.bucket, asset.facts.open_to_all) == (True, expected)
