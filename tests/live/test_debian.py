"""What Debian's packages ship by default gives only findings that are true, each with its reason here."""

from __future__ import annotations

import gzip
import shutil
from datetime import date
from pathlib import Path

import pytest

from holdfast.app.check import Request, Sources, check
from holdfast.app.settings import Settings

pytestmark = pytest.mark.live

SHIPPED = Path(__file__).with_name(".debian")
SAMPLES = SHIPPED / "usr/share/doc/slurmctld/examples"
TRUE = {
    ("slurm-without-cgroup-task-plugin", "slurm.conf"): "TaskPlugin=task/none, beside a cgroup.conf that needs it",
    ("slurm-escapable-process-tracking", "slurm.conf"): "ProctrackType=proctrack/linuxproc",
    ("slurm-jobs-share-tmp", "slurm.conf"): "no plugin gives a job its own /tmp",
    ("slurmdbd-password-in-repository", "slurmdbd.conf"): "StoragePass has a value that everybody knows",
    ("server-runs-as-root", "slurmrestd.service"): "no User is named, and slurmrestd(8) says not to run it as root",
    ("ssh-server-accepts-passwords", "sshd_config"): "PasswordAuthentication stays at its default, yes",
    ("ssh-server-open-to-every-account", "sshd_config"): "nothing names who may log in",
}
"""(rule, file) -> why the finding is true."""


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A root with the files of the packages in the places where a host has them."""
    for folder in ("etc", "lib"):
        shutil.copytree(SHIPPED / folder, tmp_path / folder, symlinks=True, dirs_exist_ok=True)
    slurm = tmp_path / "etc/slurm"
    for sample, name in (
        ("slurm.conf.simple.gz", "slurm.conf"),
        ("cgroup.conf.gz", "cgroup.conf"),
        ("slurmdbd.conf.simple.gz", "slurmdbd.conf"),
    ):
        slurm.joinpath(name).write_bytes(gzip.decompress((SAMPLES / sample).read_bytes()))
    (postgresql,) = (SHIPPED / "usr/share/postgresql").iterdir()
    cluster = tmp_path / "etc/postgresql" / postgresql.name / "main"
    cluster.mkdir(parents=True)
    shutil.copy(postgresql / "postgresql.conf.sample", cluster / "postgresql.conf")
    # initdb(1) puts the method in; pg_createcluster(1) of Debian asks for scram-sha-256 and peer.
    server = tmp_path / "etc/ssh"
    server.mkdir(exist_ok=True)
    shutil.copy(SHIPPED / "usr/share/openssh/sshd_config", server)  # ucf(1) puts it there
    clients = (postgresql / "pg_hba.conf.sample").read_text()
    for mark, text in (
        ("@remove-line-for-nolocal@", ""),
        ("@authmethodlocal@", "peer"),
        ("@authmethodhost@", "scram-sha-256"),
        ("@authcomment@", ""),
        ("@default_username@", "postgres"),
    ):
        clients = clients.replace(mark, text)
    cluster.joinpath("pg_hba.conf").write_text(clients)
    return tmp_path


def test_only_what_is_true_is_found(host: Path) -> None:
    result = check(Request(date(2026, 11, 30), (str(host),)), Settings(), Sources())
    found = {(each.rule, Path(each.location.path).name) for each in result.findings if each.status == "fail"}
    assert found == TRUE.keys()
    assert {"slurm_cluster", "slurm_database", "ssh_server", "server", "unit"} <= result.examined.assets.keys()
    assert [gap for gap in result.examined.gaps if gap.kind == "unreadable"] == []
