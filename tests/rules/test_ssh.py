"""Rules about SSH, asked of whole files through the collector: what fires, where, and what does not."""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.collect.ssh import configuration as ssh
from holdfast.core.asset import Asset
from holdfast.engine.evaluate import Answers, evaluate
from holdfast.engine.rulebook import load_shipped
from holdfast.formats.ssh.includes import Include

RULES = [rule for rule in load_shipped() if rule.kind in ("ssh_server", "ssh_client", "authorized_keys")]
PACKAGED = """\
Include /etc/ssh/sshd_config.d/*.conf
KbdInteractiveAuthentication no
UsePAM yes
X11Forwarding yes
PrintMotd no
AcceptEnv LANG LC_*
Subsystem sftp /usr/lib/openssh/sftp-server
"""
"""What Debian's openssh-server 1:9.2p1 sets; `tests/live/test_sshd.py` compares it with the package."""
HARDENED = """\
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
AllowGroups ssh-users
MaxAuthTries 3
DisableForwarding yes
LogLevel VERBOSE
RequiredRSASize 3072
UsePAM yes
"""
Files = Sequence[tuple[str, bytes | None]] | None


def nothing(pattern: str) -> Files:
    return ()


def answers(*items: object) -> Answers:
    return evaluate(RULES, [each for each in items if isinstance(each, Asset)], {})


def server(text: str, include: Include = nothing) -> Answers:
    return answers(*ssh.server("sshd_config", text.encode(), include))


def fired(found: Answers) -> dict[str, tuple[str, int]]:
    """Rule -> file and line of its only finding."""
    assert len({each.rule for each in found.findings}) == len(found.findings)
    return {each.rule: (each.location.path, each.location.line) for each in found.findings}


def test_the_packaged_configuration_of_debian() -> None:
    found = server(PACKAGED)
    assert found.unknown == []
    assert fired(found) == {
        # PasswordAuthentication is not set, and OpenSSH's default is yes.
        "ssh-server-accepts-passwords": ("sshd_config", 1),
        # PermitRootLogin is not set, and the default is prohibit-password.
        "ssh-server-lets-root-in-with-a-key": ("sshd_config", 1),
        # Neither AllowUsers nor AllowGroups is set.
        "ssh-server-open-to-every-account": ("sshd_config", 1),
        # The default of MaxAuthTries is 6.
        "ssh-server-many-tries": ("sshd_config", 1),
        # Defaults are yes, yes; X11Forwarding yes is written there.
        "ssh-server-forwards-tcp": ("sshd_config", 1),
        "ssh-server-forwards-agents": ("sshd_config", 1),
        "ssh-server-forwards-x11": ("sshd_config", 4),
        # The default of RequiredRSASize is 1024.
        "ssh-server-accepts-short-rsa-keys": ("sshd_config", 1),
    }
    default = {rule.id for rule in RULES if "ai-default" in rule.profiles}
    assert default & set(fired(found)) == {"ssh-server-accepts-passwords", "ssh-server-open-to-every-account"}


def test_a_hardened_configuration_is_silent() -> None:
    found = server(HARDENED)
    assert (found.findings, found.unknown) == ([], [])


def test_one_mistake_in_a_block_is_one_finding_at_its_line() -> None:
    block = "Match User bob Address 10.0.0.0/8\n  PasswordAuthentication yes\nMatch Group admin\n  MaxAuthTries 3\n"
    found = server(HARDENED + block)
    assert fired(found) == {"ssh-server-accepts-passwords": ("sshd_config", 11)}
    assert found.findings[0].message.startswith("Match User bob Address 10.0.0.0/8: ")


def test_one_mistake_in_the_global_part_is_one_finding_whatever_blocks_there_are() -> None:
    text = HARDENED.replace("PasswordAuthentication no", "PasswordAuthentication yes", 1)
    blocks = "Match User a\nMaxSessions 3\nMatch User b\nPasswordAuthentication yes\nMatch User c\nPasswordAuthentication no\n"
    assert fired(server(text + blocks)) == {"ssh-server-accepts-passwords": ("sshd_config", 1)}


def test_a_mistake_in_an_included_file_lies_there() -> None:
    def include(pattern: str) -> Files:
        assert pattern == "/etc/ssh/sshd_config.d/*.conf"
        return [("sshd_config.d/50-cloud-init.conf", b"# cloud\nPasswordAuthentication yes\n")]

    found = server(f"Include sshd_config.d/*.conf\n{HARDENED}", include)
    assert fired(found) == {"ssh-server-accepts-passwords": ("sshd_config.d/50-cloud-init.conf", 2)}


