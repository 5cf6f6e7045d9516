"""cloud-init documents, and what they make."""

from __future__ import annotations

import gzip
from base64 import b64encode
from functools import partial
from textwrap import dedent

import pytest
from msgspec import UNSET
from tests.collect.host.looking import gaps as family_gaps

from holdfast.collect.downloads import text_runs_download
from holdfast.collect.files import text as examine
from holdfast.collect.host.commands import credentials, installs, mentions_secret
from holdfast.collect.host.encodings import SIZE
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.kinds.cloud_init import CloudInit

compress = partial(gzip.compress, mtime=0)
"""The same bytes in every process: they are parts of names of tests."""


def found(document: str, path: str = "init.yaml") -> list[Asset]:
    data = f"#cloud-config\n{dedent(document)}".encode()
    return [item for item in examine(path, data) if isinstance(item, Asset)]


def facts(document: str) -> CloudInit:
    first = found(document)[0].facts
    assert isinstance(first, CloudInit)
    return first


def test_what_is_not_said_is_the_images() -> None:
    asset = found("packages: [git]\n")[0]
    assert (asset.id, asset.source) == ("cloud_init/init.yaml", "cloud-init")
    assert (asset.facts.ssh_passwords, asset.facts.root_login, asset.facts.host_keys_kept) == (UNSET, UNSET, False)
    assert (asset.facts.plain_passwords, asset.facts.downloads_run, asset.facts.unverified_packages) == ([], [], False)


def test_switches() -> None:
    asset = found("a: 1\nssh_pwauth: 'Yes'\ndisable_root: false\nssh_deletekeys: no\n")[0]
    assert (asset.facts.ssh_passwords, asset.facts.root_login, asset.facts.host_keys_kept) == (True, True, True)
    assert asset.spot("root_login") == Spot(4, 1)
    assert (facts("ssh_pwauth: unchanged\n").ssh_passwords, facts("disable_root: x\n").root_login) == (UNSET, UNSET)


def test_accounts() -> None:
    document = """
    password: "{{ x }}"
    users:
      - default
      - {name: a, plain_text_passwd: geheim, lock_passwd: false, sudo: "ALL=(ALL) NOPASSWD:ALL"}
      - {name: b, passwd: $6$x, lock_passwd: false, sudo: [ALL=(ALL) ALL]}
      - {name: c, passwd: $6$x, sudo: false}
    chpasswd:
      list: |
        d:geheim
        e:$6$x
        f:R
      users:
        - {name: g, password: geheim, type: text}
        - {name: h, password: $6$x}
        - x
    """
    asset, *others = found(document)
    assert ([each.name for each in asset.facts.plain_passwords], asset.facts.password_logins) == (
        ["a.password", "d.password", "g.password"],
        ["a", "b"],
    )
    assert asset.spot("plain_passwords").line == 6
    rules = [other for other in others if other.kind == "sudo_rule"]
    assert [(rule.facts.users, rule.facts.commands[0].no_password, rule.spot("").line, rule.path) for rule in rules] == [
        (["a"], True, 6, "init.yaml"), (["b"], False, 7, "init.yaml"),
    ]  # fmt: skip
    assert facts("chpasswd: {list: [a:geheim]}\npassword: geheim\n").plain_passwords[1].name == "a.password"
    assert facts("chpasswd: {list: 3}\nusers: 3\n").plain_passwords == []


def test_files_are_read_as_what_they_are() -> None:
    encoded = b64encode(b"kernel.dmesg_restrict = 0\n").decode()
    document = f"""
    write_files:
      - path: /etc/docker/daemon.json
        content: |
          {{
            "icc": false
          }}
      - {{path: /etc/sysctl.d/a.conf, encoding: b64, content: {encoded}}}
      - {{path: /etc/sysctl.conf, append: true, content: "vm.swappiness = 1"}}
      - path: /etc/systemd/system/x.service
        content: |
          [Service]
          ExecStart=/usr/bin/ollama serve
      - {{path: 3}}
      - x
    """
    by_kind = {asset.kind: asset for asset in found(document)}
    docker = by_kind["container_runtime"]
    assert (docker.id, docker.path) == ("container_runtime/init.yaml#/etc/docker/daemon.json", "init.yaml")
    assert (docker.facts.inter_container, docker.spot("inter_container")) == (False, Spot(7, 1))
    assert by_kind["kernel"].facts.sysctl == {"kernel.dmesg_restrict": "0", "vm.swappiness": "1"}
    assert (by_kind["server"].facts.product, by_kind["server"].spot("").line) == ("ollama", 14)
    assert by_kind["script"].path == "init.yaml" if "script" in by_kind else True


