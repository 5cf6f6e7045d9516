"""Slurm's own programs against the readers of its files."""

from __future__ import annotations

import getpass
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.collect.slurm.settings import Settings
from holdfast.collect.together import Files
from holdfast.formats.slurm.hosts import expand

pytestmark = pytest.mark.live

TEXTS = (
    "Epilog EpilogSlurmctld HealthCheckProgram MailProg PrologSlurmctld RebootProgram ResvEpilog ResvProlog SrunEpilog"
    " SrunProlog TaskEpilog TaskProlog UnkillableStepProgram MailDomain JobCompLoc"
).split()
NUMBERS = "MaxJobCount MaxArraySize MaxStepCount ReturnToService MaxTasksPerNode".split()
VALUES = ("/opt/a", '"/opt/a b"', r"/opt/\#a", "/opt/a#b", "/opt/a # b", '"/opt/a,b"', "/opt/ä", "/opt/a\\\n/b", "/a=b")
PORT = 26817


@pytest.fixture(scope="module")
def munge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket of a munged of its own."""
    folder = tmp_path_factory.mktemp("munge")
    folder.chmod(0o755)
    key, socket = folder / "munge.key", folder / "munge.socket"
    key.write_bytes(random.Random(1).randbytes(1024))
    key.chmod(0o400)
    places = (f"--{name}={folder / name}" for name in ("log-file", "pid-file", "seed-file"))
    command = ["/usr/sbin/munged", "--foreground", "--force", f"--socket={socket}", f"--key-file={key}", *places]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as daemon:
        try:
            wait_for(socket.exists)
            yield socket
        finally:
            daemon.terminate()


def wait_for(true: object) -> None:
    """Waits at most half a minute."""
    assert callable(true)
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def written(seed: int, folder: Path, munge: Path) -> list[str]:
    """Writes a slurm.conf with includes in many spellings; the settings that it holds."""
    chance = random.Random(seed)
    user = getpass.getuser()
    fixed = [
        "ClusterName=ai", "SlurmctldHost=localhost(127.0.0.1)", f"SlurmUser={user}", f"SlurmdUser={user}",
        f"AuthInfo=socket={munge}", f"StateSaveLocation={folder}/state", f"SlurmdSpoolDir={folder}/spool",
        f"SlurmctldPort={PORT}", f"SlurmdPort={PORT + 1}", f"SlurmctldPidFile={folder}/pid",
        "ProctrackType=proctrack/linuxproc", "TaskPlugin=task/none", "AuthType=auth/munge",
        "NodeName=localhost CPUs=1 State=UNKNOWN", "PartitionName=a Nodes=ALL Default=YES MaxTime=INFINITE State=UP",
    ]  # fmt: skip
    named = chance.sample(TEXTS, 10) + chance.sample(NUMBERS, 4)
    lines = []
    for name in [*named, *chance.sample(named, 3)]:
        value = chance.choice(VALUES) if name in TEXTS else str(chance.randrange(1, 3))
        spelt = chance.choice([str, str.lower, str.upper])(name)
        lines.append(chance.choice(["", " ", "\t"]) + spelt + chance.choice(["=", " = ", "\t="]) + value)
    chance.shuffle(lines)
    inner, outer = lines[:5], lines[5:]
    (folder / "inner.conf").write_text("\n".join(["# inner", *inner]) + "\n")
    (folder / "outer.conf").write_text("\n".join([*outer[:4], "Include inner.conf", *outer[4:]]))
    (folder / "slurm.conf").write_text("\n".join([*fixed[:12], "include outer.conf  # more", "", *fixed[12:]]) + "\n")
    for name in ("state", "spool"):
        (folder / name).mkdir()
    return sorted(set(named))


def said(folder: Path) -> dict[str, str]:
    """What `scontrol show config` prints of a controller that runs on the folder's slurm.conf."""
    environment = {"SLURM_CONF": f"{folder}/slurm.conf", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    command = ["/usr/sbin/slurmctld", "-D", "-c", "-f", f"{folder}/slurm.conf"]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stderr=log, env=environment) as daemon:
        try:
            ready = lambda: b"Running as primary" in (folder / "log").read_bytes() or daemon.poll() is not None  # noqa: E731
            wait_for(ready)
            assert daemon.poll() is None, (folder / "log").read_text()
            done = subprocess.run(
                ["/usr/bin/scontrol", "show", "config"], capture_output=True, check=True, env=environment
            )
        finally:
            daemon.terminate()
    pairs = (line.partition("=") for line in done.stdout.decode().splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


@pytest.mark.parametrize("seed", range(8))
def test_settings_are_those_of_the_controller(seed: int, tmp_path: Path, munge: Path) -> None:
    names = written(seed, tmp_path, munge)
    theirs = said(tmp_path)
    files = {f"etc/slurm/{each.name}": each.read_bytes() for each in tmp_path.glob("*.conf")}
    ours = Settings(Files(files), "etc/slurm/slurm.conf")
    assert ours.complete
    assert {name: theirs[name].split(" sec")[0] for name in names} == {
        name: ours.conf.settings[name.lower()].value for name in names
    }


def test_host_lists_are_those_of_scontrol(tmp_path: Path, munge: Path) -> None:
    written(0, tmp_path, munge)  # scontrol wants a configuration for everything
    environment = {"SLURM_CONF": f"{tmp_path}/slurm.conf"}
    chance = random.Random(3)
    for _ in range(60):
        text = ",".join(one(chance) for _ in range(chance.randrange(1, 4)))
        command = ["/usr/bin/scontrol", "show", "hostnames", text]
        done = subprocess.run(command, capture_output=True, check=True, env=environment)
        assert (text, expand(text)) == (text, frozenset(done.stdout.decode().split()))


def one(chance: random.Random) -> str:
    """One item of a host list."""
    name = chance.choice(["gpu", "n-1-", "rack1n"])
    for _ in range(chance.randrange(0, 3)):
        ranges = []
        for _ in range(chance.randrange(1, 3)):
            low = chance.randrange(0, 12)
            digits = chance.choice([1, 2, 3])
            ranges.append(f"{low:0{digits}}" + chance.choice(["", f"-{low + chance.randrange(0, 5):0{digits}}"]))
        name += chance.choice(["", "x"]) + f"[{','.join(ranges)}]"
    return name