def test_files_that_nobody_could_look_at_leave_every_question_open() -> None:
    found = server(f"{HARDENED}Include other/*\n", lambda pattern: None)
    assert found.findings == []
    asked = {rule.id for rule in RULES if rule.kind == "ssh_server"} - {"ssh-server-configuration-refused"}
    assert {each.rule for each in found.unknown} == asked
    assert {each.rule for each in found.unknown if each.location.line == 10} == asked
    before = server(f"Include other/*\n{HARDENED}", lambda pattern: None)
    assert before.findings == []
    assert {each.rule for each in before.unknown} == asked


def test_a_mistake_before_them_is_certain() -> None:
    found = server("PermitRootLogin yes\nInclude other/*\nX11Forwarding yes\n", lambda pattern: None)
    assert fired(found) == {"ssh-server-lets-root-in": ("sshd_config", 1)}


def test_a_configuration_that_sshd_refuses_passes_nothing() -> None:
    found = server(f"{HARDENED}PermitRootLogin perhaps\n")
    assert fired(found) == {"ssh-server-configuration-refused": ("sshd_config", 10)}
    asked = {rule.id for rule in RULES if rule.kind == "ssh_server"} - {"ssh-server-configuration-refused"}
    assert {each.rule for each in found.unknown} == asked


def test_root_is_not_let_in_by_a_block_for_others() -> None:
    assert fired(server(f"{HARDENED}Match User alice\nPermitRootLogin yes\n")) == {}
    assert fired(server(f"{HARDENED}Match Group wheel\nPermitRootLogin yes\n")) == {
        "ssh-server-lets-root-in": ("sshd_config", 11)
    }


def test_a_second_factor_is_not_a_password_login() -> None:
    text = HARDENED.replace("KbdInteractiveAuthentication no", "KbdInteractiveAuthentication yes")
    assert fired(server(text)) == {"ssh-server-asks-for-passwords-through-pam": ("sshd_config", 2)}
    assert fired(server(f"{text}AuthenticationMethods publickey,keyboard-interactive\n")) == {}
    either = "AuthenticationMethods publickey keyboard-interactive:pam\n"
    assert fired(server(text + either)) == {"ssh-server-asks-for-passwords-through-pam": ("sshd_config", 2)}


def test_weak_algorithms_are_those_that_a_setting_turns_on() -> None:
    assert fired(server(f"{HARDENED}Ciphers -chacha20*\nMACs hmac-sha1,hmac-sha2-512\n")) == {}
    found = server(f"{HARDENED}MACs hmac-sha1\nCiphers ^3des-cbc\n")
    assert fired(found) == {"ssh-server-weak-algorithms": ("sshd_config", 11)}


def test_a_client() -> None:
    text = """\
Host build-*
  ForwardAgent yes
  StrictHostKeyChecking accept-new
Host *
  UserKnownHostsFile /dev/null
  StrictHostKeyChecking no
  ForwardAgent yes
Host late
  ForwardAgent yes
"""
    assert fired(answers(*ssh.client(".ssh/config", text.encode(), nothing))) == {
        "ssh-client-forgets-host-keys": (".ssh/config", 5),
        "ssh-client-trusts-any-host-key": (".ssh/config", 6),
        "ssh-client-forwards-its-agent-everywhere": (".ssh/config", 7),
    }


def test_keys() -> None:
    from tests.formats.ssh.test_authorized_keys import DSA, ED25519

    text = f'{ED25519} a\nrestrict,command="/x" {ED25519} b\n{DSA} c\ngarbage\n'
    found = answers(*ssh.keys("root/.ssh/authorized_keys", text.encode()))
    assert sorted((each.rule, each.location.line) for each in found.findings) == [
        ("authorized-key-can-be-broken", 3),
        ("authorized-key-never-expires", 1),
        ("authorized-key-never-expires", 2),
        ("authorized-key-never-expires", 3),
        ("authorized-key-of-another-type", 3),
        ("authorized-keys-line-ignored", 4),
        ("root-key-without-limits", 1),
        ("root-key-without-limits", 3),
    ]
    user = answers(*ssh.keys("home/a/.ssh/authorized_keys", f'expiry-time="20270101" {ED25519} a\n'.encode()))
    assert (user.findings, user.unknown) == ([], [])