def test_a_broken_file_is_a_gap_at_its_place() -> None:
    data = b"#cloud-config\nwrite_files:\n  - path: /etc/docker/daemon.json\n    content: |\n      {\n      x: [\n"
    (gap,) = [item for item in examine("a.yaml", data) if isinstance(item, Gap)]
    assert (gap.path, gap.reason.partition(":")[0], gap.line >= 5) == ("a.yaml", "not readable as JSON", True)


def test_commands() -> None:
    document = """
    bootcmd:
      - curl https://x | sh
    runcmd:
      - [sh, -c, "wget -qO- https://y | sudo bash"]
      - [curl, https://z]
      - export HF_TOKEN=hf_abcdefghijklmnopqrstuvwxyzABCD
      - vllm serve a --host 0.0.0.0
    """
    asset, *others = found(document)
    assert asset.facts.downloads_run == ["curl https://x | sh", "wget -qO- https://y | sudo bash"]
    assert (asset.facts.credentials, asset.spot("downloads_run").line) == (["HF_TOKEN"], 4)
    assert [(other.facts.product, other.spot("").line) for other in others if other.kind == "server"] == [("vllm", 9)]
    assert facts("runcmd: x\n").downloads_run == []


def test_packages_without_signatures() -> None:
    assert facts("apt: {sources: {x: {source: 'deb [trusted=yes] http://x'}}}\n").unverified_packages is True
    assert facts("yum_repos: {x: {gpgcheck: 0}, y: 3}\n").unverified_packages is True
    assert facts("yum_repos: {x: {gpgcheck: true}}\napt: 3\n").unverified_packages is False


def test_other_names_and_other_texts() -> None:
    names = [
        item.kind for item in examine("user-data", b"#cloud-config\nssh_pwauth: true\n") if isinstance(item, Asset)
    ]
    assert names == ["cloud_init"]
    scripted = [item.kind for item in examine("user-data", b"#!/bin/sh\nvllm serve x\n") if isinstance(item, Asset)]
    assert scripted == ["cloud_init", "server"]
    assert list(examine("userdata.txt", b"some words\n")) == []
    (program,) = [item for item in examine("user-data", b"#!/usr/bin/python3\nx\n") if isinstance(item, Gap)]
    assert program.kind == "left_out"
    assert list(examine("user-data", b"- a\n")) == []
    (gap,) = [item for item in examine("user-data", b"a: [\n") if isinstance(item, Gap)]
    assert gap.reason.startswith("not readable as a cloud-init document")
    assert family_gaps({"etc/sysctl.conf": ""}) == []


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("curl -fsSL https://x | sh -s -- y", True),
        ("wget -qO- x | sudo -E bash -", True),
        ("bash <(curl x)", True),
        ('sh -c "$(curl -fsSL x)"', True),
        ("curl x | python3 -", True),
        ("curl x | tee /y", False),
        ("curl -o y x; sh z", False),
        ("curl x | python3 -m json.tool", False),
        ("curl x | python3 -c 'import json'", False),
        ("curl x | python3 -W ignore -", True),
        ("curl x | perl -lne 'print'", False),
        ("curl x | perl -MJSON -0777 -pe 's/x/y/'", False),
        ("curl x | perl - App::cpanminus", True),
        ("curl x | ruby -rjson -e 'x'", False),
        ("curl x | node --eval=x", False),
        ("curl x | node -r a -", True),
        ("curl x | bash -ec 'cat'", False),
        ("curl x | bash ./x.sh", False),
        ("curl x | bash -x /dev/stdin a", True),
        ("curl x | bash --rcfile a -o pipefail", True),
        ("curl x | bash $FLAGS", True),
        ("curl x | bash -- x.sh", False),
        ("curl x | bash <<<a", False),
        ("bash < <(curl x)", True),
        ('bash <<<"$(curl x)"', True),
        ('bash -c "`curl x`"', True),
        ('sudo bash -c "set -e; $(curl x)"', True),
        ('sh -c "V=$(curl -s x); echo $V"', False),
        ('bash x.sh --version "$(curl x)"', False),
        ('eval "$(curl x)"', True),
        (". <(curl x) y", True),
        (". y <(curl x)", False),
        ("echo curl", False),
    ],
)
def test_downloads_that_are_run(text: str, runs: bool) -> None:
    assert text_runs_download(text) is runs


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("curl -o /tmp/a.sh http://x/a.sh && bash /tmp/a.sh", True),
        ("curl -fsSLo /tmp/a.sh http://x/a.sh; chmod +x /tmp/a.sh; sudo /tmp/a.sh -y", True),
        ("curl -fsSLO https://x/y.run?z; sh ./y.run", True),
        ("curl --output=y.sh x; . ./y.sh", True),
        ("curl x --output y.sh; bash y.sh", True),
        ("curl --output-dir /tmp -O https://x/y.sh; bash /tmp/y.sh", True),
        ("curl x > y.sh; bash < y.sh", True),
        ("curl x -oy.sh; bash y.sh", True),
        ("wget http://x/y -O /tmp/y && sh /tmp/y", True),
        ("wget https://x/y.run; sh y.run --silent", True),
        ("wget -P /tmp https://x/y.sh; bash /tmp/y.sh", True),
        ("wget -qO- https://x/y.sh; bash y.sh", False),
        ("aria2c -d /tmp -o a.sh https://x; sh /tmp/a.sh", True),
        ("curl -o k https://x/k; install -m 755 k /usr/local/bin/k; /usr/local/bin/k version", True),
        ("curl -o k https://x/k; mv k /opt; /opt/k", True),
        ("curl -o a x; echo 'b  a' | sha256sum -c && bash a", False),
        ('curl -o a x; [ "$(sha256sum a)" = b ] && bash a', False),
        ("curl -o a x; gpg --verify a.asc a; bash a", False),
        ("curl -o a x; gpg --import k; bash a", True),
        ("curl -o a.deb x && dpkg -i a.deb", False),
        ("curl -o /dev/null x; bash", False),
        ("bash a; curl -o a x", False),
    ],
)
def test_files_that_are_fetched_and_then_run(text: str, runs: bool) -> None:
    assert text_runs_download(text) is runs


