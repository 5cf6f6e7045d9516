"""What shell commands do to a host."""

from __future__ import annotations

import pytest

from holdfast.collect.host.acts import Acts, acts


def done(text: str) -> Acts:
    return acts(text, 1)


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("echo 'a b' > /x", [("/x", b"a b", True)]),
        ("echo -n a >> /x", [("/x", b"a", False)]),
        ("printf 'a\\nb\\n' | sudo tee -a /x >/dev/null", [("/x", b"a\nb\n", False)]),
        ("printf '%s\\n' a b > /x", [("/x", b"a\nb", True)]),
        ("cat <<E | tee /x /y\na\nE\n", [("/x", b"a\n", True), ("/y", b"a\n", True)]),
        ("cat > /x <<-E\n\ta\n\tE\n", [("/x", b"a\n", True)]),
        ('sh -c "echo a > /x"', [("/x", b"a", True)]),
        ("echo a > x; echo a > $F; ls > /y", []),
        ("sysctl -w a.b=1 c.d=$X", [("/etc/sysctl.d/at-runtime.conf", b"a.b=1", False)]),
        ("echo 1 > /proc/sys/net/ipv4/ip_forward", [("/etc/sysctl.d/at-runtime.conf", b"net.ipv4.ip_forward=1", False)]),
        ("sed -i -e 's/^a.*/a = b/' /x", [("/x", b"a = b", False)]),
        ("sed 's/a/b c/' /x", []),
        ("sed -i.bak 's|a|\\1 b|' /x", [("/x", b"", False)]),
        ('echo "a $B" > /x', [("/x", b"", False)]),
        ("echo 'exec $B' > /x.sh", [("/x.sh", b"exec $B", True)]),
        ("echo 1; (" * 3, []),
    ],
)  # fmt: skip
def test_files_that_are_written(text: str, files: list[tuple[str, bytes, bool]]) -> None:
    assert [(part.path, part.data, part.whole) for part in done(text).parts] == files


@pytest.mark.parametrize(
    ("text", "off"),
    [
        ("setenforce 0; ufw --force disable; iptables -F", ["SELinux", "ufw", "iptables"]),
        ("iptables -P INPUT ACCEPT", ["iptables"]),
        ("iptables -t nat -F; iptables -F CUSTOM", []),
        ("iptables -F; iptables -A INPUT -j DROP", []),
        ("iptables -F; iptables-restore < x", []),
        ("ufw disable; ufw enable; setenforce 1; ufw allow 22", []),
        ("systemctl disable --now firewalld.service nginx", ["firewalld"]),
        ("service auditd stop; service auditd start", []),
        ("service auditd stop; aa-teardown; auditctl -e 0", ["AppArmor", "auditd"]),
        ("sed -i 's/SELINUX=enforcing/SELINUX=disabled/' /etc/selinux/config", ["SELinux"]),
        ("echo SELINUX=enforcing > /etc/selinux/config", []),
        ("systemctl", []),
        ("service", []),
    ],
)
def test_protections_that_are_turned_off(text: str, off: list[str]) -> None:
    assert done(text).off == off


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("chmod 777 /data", ["/data"]),
        ("chmod -R a+rwX /data /tmp/x", ["/data"]),
        ("chmod +w /data; chmod o=rw /y", ["/data", "/y"][::-1]),
        ("chmod 1777 /data; chmod a+rwt /data; chmod 755 /x; chmod g+w /y; chmod 777", []),
        ("chmod 666 /dev/nvidia0", []),
    ],
)
def test_files_that_are_opened(text: str, files: list[str]) -> None:
    assert done(text).opened == files


@pytest.mark.parametrize(
    ("text", "passwords"),
    [
        ("echo root:geheim | chpasswd", [("root", "geheim")]),
        ("echo root:geheim | sudo chpasswd -e", []),
        ("echo root:$P | chpasswd; chpasswd < x", []),
        ("chpasswd <<< 'a:b'", [("a", "b")]),
        ("chpasswd <<E\na:b\nc:$D\nE\n", [("a", "b")]),
        ("echo geheim | passwd --stdin root", [("root", "geheim")]),
        ("passwd -l root", []),
    ],
)
def test_passwords_in_clear(text: str, passwords: list[tuple[str, str]]) -> None:
    assert done(text).passwords == passwords
