"""Configuration of OpenSSH in; servers, clients and keys out, each fact at its place."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.formats.ssh.test_authorized_keys import ED25519, FINGERPRINT

from holdfast.collect.readers import reader_of
from holdfast.collect.ssh import ansible_cfg
from holdfast.collect.ssh import configuration as ssh
from holdfast.collect.ssh.cases import FACTS
from holdfast.collect.ssh.files import read
from holdfast.collect.together import Files as Together
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.fact import UNSET
from holdfast.formats.ssh.includes import Include
from holdfast.kinds.authorized_keys import AuthorizedKeys
from holdfast.kinds.ssh_client import SshClient
from holdfast.kinds.ssh_server import Case, SshServer

Files = Sequence[tuple[str, bytes | None]] | None


def nothing(pattern: str) -> Files:
    return ()


def asset(text: str, include: Include = nothing) -> Asset:
    (found,) = ssh.server("etc/ssh/sshd_config", text.encode(), include)
    assert isinstance(found, Asset)
    return found


def facts(text: str, include: Include = nothing) -> SshServer:
    found = asset(text, include).facts
    assert isinstance(found, SshServer)
    return found


def cases(text: str, include: Include = nothing) -> list[Case]:
    found = facts(text, include).cases
    assert isinstance(found, list)
    return found


def first(text: str) -> Case:
    return cases(text)[0]


def test_a_server() -> None:
    found = asset("Port 22\n")
    assert (found.id, found.kind, found.source) == ("ssh_server/etc/ssh/sshd_config/sshd", "ssh_server", "config")
    assert found.path == "etc/ssh/sshd_config"
    assert facts("Port 22\n").starts is True
    assert facts("Port 22\n").needs is None
    assert facts("Port 22\n").problems == []


def test_every_fact_of_a_case_is_computed_and_seen_in_the_global_one() -> None:
    fields = set(Case.__struct_fields__) - {"name", "file"}
    assert set(FACTS) == fields
    assert all(getattr(first(""), field) is not UNSET for field in fields)
    assert all(getattr(first(""), field) is not None for field in fields)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("", "password_login", True),
        ("PasswordAuthentication no", "password_login", False),
        ("AuthenticationMethods publickey", "password_login", False),
        ("AuthenticationMethods publickey,password", "password_login", False),
        ("AuthenticationMethods publickey password,keyboard-interactive", "password_login", True),
        ("", "keyboard_interactive_login", False),
        ("UsePAM yes", "keyboard_interactive_login", True),
        ("UsePAM yes\nKbdInteractiveAuthentication no", "keyboard_interactive_login", False),
        ("", "publickey_login", True),
        ("AuthenticationMethods publickey,publickey", "publickey_login", True),
        ("AuthenticationMethods publickey,password", "publickey_login", False),
        ("HostbasedAuthentication yes", "host_based_login", True),
        ("", "several_factors", False),
        ("AuthenticationMethods publickey,password publickey,keyboard-interactive", "several_factors", True),
        ("AuthenticationMethods publickey,password publickey", "several_factors", False),
        ("AuthenticationMethods password,keyboard-interactive", "several_factors", False),
        ("PermitRootLogin prohibit-password", "root_login", "without-password"),
        ("PermitEmptyPasswords yes", "empty_passwords", True),
        ("MaxAuthTries 3", "max_auth_tries", 3),
        ("LoginGraceTime 1m", "login_grace_time", 60),
        ("", "restricts_users", False),
        ("AllowUsers a", "restricts_users", True),
        ("AllowGroups a", "restricts_users", True),
        ("DenyUsers a", "restricts_users", False),
        ("AllowUsers a b", "allow_users", ["a", "b"]),
        ("AllowGroups a b", "allow_groups", ["a", "b"]),
        ("AllowTcpForwarding all", "tcp_forwarding", "yes"),
        ("DisableForwarding yes", "tcp_forwarding", "no"),
        ("DisableForwarding yes", "agent_forwarding", False),
        ("X11Forwarding yes", "x11_forwarding", True),
        ("X11Forwarding yes\nDisableForwarding yes", "x11_forwarding", False),
        ("GatewayPorts yes", "gateway_ports", "yes"),
        ("GatewayPorts yes\nAllowTcpForwarding local", "gateway_ports", "no"),
        ("GatewayPorts clientspecified\nAllowTcpForwarding remote", "gateway_ports", "clientspecified"),
        ("PermitTunnel ethernet", "tunnel", "ethernet"),
        ("PermitTunnel ethernet\nDisableForwarding yes", "tunnel", "no"),
        ("PermitUserEnvironment A*", "user_environment", "A*"),
        ("StrictModes no", "strict_modes", False),
        ("LogLevel QUIET", "log_level", "SILENT"),
        ("ForceCommand internal-sftp", "forced_command", "internal-sftp"),
        ("ChrootDirectory %h", "chroot", "%h"),
        ("AuthorizedKeysFile /k/%u .ssh/k", "authorized_keys_files", ["/k/%u", ".ssh/k"]),
        ("AuthorizedKeysCommandUser x\nAuthorizedKeysCommand /k %u", "authorized_keys_command", "/k %u"),
        ("TrustedUserCAKeys /ca", "user_ca_keys", "/ca"),
        ("TrustedUserCAKeys /ca", "own_user_ca_keys", False),
        ("TrustedUserCAKeys /home/u/ca", "own_user_ca_keys", True),
        ("AllowUsers a *", "restricts_users", False),
        ("AllowUsers *@*", "restricts_users", False),
        ("AllowGroups ?*", "restricts_users", False),
        ("AllowGroups *\nAllowUsers a", "restricts_users", True),
        ("AllowUsers *@10.0.0.*", "restricts_users", True),
        ("HostKey /a\nHostKey /b", "host_keys", ["/a", "/b"]),
        ("", "weak_algorithms", []),
        ("Ciphers +3des-cbc,aes256-ctr\nKexAlgorithms *-sha1", "weak_algorithms", UNSET),
        ("Ciphers +3des-cbc,aes256-ctr\nPubkeyAcceptedAlgorithms +ssh-rsa", "weak_algorithms", ["3des-cbc", "ssh-rsa"]),
        ("MACs hmac-sha1,hmac-sha2-256", "weak_algorithms", []),
        ("RequiredRSASize 4096", "required_rsa_size", 4096),
    ],
)
def test_facts(text: str, field: str, value: object) -> None:
    if value is UNSET:
        assert facts(text).cases is UNSET
    else:
        assert getattr(first(text), field) == value


def test_a_block_shows_only_what_it_changes() -> None:
    text = "MaxSessions 3\nMatch User a\n  X11Forwarding yes\n  AllowTcpForwarding yes\nMatch User b\n  PermitTTY no\n"
    found = asset(text)
    _, block = cases(text)
    assert (block.name, block.file) == ("Match User a", "etc/ssh/sshd_config")
    seen = {field for field in FACTS if getattr(block, field) is not None}
    assert seen == {"x11_forwarding"}
    assert found.spots["cases[1]"] == Spot(2, 1)
    assert found.spots["cases[1].x11_forwarding"] == Spot(3, 1)


def test_a_block_does_not_show_what_a_wider_one_does() -> None:
    text = "Match Group g\nX11Forwarding yes\nMatch Group g User a\nX11Forwarding yes\nMaxAuthTries 3\n"
    _, wide, narrow = cases(text)
    assert (wide.x11_forwarding, narrow.x11_forwarding, narrow.max_auth_tries) == (True, None, 3)


def test_settings_in_included_files_lie_there() -> None:
    found = asset("Include a\n", lambda pattern: [("d/a", b"\nX11Forwarding yes\nMatch User x\nMaxAuthTries 3\n")])
    assert found.spots["cases[0].x11_forwarding"] == Spot(2, 1, "", "d/a")
    assert found.spots["cases[1].max_auth_tries"] == Spot(4, 1, "", "d/a")
    assert cases("Include a\n", lambda pattern: [("d/a", b"Match User x\nMaxAuthTries 3\n")])[1].file == "d/a"
    assert facts("Include a\n", lambda pattern: [("d/a", b"")]).files == ["etc/ssh/sshd_config", "d/a"]


def test_settings_are_listed_with_their_connections() -> None:
    found = facts("X11Forwarding no\nMatch User a\nX11Forwarding yes\nMatch User a\nX11Forwarding yes\n").settings
    assert isinstance(found, list)
    assert [(each.keyword, each.value, each.connections) for each in found] == [
        ("x11forwarding", "no", "every connection"),
        ("x11forwarding", "yes", "Match User a"),
    ]


def test_what_sshd_refuses() -> None:
    found = asset("Port 22\nNonsense 1\nRefuseConnection no\n")
    assert isinstance(found.facts, SshServer)
    assert found.facts.starts is False
    assert found.facts.problems == ["etc/ssh/sshd_config:2: Nonsense: sshd does not know this keyword"]
    assert found.facts.needs == "9.9"
    assert (found.facts.cases, found.facts.settings) == (UNSET, UNSET)
    assert found.spots["starts"] == Spot(2, 1)


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("SshdAuthPath /x\nPerSourcePenalties no", "10.0"),
        ("SshdAuthPath /x\nGSSAPIEnablek5users yes", "a patched build"),
    ],
)
def test_what_needs_another_sshd(text: str, needs: str) -> None:
    assert (facts(text).needs, facts(text).starts) == (needs, True)
    assert first(text).password_login is True


def test_files_that_nobody_could_look_at() -> None:
    found = cases(
        "PermitEmptyPasswords yes\nX11Forwarding yes\nInclude a\nMaxAuthTries 3\nMatch User x\nInclude b\nMaxSessions 3\n",
        lambda pattern: None,
    )
    everyone, one, other = found
    assert (everyone.empty_passwords, everyone.max_auth_tries, everyone.strict_modes) == (True, UNSET, UNSET)
    assert everyone.x11_forwarding is UNSET  # the file may set DisableForwarding
    assert (one.name, one.x11_forwarding) == ("Include a", UNSET)
    assert (other.name, other.file) == ("Include b", "etc/ssh/sshd_config")
    inner = cases("Match User x\nInclude b\n", lambda pattern: None)
    assert inner[0].max_auth_tries == 6


def test_what_cannot_be_read_is_a_gap() -> None:
    for found in (ssh.server("x", b"\0", nothing), ssh.client("x", b"a\n\0", nothing), ssh.keys("x", b"\0")):
        (gap,) = found
        assert isinstance(gap, Gap)
        assert (gap.path, gap.kind) == ("x", "unreadable")
        assert gap.reason.startswith("not readable as ")


def test_a_client() -> None:
    asked: list[str] = []

    def include(pattern: str) -> Files:
        asked.append(pattern)
        return [("x/y", b"\nUser u\n")] if pattern.endswith("y") else None

    text = b"Host a\n  Port 22\nHost *\n  Include y z\n  Port 23\n"
    (found,) = ssh.client("home/u/.ssh/config", text, include)
    assert isinstance(found, Asset)
    assert (found.id, found.source) == ("ssh_client/home/u/.ssh/config/ssh", "config")
    assert isinstance(found.facts, SshClient)
    assert isinstance(found.facts.settings, list)
    assert [(each.keyword, each.value, each.hosts, each.everywhere, each.file) for each in found.facts.settings] == [
        ("port", "22", "Host a", False, "home/u/.ssh/config"),
        ("port", "23", "Host *", True, "home/u/.ssh/config"),
        ("user", "u", "Host *", True, "x/y"),
        (UNSET, UNSET, "Include y z", UNSET, "home/u/.ssh/config"),
    ]
    assert found.spots["settings[2]"] == Spot(2, 1, "", "x/y")
    assert found.spots["settings[3]"] == Spot(4, 1)
    assert asked == ["~/.ssh/y", "~/.ssh/z"]
    list(ssh.client("etc/ssh/ssh_config", b"Include w\nUser x\n", include))
    assert asked[-1] == "/etc/ssh/w"


def test_a_client_that_ssh_refuses() -> None:
    (found,) = ssh.client("config", b"User u\nNonsense 1\n", nothing)
    assert isinstance(found, Asset)
    assert isinstance(found.facts, SshClient)
    assert found.facts.problems == ["config:2: Nonsense: ssh does not know this keyword"]
    assert found.facts.settings is UNSET
    assert found.spots["problems"] == Spot(2, 1)


def test_keys() -> None:
    text = (
        f'from="10.0.0.7",command="/x",expiry-time="20270131",restrict,pty {ED25519} a b\ncert-authority {ED25519}\nx\n'
    )
    (found,) = ssh.keys("home/alice/.ssh/authorized_keys", text.encode())
    assert isinstance(found, Asset)
    assert (found.id, found.source) == ("authorized_keys/home/alice/.ssh/authorized_keys/keys", "config")
    assert isinstance(found.facts, AuthorizedKeys)
    assert found.facts.account == "alice"
    assert found.facts.ignored == ["line 3: an option that sshd does not know: x"]
    assert isinstance(found.facts.keys, list)
    one, other = found.facts.keys
    assert (one.type, one.bits, one.fingerprint, one.comment) == ("ssh-ed25519", 256, FINGERPRINT, "a b")
    assert one.options == ["from", "command", "expiry-time", "restrict", "pty"]
    assert (one.command, one.sources, one.expires) == ("/x", "10.0.0.7", "20270131")
    assert (one.terminal, one.port_forwarding, one.agent_forwarding) == (True, False, False)
    assert (other.certificate_authority, other.comment, other.command) == (True, None, None)
    assert found.spots["keys[1]"] == Spot(2, 1)
    assert found.spots["ignored"] == Spot(3, 1)


@pytest.mark.parametrize(
    ("path", "account"),
    [
        ("/root/.ssh/authorized_keys", "root"),
        ("root/.ssh/authorized_keys2", "root"),
        ("rootfs/home/x/.ssh/authorized_keys", "x"),
        ("roles/ssh/files/authorized_keys", None),
        ("beetroot/.ssh/authorized_keys", None),
        ("etc/ssh/authorized_keys.d/root", "root"),
    ],
)
def test_the_path_tells_the_account(path: str, account: str | None) -> None:
    (found,) = ssh.keys(path, b"")
    assert isinstance(found, Asset)
    assert isinstance(found.facts, AuthorizedKeys)
    assert found.facts.account == account


def test_what_limits_a_key_and_what_does_not() -> None:
    text = f'from="10.0.0.7,*" {ED25519}\nfrom="!10.0.0.7,10.*",command="/bin/sh -c \'/tmp/x a\'" {ED25519}\n'
    text += f'command="/usr/bin/python3 -u /home/u/x.py" {ED25519}\ncommand="/usr/bin/x /tmp/y" {ED25519}\n'
    (found,) = ssh.keys("root/.ssh/authorized_keys", text.encode())
    assert isinstance(found, Asset)
    assert [(key.sources, key.own_command) for key in found.facts.keys] == [
        (None, None), ("!10.0.0.7,10.*", True), (None, True), (None, False),
    ]  # fmt: skip


def test_a_folder_of_drop_ins_that_is_not_here_is_told() -> None:
    main, row = "roles/a/sshd_config", b"# x\nInclude /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication no\n"
    alone = list(read(Together({main: row})))
    assert [(item.reason, item.kind, item.line) for item in alone if isinstance(item, Gap)] == [
        ("includes `/etc/ssh/sshd_config.d/*.conf`, which is not here", "left_out", 2)
    ]
    beside = list(read(Together({main: row, "roles/a/sshd_config.d/x": b""})))
    whole = list(read(Together({"etc/ssh/sshd_config": row}, host="/")))
    assert not [item for item in (*beside, *whole) if isinstance(item, Gap)]


def test_clients_of_users_and_parts_of_the_systems() -> None:
    row = b"StrictHostKeyChecking no\n"
    found = list(read(Together({"home/u/.ssh/config": row, "etc/ssh/ssh_config.d/a.conf": row})))
    assert [item.id for item in found if isinstance(item, Asset)] == [
        "ssh_client/home/u/.ssh/config/ssh", "ssh_client/etc/ssh/ssh_config.d/a.conf/ssh",
    ]  # fmt: skip
    assert {reader_of(path) for path in (".ssh/config", "etc/ssh/ssh_config.d/a.conf", "ssh/authorized_keys.d/x")} == {
        "ssh.files:read"
    }


def test_ansible_checks_hosts_or_not() -> None:
    text = b"[defaults]\nhost_key_checking = False\n[ssh_connection]\nssh_args = -C -o UserKnownHostsFile=/dev/null\n"
    (found,) = ansible_cfg.read(text, "ansible.cfg")
    assert isinstance(found, Asset)
    assert [(each.keyword, each.value) for each in found.facts.settings] == [
        ("stricthostkeychecking", "no"), ("userknownhostsfile", "/dev/null"),
    ]  # fmt: skip
    assert found.spot("settings[1].value").line == 4
    assert list(ansible_cfg.read(b"[defaults]\nforks = 5\n", "ansible.cfg")) == []
    (gap,) = ansible_cfg.read(b"[defaults]\nx\n", "ansible.cfg")
    assert isinstance(gap, Gap)


def test_hosts_that_need_no_proof() -> None:
    (found,) = read(Together({"root/.rhosts": b"# c\n+ +\nn1 alice # c\n-n2\n\n"}))
    assert isinstance(found, Asset)
    assert [(each.name, each.every_host, each.every_user) for each in found.facts.hosts] == [
        ("+ +", True, True), ("n1 alice", False, False),
    ]  # fmt: skip
    assert (found.id, found.spots["hosts[1]"]) == ("trusted_hosts/root/.rhosts", Spot(3, 1))