def test_commands_follow_one_another() -> None:
    document = "runcmd:\n  - [curl, -o, /tmp/a.sh, 'https://x/a.sh']\n  - echo x\n  - [bash, /tmp/a.sh]\n"
    assert facts(document).downloads_run == ["bash /tmp/a.sh"]


def test_credentials_in_texts() -> None:
    assert credentials("A=12345678 WANDB_API_KEY=0123456789abcdef DB_PASSWORD: 'hunter2hunter2'") == [
        "WANDB_API_KEY",
        "DB_PASSWORD",
    ]
    assert credentials("HF_TOKEN=$X API_KEY={{ k }} SECRET_KEY=/run/k TOKEN=changeme1 PASSWORD=short") == []
    assert mentions_secret("curl -H {{ api_token }}") is True
    assert mentions_secret("curl {{ host }} token") is False


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ('ssh-keygen -q -t rsa -f "{{ private_key }}" -N ""', False),
        ("openssl rsa -in={{ ca_private_key }}", False),
        ("echo '{{ private_key }}' > /root/.ssh/id_rsa", True),
        ("login --token-file {{ token_file }} {{ secret_name }}", False),
        ("ssh-keygen -f {{ private_key }} -N {{ key_password }}", True),
        ("login -p {{ db_password | quote }}", True),
    ],
)
def test_where_a_secret_lies_is_none(text: str, mentions: bool) -> None:
    assert mentions_secret(text) is mentions


def test_packages_with_a_version() -> None:
    first = found("""
        packages:
          - docker-ce=5:24.0.7-1
          - [munge, 0.5.15-2+deb12u1]
          - [a, b, c]
          - {snap: [x]}
          - jq
        runcmd:
          - [sh, -c, "apt-get install -y nvidia-container-toolkit=1.16.1-1"]
          - apt-get install 'runc=1.1.5
    """)[0]
    assert isinstance(first.facts, CloudInit)
    assert isinstance(first.facts.packages, list)
    assert [(each.name, each.version) for each in first.facts.packages] == [
        ("docker-ce", "24.0.7-1"),
        ("munge", "0.5.15-2+deb12u1"),
        ("nvidia-container-toolkit", "1.16.1-1"),
    ]
    assert first.spot("packages[1]").line == 5
    assert first.spot("packages[2]").line == 10
    assert facts("packages: docker-ce=5:24.0.7-1").packages == []


