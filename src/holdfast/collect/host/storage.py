"""fstab, crypttab and exports of each host -> `mount`, `encrypted_disk`, `nfs_export`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TypeVar

from msgspec import UNSET

from holdfast.collect.fragments import Merged
from holdfast.collect.host.node import below, by_root
from holdfast.collect.host.settings import refused, unreadable
from holdfast.collect.permissions import permissions
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact, Kind
from holdfast.core.permissions import Permissions
from holdfast.core.plain_text import Problem
from holdfast.formats import storage, systemd
from holdfast.kinds.encrypted_disk import EncryptedDisk
from holdfast.kinds.mount import Mount
from holdfast.kinds.nfs_export import NfsExport

T = TypeVar("T")
Reader = Callable[[bytes, list[Problem] | None], tuple[T, ...]]
MEMORY = frozenset(
    "tmpfs ramfs proc sysfs devpts devtmpfs cgroup cgroup2 mqueue hugetlbfs debugfs overlay none".split()
)
NETWORK = frozenset("nfs nfs4 cifs smb3 lustre beegfs gpfs ceph glusterfs fuse.sshfs wekafs panfs afs 9p".split())
BUCKET = re.compile(r"(?:fuse\.)?(?:s3fs|goofys|rclone|gcsfuse|mount-s3|mountpoint-s3|juicefs|blobfuse2?|ossfs|cosfs)")
DATA = re.compile(
    r"/(?:.*/)?(?:data|datasets?|checkpoints?|ckpts?|scratch|models?|weights|work|local|nvme\d*|raid\d*|ssd\d*|shared|lustre|mnt)"
    r"(?:[/\d_-].*)?"
)
PURPOSES = (
    (re.compile(r"/(?:tmp|var/tmp|dev/shm)"), "temporary"),
    (re.compile(r"/home(?:/.*)?"), "home"),
    (re.compile(r"/|/boot(?:/.*)?|/usr|/var(?:/log(?:/.*)?)?|/opt|/srv|/proc|/sys(?:/.*)?"), "system"),
    (DATA, "data"),
)
SECRET = re.compile(r"(?:pass(?:word)?2?|secret|sas_token|account_key)=.+")
LOGIN = re.compile(r"//([^/:@]*):[^/@]+@")
HARDWARE = re.compile(r"(?:tpm2-device|fido2-device|pkcs11-uri)=.*|keyscript=.*(?:tpm|clevis).*")
STRONG = re.compile(r"krb5[ip]?")
ZRAM = re.compile(r"/dev/zram\d+")
MASKS = ("umask", "fmask", "dmask")
MODES = ("file_mode", "dir_mode", "file_perms", "dir_perms")
KEYS = "etc/cryptsetup-keys.d"
"""Where systemd looks for the key of a row that names none. Source: crypttab(5) of systemd 252."""
DECIDED = ("nosuid", "nodev", "noexec", "read_only", "kerberos", "open_to_all", "password")
"""Facts that options decide."""
WORLD = ("*", "0.0.0.0/0", "::/0", "0.0.0.0/0.0.0.0")


def read(files: Files) -> Iterator[Asset | Gap]:
    """The storage of each host whose files were found."""
    for root, paths in by_root(tuple(files), "exports.d"):
        yield from _Host(files, root, paths).assets()


class _Host:
    """One host's tables."""

    def __init__(self, files: Files, root: str, paths: list[str]) -> None:
        self.files = files
        self.root = root
        self.paths = paths
        self.gaps: list[Gap] = []
        self.seen: Counter[str] = Counter()
        self.disks_at, self.disks = self.table("crypttab", storage.encrypted)
        self.mounts_at, self.mounts = self.table("fstab", storage.mounts)

    def table(self, name: str, reader: Reader[T]) -> tuple[str, tuple[T, ...] | None]:
        """A table and its place; None where it is not there or cannot be read."""
        path = below(self.files, self.root, f"etc/{name}")
        data = self.files.read(path)
        return path, None if data is None else self.rows(path, data, reader)

    def rows(self, path: str, data: bytes, reader: Reader[T]) -> tuple[T, ...] | None:
        """The rows of a file; one that cannot be read is a gap, and so is a row that is refused."""
        problems: list[Problem] = []
        try:
            found = reader(data, problems)
        except FormatError as error:
            self.gaps.append(unreadable(path, data, "a table of storage", error))
            return None
        self.gaps += refused(path, data, problems)
        return found

    def assets(self) -> Iterator[Asset | Gap]:
        """A file system, disk or export each."""
        for mount in map(_named, self.mounts or ()):
            yield self.asset(_mount(mount, self.encrypted(mount)), self.mounts_at, mount.line)
        for disk in self.disks or ():
            yield self.asset(self.disk(disk), self.disks_at, disk.line)
        for path in self.paths:
            if path.endswith(("/exports", ".exports")) or path == "exports":
                for export in self.rows(path, self.files.members[path], storage.exports) or ():
                    yield self.asset(_export(export), path, export.line)
        yield from self.gaps

    def asset(self, facts: Mount | EncryptedDisk | NfsExport, path: str, line: int) -> Asset:
        """One row, named after what it is about."""
        client = f"/{facts.client}" if isinstance(facts, NfsExport) else ""
        name = f"{facts.kind}/{path}/{facts.name}{client}"
        self.seen[name] += 1
        number = f"~{self.seen[name]}" if self.seen[name] > 1 else ""
        kind: Kind = facts
        return Asset(f"{name}{number}", kind, self.files.source, path, {"": Spot(line, 1)})

    def encrypted(self, mount: storage.Mount) -> Fact[bool]:
        """Whether a file system lies on a device that crypttab opens.

        What a label, an identifier or a logical volume stands on is not in these tables, unless no device is opened at
        all; a kernel parameter may open one even then.
        """
        if mount.type in MEMORY or mount.type in NETWORK or BUCKET.fullmatch(mount.type) or ":" in mount.device:
            return None
        if self.disks is None and (self.files.host is None or self.gaps):
            return UNSET
        if mount.type == "zfs":
            return UNSET  # encrypts by itself
        if ZRAM.fullmatch(mount.device):
            return None  # compressed memory
        if mount.type == "swap" and mount.device.startswith("/") and not mount.device.startswith("/dev/"):
            return self.around(mount.device)  # a file
        names = {disk.name for disk in self.disks or ()}
        if mount.device.removeprefix("/dev/mapper/") in names:
            return True
        if not names or re.fullmatch(r"/dev/(?:sd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\d+n\d+p?)\d*", mount.device):
            return False
        return UNSET

    def disk(self, row: storage.Encrypted) -> EncryptedDisk:
        """A row of crypttab; without a key, systemd takes one with the row's name from a folder of its own."""
        random = row.key in ("/dev/urandom", "/dev/random", "/dev/hwrng")
        path, _, elsewhere = row.key.partition(":")  # a device that holds the file
        if not row.key and f"{row.name}.key" in self.files.entries(f"{self.root}{KEYS}"):
            path = f"/{KEYS}/{row.name}.key"
        file = path if path.startswith("/") and not path.startswith(("/dev/", "/run/")) else None
        return EncryptedDisk(
            name=row.name,
            device=row.device,
            key_file=file,
            key_permissions=None if file is None else UNSET if elsewhere else self.access(file),
            key_in_clear=None if file is None else UNSET if elsewhere else self.clear(file),
            random_key=random,
            hardware=any(HARDWARE.fullmatch(option) for option in row.options),
            plain="plain" in row.options and not random,
        )

    def access(self, file: str) -> Fact[Permissions]:
        """Owner and mode of a file of the host."""
        return permissions(f"{self.root}{file.lstrip('/')}", self.files.host)

    def clear(self, file: str) -> Fact[bool]:
        """Whether a file lies on a file system that is not encrypted."""
        answer = self.around(file)
        return answer if answer is None or answer is UNSET else not answer

    def around(self, file: str) -> Fact[bool]:
        """Whether the file system on which a file lies is encrypted."""
        rows = [row for row in self.mounts or () if f"{file}/".startswith(f"{row.point.rstrip('/')}/")]
        rows = [row for row in rows if row.type != "swap"]
        return self.encrypted(max(rows, key=lambda row: len(row.point))) if rows else UNSET


