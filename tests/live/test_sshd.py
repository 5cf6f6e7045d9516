"""OpenSSH's own programs against the readers of its files."""

from __future__ import annotations

import base64
import random
import subprocess
from pathlib import Path

import pytest
from tests.formats.ssh.samples import CONNECTION, SAMPLES
from tests.live.sshd_configs import AS_ROOT, SSHD, compare, connections, include, said
from tests.rules.test_ssh import PACKAGED

from holdfast.collect.ssh.configuration import server
from holdfast.core.asset import Asset
from holdfast.formats.ssh import authorized_keys, client
from holdfast.kinds.ssh_server import SshServer

pytestmark = pytest.mark.live

PROBE = "user=root,host=gate.example.org,addr=10.1.2.3,laddr=127.0.0.1,lport=22,rdomain=blue"


def printed(*command: str | Path, code: int = 0) -> str:
    done = subprocess.run(command, capture_output=True, check=False, cwd="/")
    assert done.returncode == code, done.stderr
    return done.stdout.decode()


def effective(text: str, path: Path) -> dict[str, list[str]] | None:
    """Keyword -> lines that sshd prints, or None where it ends."""
    path.write_bytes(text.encode())
    done = subprocess.run([*AS_ROOT, SSHD, "-T", "-f", path, "-C", PROBE], capture_output=True, check=False, cwd="/")
    if done.returncode:
        return None
    found: dict[str, list[str]] = {}
    for line in done.stdout.decode().splitlines():
        keyword, _, value = line.partition(" ")
        found.setdefault(keyword, []).append(value)
    return found


@pytest.mark.parametrize("start", range(10_000, 10_100, 20))
def test_the_reader_says_what_sshd_says(start: int, tmp_path: Path) -> None:
    outcomes = [compare(seed, tmp_path) for seed in range(start, start + 20)]
    assert [line for each in outcomes for line in each.differences] == []
    # The comparison means nothing where sshd refuses everything, or never anything.
    assert 0 < sum(each.refused for each in outcomes) < sum(each.probes for each in outcomes) / 2


def test_the_recorded_answers_are_those_of_sshd(tmp_path: Path) -> None:
    assert CONNECTION.groups == ("root",)
    default = effective("", tmp_path / "empty")
    assert default is not None
    wrong = []
    for text, expected in SAMPLES:
        found = effective(text, tmp_path / "sample")
        if found is None or expected is None:
            wrong += [text] if found is not None or expected is not None else []
            continue
        changed = {k: (v if len(v) > 1 else v[0]) for k, v in found.items() if default.get(k) != v}
        changed |= {k: None for k in default if k not in found}
        if "port" in changed and "listenaddress" not in text.lower():
            changed.pop("listenaddress", None)
        wrong += [text] if changed != expected else []
    assert wrong == []


def test_an_empty_configuration_has_the_defaults_of_sshd(tmp_path: Path) -> None:
    empty = tmp_path / "sshd_config"
    empty.write_text("")
    assert said(empty, connections(0, 1)[0]) == printed(*AS_ROOT, SSHD, "-T", "-f", empty)


def test_the_packaged_configuration_is_what_the_rules_are_tested_with() -> None:
    def settings(data: bytes) -> set[tuple[object, object]]:
        (asset,) = [each for each in server("sshd_config", data, include) if isinstance(each, Asset)]
        assert isinstance(asset.facts, SshServer)
        assert isinstance(asset.facts.settings, list)
        return {(each.keyword, each.value) for each in asset.facts.settings}

    assert settings(Path("/usr/share/openssh/sshd_config").read_bytes()) == settings(PACKAGED.encode())


CLIENT = {
    "StrictHostKeyChecking": ["yes", "no", "off", "ask", "accept-new", "TRUE", '"false"'],
    "ForwardAgent": ["yes", "no", "True", "false"],
    "UserKnownHostsFile": ["/dev/null", "/a /b", '"/c d"'],
}
SPELLED = {"true": "true", "yes": "true", "no": "false", "off": "false", "false": "false"}
HOSTS = ["gate.example.org", "gpu1", "gpu22"]


def configuration(pick: random.Random, folder: Path, depth: int = 0) -> str:
    lines: list[str] = []
    for _ in range(pick.randint(1, 8)):
        lines.append(
            pick.choice(["Host *", "Host gpu* !gpu2*", "Host gpu? *.org", "Host !gpu1", "Match all", "host=gpu1"])
        )
        for _ in range(pick.randint(0, 3)):
            keyword = pick.choice(list(CLIENT))
            lines.append(
                f"{pick.choice(['', '  '])}{keyword}{pick.choice([' ', '=', ' = '])}{pick.choice(CLIENT[keyword])}"
            )
        if depth < 2 and pick.random() < 0.3:
            path = folder / f"{depth}{pick.randrange(10**9)}"
            path.write_text(configuration(pick, folder, depth + 1))
            lines.append(f"Include {path}")
    return "\n".join(lines[pick.randint(0, 1) :]) + "\n"


@pytest.mark.parametrize("seed", range(60))
def test_the_client_does_what_the_reader_says(seed: int, tmp_path: Path) -> None:
    main = tmp_path / "config"
    main.write_text(configuration(random.Random(seed), tmp_path))
    config = client.read(main.read_bytes(), str(main), include)
    assert config.problems == ()
    for host in HOSTS:
        shown = dict(line.partition(" ")[::2] for line in printed("ssh", "-G", "-F", main, host).splitlines())
        for keyword in (each.lower() for each in CLIENT):
            own = [
                each for each in config.settings
                if each.keyword == keyword and (each.block is None or each.block.holds(host))
            ]  # fmt: skip
            if own:
                value = " ".join(own[0].args)
                expected = SPELLED.get(value.lower(), value)
                if keyword == "forwardagent":
                    expected = {"true": "yes", "false": "no"}[expected]
                assert shown[keyword] == expected
                assert own[0].args in {each.args for each in config.reachable(keyword)}


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa", "dsa"])
def test_keys_have_the_fingerprints_of_ssh_keygen(kind: str, tmp_path: Path) -> None:
    printed("ssh-keygen", "-q", "-N", "", "-t", kind, "-C", "a comment", "-f", tmp_path / "key")
    printed("ssh-keygen", "-q", "-s", tmp_path / "key", "-I", "id", "-n", "root", tmp_path / "key.pub")
    for name in ("key.pub", "key-cert.pub"):
        (key,) = authorized_keys.read((tmp_path / name).read_bytes()).keys
        bits, fingerprint, comment = printed("ssh-keygen", "-l", "-f", tmp_path / name).split(" ", 2)
        assert (key.bits, key.fingerprint) == (int(bits), fingerprint)
        assert comment.startswith(key.comment)
    assert base64.b64decode((tmp_path / "key.pub").read_text().split()[1])