def test_texts_that_no_shell_reads_install_nothing() -> None:
    assert installs("(" * 20_000 + "apt install munge=1") == []
    assert installs("echo munge=1") == []


def test_a_cluster_key_that_is_written_in_clear() -> None:
    assert credentials("echo 0123456789abcdef | base64 -d > /etc/munge/munge.key; chmod 400 x") == ["munge.key"]
    assert credentials("printf 'geheimgeheim' >/etc/slurm/slurm.key") == ["slurm.key"]
    assert credentials("echo $KEY > /etc/munge/munge.key") == []
    assert credentials("dd if=/dev/random of=/etc/munge/munge.key bs=1024 count=1") == []
    assert facts("runcmd:\n  - echo 0123456789abcdef > /etc/munge/munge.key\n").credentials == ["munge.key"]


def test_documents_that_are_fetched_at_boot_are_named() -> None:
    text = b"#include-once https://a/x\n# c\n\n#INCLUDE http://b/y\nhttps://c/z\n"
    items = list(examine("user-data", text))
    assert [(item.kind, item.line) for item in items if isinstance(item, Gap)] == [
        ("left_out", 1), ("left_out", 4), ("left_out", 5),
    ]  # fmt: skip
    (asset,) = [item for item in items if isinstance(item, Asset)]
    assert asset.facts.fetched == ["https://a/x", "http://b/y", "https://c/z"]  # type: ignore[attr-defined]
    assert (asset.spot("fetched[1]"), asset.partial) == (Spot(4, 1), True)
    assert facts("a: 1\n").fetched == []


def test_what_commands_do() -> None:
    document = """
    runcmd:
      - echo root:geheim12 | chpasswd
      - echo 'ubuntu ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/u
      - |
        true
        echo 'PermitRootLogin yes' >> /etc/ssh/sshd_config
      - setenforce 0; ufw disable; iptables -F
      - [chmod, "777", /data]
      - echo 'GRUB_CMDLINE_LINUX="x"' >> /etc/slurm/cgroup.conf
    """
    data = f"#cloud-config\n{dedent(document)}".encode()
    items = list(examine("u.yaml", data))
    by_kind = {item.kind: item for item in items if isinstance(item, Asset)}
    asset = by_kind["cloud_init"]
    assert isinstance(asset.facts, CloudInit)
    assert [each.name for each in asset.facts.plain_passwords] == ["root.password"]  # type: ignore[union-attr]
    assert asset.facts.protections_off == ["SELinux", "ufw", "iptables"]
    assert asset.facts.opened_files == ["/data"]
    assert [asset.spot(fact).line for fact in ("plain_passwords", "protections_off", "opened_files")] == [4, 9, 10]
    assert (by_kind["sudo_rule"].facts.users, by_kind["sudo_rule"].spot("").line) == (["ubuntu"], 5)  # type: ignore[attr-defined]
    ssh = by_kind["ssh_server"]
    assert (ssh.facts.cases[0].root_login, ssh.partial, ssh.spot("cases[0].root_login").line) == ("yes", True, 8)  # type: ignore[attr-defined]
    assert [(item.line, item.reason) for item in items if isinstance(item, Gap)] == [
        (11, "changes lines of /etc/slurm/cgroup.conf: not judged without the rest")
    ]


@pytest.mark.parametrize(
    ("permissions", "opened"),
    [
        ("'0777'", ["/x"]),
        ("0o666", ["/x"]),
        ("0666", ["/x"]),
        ("'1777'", []),
        ("'0644'", []),
        ("'x'", []),
        ("true", []),
    ],
)
def test_permissions_of_files(permissions: str, opened: list[str]) -> None:
    assert facts(f"write_files:\n  - {{path: /x, permissions: {permissions}}}\n").opened_files == opened