def of_unit(service: systemd.Unit, whole: Merged, files: Files) -> Iterator[Asset]:
    """A file system that a unit mounts. Source: systemd.mount(5) of systemd 252."""
    said = {each.key: each for each in service.settings if each.section == "Mount"}
    if "What" in said and "Where" in said:
        options = tuple(filter(None, said["Options"].value.split(","))) if "Options" in said else ()
        kind = said["Type"].value if "Type" in said else "auto"
        row = storage.Mount(said["What"].value, said["Where"].value, kind, options, said["What"].line)
        facts = _mount(_named(row), UNSET)
        spots = {"": whole.spot(row.line)}
        if "Options" in said:
            spots |= dict.fromkeys(DECIDED, whole.spot(said["Options"].line))
        yield Asset(f"mount/{whole.path}/{facts.name}", facts, files.source, whole.path, spots, partial=True)


def _named(row: storage.Mount) -> storage.Mount:
    """A row of the older spellings `s3fs#bucket ... fuse` and `blobfuse2 ... fuse3` in that of today.

    Sources: mount.fuse3(8) of fuse 3.14; Azure/azure-storage-fuse, README (2.5), checked 2026-11-30.
    """
    program, _, device = row.device.partition("#")
    if row.type not in ("fuse", "fuse3") or not (device or BUCKET.fullmatch(program)):
        return row
    return row._replace(type=f"fuse.{program}", device=device or program)