def test_keys_and_credentials_of_modules() -> None:
    document = """
    ssh_keys:
      rsa_private: |
        -----BEGIN RSA PRIVATE KEY-----
        abcdefghijklmnopqrstuvwxyz0123456789
      rsa_public: ssh-rsa AAAA
      ed25519_private: "{{ key }}"
    ubuntu_pro: {token: C1234567890abcdef}
    users: [{name: a, passwd: x}]
    """
    asset = found(document)[0]
    assert asset.facts.credentials == ["ssh_keys.rsa_private", "token"]  # type: ignore[attr-defined]
    assert (asset.spot("credentials").line, len(asset.hidden)) == (4, 3)


def test_the_installer() -> None:
    document = """
    autoinstall:
      ssh: {allow-pw: true}
      late-commands:
        - curtin in-target --target=/target -- sh -c 'curl https://x | sh'
        - echo 'a ALL=(ALL) NOPASSWD:ALL' > /target/etc/sudoers.d/a
      user-data:
        disable_root: false
    """
    assets = found(document)
    outer, inner = (asset for asset in assets if asset.kind == "cloud_init")
    assert isinstance(outer.facts, CloudInit)
    assert (outer.facts.ssh_passwords, outer.spot("ssh_passwords").line) == (True, 4)
    assert outer.facts.downloads_run == ["sh -c 'curl https://x | sh'"]
    assert (inner.id, inner.facts.root_login) == ("cloud_init/init.yaml/user-data", True)  # type: ignore[attr-defined]
    assert [asset.kind for asset in assets if asset.kind == "sudo_rule"] == ["sudo_rule"]
    assert facts("autoinstall: {ssh: {install-server: true}}\n").ssh_passwords is UNSET
    assert facts("autoinstall: {ssh: {allow-pw: false}}\n").ssh_passwords is False


def test_scripts() -> None:
    text = (
        b"#!/bin/bash -xe\necho 'root:geheim12' | chpasswd\ncurl https://x | sh\nexport HF_TOKEN=hf_abcdefghijklmnop\n"
    )
    for path in ("user-data", "user-data.sh", "userdata.txt"):
        asset = next(item for item in examine(path, text) if isinstance(item, Asset))
        assert isinstance(asset.facts, CloudInit)
        assert (asset.facts.downloads_run, asset.spot("downloads_run").line) == (["curl https://x | sh"], 3)
        assert (asset.spot("plain_passwords").line, asset.spot("credentials").line) == (2, 4)
        assert asset.facts.credentials == ["HF_TOKEN"]
        assert [each.name for each in asset.facts.plain_passwords] == ["root.password"]  # type: ignore[union-attr]


def test_a_template_for_cloud_init_itself() -> None:
    text = b"## template: jinja\n#cloud-config\nssh_pwauth: true\npassword: '{{ v1.x }}'\n"
    items = list(examine("u.yaml", text))
    assert [(item.line, item.kind) for item in items if isinstance(item, Gap)] == [(4, "template")]
    (asset,) = [item for item in items if isinstance(item, Asset)]
    assert isinstance(asset.facts, CloudInit)
    assert (asset.facts.ssh_passwords, asset.facts.plain_passwords) == (True, [])
    broken = list(examine("u.yaml", b"## template: jinja\n#cloud-config\n{% if x %}\na: b\n{% endif %}\n"))
    assert [(item.line, item.kind) for item in broken if isinstance(item, Gap)] == [(3, "template")]


MESSAGE = b"""\
Content-Type: multipart/mixed; boundary="==B=="
MIME-Version: 1.0

--==B==
Content-Type: text/cloud-config; charset="us-ascii"

#cloud-config
ssh_pwauth: true

--==B==
Content-Type: text/x-shellscript; charset="us-ascii"

#!/bin/bash
true
curl https://x | sh

--==B==
Content-Type: text/cloud-config
Content-Transfer-Encoding: base64

I2Nsb3VkLWNvbmZpZwpkaXNhYmxlX3Jvb3Q6IGZhbHNlCg==

--==B==
Content-Type: text/cloud-config

#cloud-config
a: [

--==B==--
"""


@pytest.mark.parametrize("path", ["user-data", "user-data.txt", "user-data.mime"])
def test_messages_of_several_parts(path: str) -> None:
    items = list(examine(path, MESSAGE))
    assets = [item for item in items if isinstance(item, Asset)]
    assert [(asset.id, asset.path) for asset in assets] == [
        (f"cloud_init/{path}#{number}", path) for number in (1, 2, 3)
    ]
    first, second, third = assets
    assert (first.facts.ssh_passwords, first.spot("ssh_passwords").line) == (True, 8)  # type: ignore[attr-defined]
    assert (len(second.facts.downloads_run), second.spot("downloads_run").line) == (1, 15)  # type: ignore[attr-defined]
    assert (third.facts.root_login, third.spot("root_login").line) == (True, 21)  # type: ignore[attr-defined]
    (gap,) = [item for item in items if isinstance(item, Gap)]
    assert (gap.path, gap.kind, gap.line >= 26) == (path, "unreadable", True)


def test_a_message_of_very_many_parts() -> None:
    data = b'Content-Type: multipart/mixed; boundary="B"\n\n' + b"--B\n\n#include\nhttps://x\n" * 60 + b"--B--\n"
    assert [item.reason for item in examine("user-data", data) if isinstance(item, Gap)][-1].startswith(
        "a message of more"
    )


def reasons(data: bytes) -> list[tuple[str, str]]:
    return [(item.kind, item.reason.partition(":")[0]) for item in examine("user-data", data) if isinstance(item, Gap)]


PART = b"--B\nContent-Type: text/cloud-config%s\n\n#cloud-config\nssh_pwauth: true\n%s"
MIXED = b'Content-Type: multipart/mixed; boundary="%s"\n\n'


def test_a_part_whose_encoding_is_no_text_is_read() -> None:
    data = MIXED % b"B" + PART % (b"\nContent-Transfer-Encoding: 7bit\xff", b"--B--\n")
    (asset,) = examine("user-data", data)
    assert isinstance(asset, Asset)
    assert asset.facts.ssh_passwords is True
    assert asset.spot("ssh_passwords") == Spot(8, 1)


@pytest.mark.parametrize("charset", [b'"x\0"', b"\"ascii\"; charset*=utf-8''x; charset*0=x"])
def test_a_part_that_nobody_can_decode_is_a_gap(charset: bytes) -> None:
    data = MIXED % b"B" + PART % (b"; charset=" + charset, b"# \xff\n") + PART % (b"", b"--B--\n")
    gap, asset = examine("user-data", data)
    assert isinstance(gap, Gap)
    assert (gap.path, gap.kind) == ("user-data", "unreadable")
    assert isinstance(asset, Asset)
    assert asset.facts.ssh_passwords is True


@pytest.mark.parametrize(
    "data",
    [
        b"".join(MIXED % f"b{n}".encode() + f"--b{n}\n".encode() for n in range(3_000)),
        b"Content-Type: message/rfc822\n\n" * 40_000,
        b"From: a\n" + b"Content-Type:\x1cmessage/rfc822\r\r" * 40_000,
    ],
)
def test_messages_in_messages_without_end_are_a_gap(data: bytes) -> None:
    (gap,) = examine("user-data", data)
    assert isinstance(gap, Gap)
    assert "parts that hold others" in gap.reason
    assert gap.kind == "unreadable"


def test_what_cannot_be_read_is_a_gap() -> None:
    long = b"#!/bin/sh\n" + b"echo a > /etc/x\n" * 10_001
    assert reasons(long) == [("unreadable", "not readable as a shell script")]
    assert reasons(b"Content-Type: multipart/mixed; boundary=B\n\n")[-1] == (
        "unreadable",
        "not readable as a message of several parts",
    )
    part = b"Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: %s\n\n%s\n--B--\n"
    assert reasons(part % (b"text/part-handler", b"import x"))[0][0] == "left_out"
    assert reasons(part % (b"text/cloud-config", b"a: b")) == []


OPEN = b'{\n"icc": false}\n'


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        *((each, OPEN) for each in ("b64", "base64", "B64 ")),
        *((each, compress(OPEN)) for each in ("gz", "gzip", "gz+base64", "gzip+base64", "gz+b64", "gzip+b64")),
        ("gz+b64", compress(OPEN[:5]) + compress(OPEN[5:]) + b"\0\0"),
    ],
)  # fmt: skip
def test_encoded_files_lie_where_their_text_stands(encoding: str, data: bytes) -> None:
    row = f"{{path: /etc/docker/daemon.json, encoding: {encoding}, content: {b64encode(data).decode()}}}"
    (engine,) = [each for each in found(f"a: 1\nwrite_files:\n  - {row}\n") if each.kind == "container_runtime"]
    assert (engine.facts.inter_container, engine.spot("inter_container")) == (False, Spot(4, 1))