def _open(options: tuple[str, ...]) -> Fact[bool]:
    """Whether every account writes to a bucket: it is mounted for others, and no mask or mode keeps them from it.

    Sources: s3fs(1) 1.95 (umask), gcsfuse 3 (file_mode, dir_mode), mount-s3 1.20 (--file-mode), rclone mount 1.71
    (--umask, --dir-perms), mount.fuse3(8); checked 2026-11-30.
    """
    values = {
        name.lstrip("-").replace("-", "_"): value for name, _, value in (option.partition("=") for option in options)
    }
    if "allow_other" not in values:
        return False
    said = [(values[name], 0o7) for name in MASKS if name in values]
    said += [(values[name], 0) for name in MODES if name in values]
    if any(re.fullmatch(r"[0-7]{1,5}", text) is None for text, _ in said):
        return UNSET
    if not said:
        return "uid" not in values
    return any((int(text, 8) ^ turned) & 0o002 for text, turned in said)


def _mount(row: storage.Mount, encrypted: Fact[bool]) -> Mount:
    swap = row.type == "swap"
    purpose = next((name for pattern, name in PURPOSES if pattern.fullmatch(row.point)), "system")
    nfs = row.type in ("nfs", "nfs4")
    bucket = BUCKET.fullmatch(row.type) is not None
    values = dict(option.partition("=")[::2] for option in row.options)
    strong = STRONG.match(values.get("sec", "")) is not None or values.get("xprtsec") == "mtls"
    return Mount(
        name="swap" if swap else row.point,
        device=LOGIN.sub(r"//\1:***@", row.device),
        type=row.type,
        purpose="swap" if swap else purpose,
        network=row.type in NETWORK or bucket,
        bucket=bucket,
        nosuid=_last(row.options, "suid", "nosuid", "user", "users", "owner", "group"),
        nodev=_last(row.options, "dev", "nodev", "user", "users", "owner", "group"),
        noexec=_last(row.options, "exec", "noexec", "user", "users"),
        read_only=_last(row.options, "rw", "ro"),
        kerberos=strong if nfs else None,
        open_to_all=_open(row.options) if bucket else None,
        password=any(SECRET.fullmatch(option) for option in row.options)
        or re.search(r"//[^/:@]+:[^/@]+@", row.device) is not None,
        encrypted=encrypted,
    )


def _last(options: tuple[str, ...], off: str, *on: str) -> bool:
    """Whether the last option that says something of a matter is one of `on`, which imply it: mount(8), user, owner."""
    return next((option != off for option in reversed(options) if option == off or option in on), False)


def _export(row: storage.Export) -> NfsExport:
    """A row for one client; where options contradict, the last counts. Source: exports(5), "General Options"."""
    order = {option: index for index, option in enumerate(row.options)}
    flavours = next((option[4:].split(":") for option in reversed(row.options) if option.startswith("sec=")), ["sys"])
    return NfsExport(
        name=row.path,
        client=row.client,
        anywhere=row.client in WORLD,
        writable=order.get("rw", -1) > order.get("ro", -1),
        root_squash=order.get("no_root_squash", -1) <= order.get("root_squash", -1) or "all_squash" in order,
        root_mapped="anonuid=0" in order,
        privileged_port=order.get("insecure", -1) <= order.get("secure", -1),
        kerberos=all(STRONG.fullmatch(flavour) for flavour in flavours) or "xprtsec=mtls" in order,
    )