@pytest.mark.parametrize("encoding", ["''", "text/plain", "rot13"])
def test_what_cloud_init_does_not_know_is_text(encoding: str) -> None:
    row = f"{{path: /etc/docker/daemon.json, encoding: {encoding}, content: '{{}}'}}"
    assert "container_runtime" in {each.kind for each in found(f"write_files:\n  - {row}\n")}


@pytest.mark.parametrize(
    ("encoding", "data", "reason"),
    [
        ("gz+b64", b"xyz", "not compressed by gzip, as its encoding says"),
        ("gz", compress(OPEN)[:-9], "compressed by gzip, but cut off"),
        ("gz", compress(b"a" * (SIZE + 1)), f"more than {SIZE} bytes once unpacked"),
        ("gz", compress(b"a") * 101, "compressed by gzip in more than 100 parts"),
    ],
)
def test_what_cannot_be_decoded_is_told(encoding: str, data: bytes, reason: str) -> None:
    row = f"{{path: /etc/docker/daemon.json, encoding: {encoding}, content: {b64encode(data).decode()}}}"
    document = f"#cloud-config\nwrite_files:\n  - {row}\n".encode()
    (gap,) = [item for item in examine("a.yaml", document) if isinstance(item, Gap)]
    assert (gap.reason, gap.kind, gap.line) == (f"the text of /etc/docker/daemon.json is {reason}", "unreadable", 3)


def test_what_is_no_base64_or_still_to_be_filled_in_is_told() -> None:
    for content, reason in (
        ("A", "the text of /etc/sudoers is not base64, as its encoding says"),
        ("${base64gzip(x)}", "an unrendered template: render it and check the result"),
    ):
        document = f"#cloud-config\nwrite_files:\n  - {{path: /etc/sudoers, encoding: b64, content: '{content}'}}\n  - {{path: /opt/x, encoding: b64, content: '{{{{ x }}}}'}}\n"
        assert [item.reason for item in examine("a.yaml", document.encode()) if isinstance(item, Gap)] == [reason]


KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5k7l3V0y1bQfD0mW7y2k1G1y0q0o9fC0b3m3Yp8o1n"


def test_mounts_are_rows_of_fstab() -> None:
    document = """
    mounts:
      - [//srv/d, /data, cifs, "username=a,password=abcd1234", "0", "0"]
      - [nas:/my data, /d, nfs4]
      - [swap, null]
      - [/dev/sdb]
      - [/dev/sdc, [x]]
      - ["{{ device }}", /x]
      - x
    """
    mounts = [(asset, asset.facts) for asset in found(document) if asset.kind == "mount"]
    assert [(each.name, each.type, each.password, asset.spot("").line, asset.partial) for asset, each in mounts] == [  # type: ignore[attr-defined]
        ("/data", "cifs", True, 4, True),
        ("/d", "nfs4", False, 5, True),
    ]
    assert {asset.kind for asset in found("mounts: x\n")} == {"cloud_init"}


def test_keys_of_accounts_are_those_of_their_files() -> None:
    document = f"""
    ssh_authorized_keys: ["{KEY} a"]
    users:
      - default
      - name: root
        ssh_authorized_keys:
          - "{KEY} b"
          - "{KEY} c"
          - "{{{{ key }}}}"
          - 3
      - {{name: ml, homedir: /srv/ml, ssh_authorized_keys: "{KEY} d"}}
      - {{name: ops, ssh_authorized_keys: {{a: b}}}}
    """
    files = {asset.facts.account: asset for asset in found(document) if asset.kind == "authorized_keys"}
    assert set(files) == {"default", "root", None}
    assert len(files["root"].facts.keys) == 2  # type: ignore[attr-defined]
    assert [files[name].spot("").line for name in ("default", "root", None)] == [3, 8, 12]


def test_a_datasource_on_the_network_is_fetched_from() -> None:
    document = b"#cloud-config\ndatasource:\n  NoCloud:\n    seedfrom: http://x.example/\n"
    items = list(examine("etc/cloud/cloud.cfg.d/99.cfg", document))
    (asset,) = [item for item in items if isinstance(item, Asset)]
    assert (asset.facts.fetched, asset.spot("fetched[0]")) == (["http://x.example/"], Spot(4, 5))  # type: ignore[attr-defined]
    assert [item.line for item in items if isinstance(item, Gap)] == [4]
    for other in (
        "NoCloud: {seedfrom: /var/lib/seed/}",
        "NoCloud: x",
        "NoCloud: {seedfrom: 'http://{{ host }}/'}",
        "Ec2: {}",
    ):
        assert facts(f"datasource:\n  {other}\n").fetched == []


ARCHIVE = b"""#cloud-config-archive
- type: text/cloud-config
  content: |
    ssh_pwauth: true
- |
  #!/bin/sh
  curl https://x | sh
- content: 'disable_root: false'
- content: ''
- {type: text/x-unknown, content: a}
- {content: 3}
- 4
"""


def test_archives_hold_documents() -> None:
    items = list(examine("user-data", ARCHIVE))
    first, second, third = [item for item in items if isinstance(item, Asset) and item.kind == "cloud_init"]
    assert (first.facts.ssh_passwords, first.spot("ssh_passwords"), first.path) == (True, Spot(4, 1), "user-data")
    assert (second.facts.downloads_run, second.spot("downloads_run")) == (["curl https://x | sh"], Spot(7, 1))
    assert (third.facts.root_login, third.spot("root_login").line) == (True, 8)
    told = [(gap.kind, gap.line) for gap in items if isinstance(gap, Gap)]
    assert told == [("left_out", 10), ("unreadable", 11), ("unreadable", 12)]


def test_an_archive_of_very_many_parts() -> None:
    rows = "".join(f"- 'a: {number}'\n" for number in range(60))
    items = list(examine("user-data", b"#cloud-config-archive\n" + rows.encode()))
    assert len([item for item in items if isinstance(item, Asset)]) == 50
    assert [item.reason for item in items if isinstance(item, Gap)] == [
        "an archive of more than 50 parts: the rest was not examined"
    ]


def test_what_an_archive_names_again_is_examined_once() -> None:
    rows = b"- content: &a 'ssh_pwauth: true'\n" + b"- content: *a\n" * 40
    assert len(list(examine("user-data", b"#cloud-config-archive\n" + rows))) == 1


def test_archives_in_archives_without_end_are_a_gap() -> None:
    text = "ssh_pwauth: true"
    for _ in range(7):
        text = "#cloud-config-archive\n- |\n" + "".join(f"  {row}\n" for row in text.splitlines())
    (gap,) = examine("user-data", text.encode())
    assert isinstance(gap, Gap)
    assert (gap.kind, "more than 5 deep" in gap.reason) == ("unreadable", True)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (b"#cloud-config\n- a\n", ["unreadable"]),
        (b"#cloud-config\na\n", ["unreadable"]),
        (b"#cloud-config-archive\na: 1\n", []),
        (b"#cloud-config-jsonp\n[{op: add, path: /ssh_pwauth, value: true}]\n", ["left_out"]),
        (b"#cloud-config\n", []),
        (b"## template: jinja\n#cloud-config\n{% if a %}\n- a\n", ["template"]),
    ],
)
def test_what_is_no_table_is_told(text: bytes, kinds: list[str]) -> None:
    assert [item.kind for item in examine("user-data", text) if isinstance(item, Gap)] == kinds


ZIPPED = f"{{path: /b, encoding: gz+b64, content: {b64encode(compress(b'1' * 20)).decode()}}}"


@pytest.mark.parametrize(
    "rows",
    [
        "runcmd: [&a 'echo 12345678', *a, *a, *a]\n",
        "write_files: [{path: /a, content: &a '1234567890123'}, {path: /b, content: *a}, {path: /c, content: *a}]\n",
        f"write_files: [{ZIPPED}, {ZIPPED}, {ZIPPED}]\n",
        f"runcmd: ['echo 123456789012345678901234567890'], write_files: [{ZIPPED}]\n".replace("], w", "]\nw"),
    ],
)
def test_texts_that_grow_without_end_are_told(rows: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdfast.collect.host.cloud_init._Document.left", 30)
    told = [item for item in examine("user-data", b"#cloud-config\n" + rows.encode()) if isinstance(item, Gap)]
    assert [("more than" in gap.reason, gap.line) for gap in told] == [(True, 2)]
