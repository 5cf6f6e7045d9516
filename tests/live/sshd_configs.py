"""Random configurations of sshd with Include and Match, and what sshd itself makes of them.

`compare(seed, folder)` writes one configuration, asks the real program and the reader of this project about several
connections, and says where they differ.
"""

from __future__ import annotations

import glob
import grp
import os
import pwd
import random
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from holdfast.core.errors import FormatError
from holdfast.formats.ssh.blocks import Connection
from holdfast.formats.ssh.effective import effective
from holdfast.formats.ssh.reach import reachable
from holdfast.formats.ssh.server import read

SSHD = "/usr/sbin/sshd"
AS_ROOT = () if os.getuid() == 0 else ("sudo", "-n")
GROWING = {"allowusers", "denyusers", "allowgroups", "denygroups", "acceptenv", "rekeylimit"}
"""Keywords whose value may come from several blocks at once."""

FLAGS = "yes no Yes NO".split()
FORWARDING = "yes no all local remote".split()
KEYS = [
    "ssh-ed25519",
    "+ssh-rsa",
    "+ssh-rsa,ssh-dss",
    "-ecdsa*",
    "-*",
    "-ssh-ed25519,!rsa*,rsa*",
    "^rsa-sha2-512",
    "ssh-ed25519,rsa*",
    "*",
    "+ssh-*",
    "ssh-ed25519,,x",
    "RSA,ssh-ed25519",
    "^*cert*",
]
EVERYWHERE: dict[str, list[str]] = {
    "PermitRootLogin": "yes no prohibit-password without-password forced-commands-only YES".split(),
    "LogLevel": "QUIET info VERBOSE DEBUG DEBUG1 debug3 ERROR".split(),
    "LogVerbose": ["none", "kex.c:*:1000,*:kex_exchange_identification():*", "a b"],
    "HostbasedAcceptedAlgorithms": KEYS,
    "PubkeyAcceptedAlgorithms": KEYS,
    "PubkeyAcceptedKeyTypes": KEYS,
    "CASignatureAlgorithms": ["ssh-ed25519", "+ssh-rsa", "-ecdsa*", "^rsa-sha2-256", "rsa*"],
    "PubkeyAuthOptions": ["none", "touch-required", "verify-required touch-required", "none touch-required"],
    "IgnoreRhosts": "yes no shosts-only".split(),
    "X11DisplayOffset": "10 0 99".split(),
    "RekeyLimit": ["default", "1G", "512M 1h", "default none", "1.5K 30m", "0 1w2d", "17"],
    "AllowTcpForwarding": FORWARDING,
    "AllowStreamLocalForwarding": FORWARDING,
    "AllowUsers": ["root", "alice bob@10.0.0.0/8", "*", "!root *", "al?ce@*.example.org", '"a b" c'],
    "DenyUsers": ["mallory", "root@192.168.1.1", "bin sys"],
    "AllowGroups": ["root adm", "ssh-users", "*"],
    "DenyGroups": ["nogroup", "games lp"],
    "GatewayPorts": "yes no clientspecified".split(),
    "MaxAuthTries": "1 3 6 +4 20".split(),
    "MaxSessions": "0 1 10".split(),
    "Banner": ["/etc/issue.net", "none", "issue", "~/b", "NONE"],
    "ClientAliveInterval": "0 5m 1h30m 300 +5".split(),
    "ClientAliveCountMax": "0 3".split(),
    "AuthorizedKeysFile": [".ssh/authorized_keys", "/etc/keys/%u .ssh/k", "none", "~/x", '"/a b/%u"', "NONE"],
    "AcceptEnv": ["LANG LC_*", "FOO", "A B C", "*"],
    "SetEnv": ["A=1 B=2", "A=1 A=2", 'C="x y"', "D="],
    "PermitTunnel": "yes no point-to-point ethernet".split(),
    "PermitOpen": ["any", "none", "host:80", "10.0.0.1:* [::1]:22", "h:ssh"],
    "PermitListen": ["any", "none", "8080", "localhost:8080 *:9090", "[::1]:*"],
    "ForceCommand": ["/bin/true", "none", "internal-sftp -l INFO # kept", '  "quoted arg"  x', "NONE"],
    "ChrootDirectory": ["/srv/%u", "none", "None", "rel"],
    "RevokedKeys": ["/etc/ssh/revoked", "none", "x"],
    "TrustedUserCAKeys": ["/etc/ssh/ca.pub", "none", "~/ca"],
    "AuthorizedPrincipalsFile": ["/etc/ssh/p/%u", "none", "NONE", "~/p", "rel/p"],
    "IPQoS": ["af21 cs1", "lowdelay", "0x10 8", "none", "ef throughput", "010", "255"],
    "AuthorizedKeysCommandUser": ["nobody", "root"],
    "AuthorizedPrincipalsCommandUser": ["nobody", "root"],
    "AuthenticationMethods": ["publickey", "any", "publickey,password publickey,keyboard-interactive:pam", "none"],
    "StreamLocalBindMask": "0177 077 0 0777".split(),
    "RequiredRSASize": "1024 2048 3072".split(),
    "ChannelTimeout": ["none", "session:*=5m x11-connection=0", "*=1h", "NONE"],
    "UnusedConnectionTimeout": ["none", "5m", "0", "30"],
    **dict.fromkeys(
        (
            "HostbasedAuthentication HostbasedUsesNameFromPacketOnly PubkeyAuthentication KerberosAuthentication "
            "GSSAPIAuthentication PasswordAuthentication KbdInteractiveAuthentication ChallengeResponseAuthentication "
            "X11Forwarding X11UseLocalhost PermitEmptyPasswords AllowAgentForwarding PermitTTY PermitUserRC "
            "StreamLocalBindUnlink DisableForwarding ExposeAuthInfo SkeyAuthentication"
        ).split(),
        FLAGS,
    ),
    "AuthorizedKeysCommand": ["/usr/bin/keys %u", "none", "/x y # z"],
    "AuthorizedPrincipalsCommand": ["/usr/bin/principals %u", "none"],
    "RSAAuthentication": ["yes"],
}
GLOBAL: dict[str, list[str]] = {
    "Port": "22 2222 ssh 65535".split(),
    "ListenAddress": ["0.0.0.0", "::", "10.0.0.1:2022", "[fe80::1]:22", "[::1]", "127.1", "::ffff:1.2.3.4"],
    "AddressFamily": "any any any inet inet6".split(),
    "HostKey": ["/etc/ssh/ssh_host_ed25519_key", "/etc/ssh/ssh_host_rsa_key"],
    "HostCertificate": ["/etc/ssh/cert.pub"],
    "LoginGraceTime": "0 30 2m 1h".split(),
    "SyslogFacility": "AUTH authpriv LOCAL7 daemon".split(),
    "HostKeyAlgorithms": KEYS,
    "Ciphers": ["aes256-ctr", "+aes128-cbc,3des-cbc", "-chacha20*", "-*", "^aes256-gcm@openssh.com", "aes128-ctr,,x"],
    "MACs": ["hmac-sha2-512", "+hmac-md5", "-hmac-sha1*,!hmac-sha1-etm@openssh.com", "-umac*", "^hmac-sha2-256"],
    "KexAlgorithms": ["curve25519-sha256", "+diffie-hellman-group1-sha1", "-*sha1", "^ecdh-sha2-nistp521", "-sntrup*"],
    "Compression": "yes no delayed".split(),
    "FingerprintHash": "md5 SHA256 sha512".split(),
    "PermitUserEnvironment": ["yes", "no", "LANG,LC_*", "Yes"],
    "Subsystem": ["sftp /usr/lib/openssh/sftp-server", 'sftp internal-sftp -l "a b"', "netconf /x"],
    "MaxStartups": "10 10:30:100 5:50:5 1:1:1x".split(),
    "PerSourceMaxStartups": "none 3 2147483647".split(),
    "PerSourceNetBlockSize": "32:128 24:56 0:0".split(),
    "VersionAddendum": ["none", "Debian-1 # x", "  a  b "],
    "HostKeyAgent": ["SSH_AUTH_SOCK", "/run/agent", "none"],
    "PidFile": ["/run/x.pid", "none", "x.pid"],
    "XAuthLocation": ["/usr/bin/xauth", "none"],
    "ModuliFile": ["/etc/ssh/moduli"],
    "SecurityKeyProvider": ["internal", "INTERNAL", "/usr/lib/sk.so", "none"],
    "GSSAPIKexAlgorithms": ["gss-group14-sha256-,gss-gex-sha1-", "gss-nistp256-sha256-"],
    "DSAAuthentication": FLAGS,
    "Protocol": ["2", "1,2"],
    **dict.fromkeys(
        (
            "UsePAM KerberosOrLocalPasswd KerberosTicketCleanup GSSAPICleanupCredentials GSSAPIStrictAcceptorCheck "
            "GSSAPIKeyExchange GSSAPIStoreCredentialsOnRekey PrintMotd PrintLastLog IgnoreUserKnownHosts StrictModes "
            "TCPKeepAlive KeepAlive UseDNS DebianBanner"
        ).split(),
        FLAGS,
    ),
}
BROKEN = [
    "PermitRootLogin maybe",
    "PasswordAuthentication",
    "PasswordAuthentication yes no",
    "NoSuchKeyword yes",
    "Port 0",
    "Port 70000",
    "Ciphers rot13",
    "Ciphers +",
    "MACs hmac-sha2-256,nonsense",
    "PubkeyAcceptedAlgorithms nonsense",
    "PubkeyAcceptedAlgorithms ssh-ed25519,!x",
    "Match",
    "Match User",
    "Match Planet earth",
    "Match all User root",
    "Match Address 10.0.0.1/8",
    "Match Address 10.0.0.0/33",
    "Match LocalPort none",
    "ClientAliveInterval 5x",
    "MaxAuthTries -1",
    "MaxStartups 10:30",
    "AcceptEnv A=B",
    "SetEnv A",
    'Banner "open',
    "AuthenticationMethods nonsense",
    "AuthenticationMethods any publickey",
    "AuthenticationMethods hostbased",
    "PermitOpen host",
    "PermitListen x:y",
    "AuthorizedKeysCommand relative",
    "PermitTunnel YES",
    "IPQoS 256",
    "StreamLocalBindMask 1777",
    "Include",
    'Include ""',
    "RDomain x",
    "LogVerbose a none",
    "AllowUsers a@10.0.0.1/8",
    "RekeyLimit 1",
    "ChannelTimeout x",
    "ListenAddress 1.2.3.4:0",
    "GSSAPIKexAlgorithms nonsense",
    "Match User a extra",
    "UsePAM yes # fine unless in a block",
]
CRITERIA: dict[str, list[str]] = {
    "User": ["root", "nobody", "root,daemon", "!root,*", "d*", "?????", '"root"', "mail,!m*", "nosuch"],
    "Group": ["root", "nogroup", "*", "!root,*", "mail,daemon", "no*"],
    "Host": ["*.example.org", "Gate.Example.org", "!bad.*,*", "10.*"],
    "Address": [
        "10.0.0.0/8",
        "!10.1.0.0/16,10.0.0.0/8",
        "192.168.1.?",
        "*",
        "2001:db8::/32",
        "2001:db8:1::/48,!2001:db8:1:2::/64",
        "!2001:db8:1:2::/64,2001:db8::/32",
        "::1",
        "::1/128,127.0.0.0/8",
        "10.0.0.1/200",
        "2001:db8::*",
        "0.0.0.0/0",
        "::/0",
    ],
    "LocalAddress": ["127.0.0.1", "10.0.0.0/24", "2001:db8::1", "!::1,::/0"],
    "LocalPort": ["22", "2222", "ssh"],
    "RDomain": ["blue", "b*", "!blue,*"],
}
USERS = ["root", "nobody", "daemon", "mail", "nosuch"]
HOSTS = ["gate.example.org", "bad.example.org", "10.0.0.1", "GATE.example.org"]
ADDRESSES = [
    "10.1.2.3",
    "10.2.0.1",
    "192.168.1.7",
    "2001:db8:1:2::5",
    "2001:db8:1:3::5",
    "2001:db9::1",
    "::1",
    "fe80::1",
]
LOCAL = ["127.0.0.1", "10.0.0.7", "2001:db8::1", "::1"]


class Outcome(NamedTuple):
    """What one configuration showed."""

    probes: int
    refused: int
    """Probes for which sshd ended."""
    differences: tuple[str, ...]


class _Writer:
    def __init__(self, random: random.Random, folder: Path) -> None:
        self.random, self.folder, self.files = random, folder, 0

    def file(self, depth: int, block: bool, bad: float) -> str:
        lines: list[str] = []
        for _ in range(self.random.randint(0, 6 if depth else 10)):
            lines.append(self.setting(block))
        if self.random.random() < 0.5 and depth < 3:
            lines.append(self.include(depth, block, bad))
        for _ in range(self.random.randint(0, 2 if depth else 4)):
            lines.append(self.match())
            unconditional = lines[-1].split("#")[0].split()[1:] == ["all"] and not block
            for _ in range(self.random.randint(0, 5)):
                lines.append(self.setting(not unconditional))
            if self.random.random() < 0.3 and depth < 3:
                lines.append(self.include(depth, not unconditional, bad))
        if self.random.random() < bad:
            lines.insert(self.random.randint(0, len(lines)), self.random.choice(BROKEN))
        return "\n".join(lines) + "\n" * self.random.randint(0, 1)

    def setting(self, block: bool) -> str:
        pick = self.random
        known = EVERYWHERE if block or pick.random() < 0.6 else GLOBAL
        keyword = pick.choice(list(known))
        value = pick.choice(known[keyword])
        if keyword in ("AuthorizedKeysCommand", "AuthorizedPrincipalsCommand") and pick.random() < 0.8:
            return f"{keyword}User nobody\n{keyword} {value}"
        return self.dressed(keyword, value)

    def dressed(self, keyword: str, value: str) -> str:
        pick = self.random
        written = pick.choice([keyword, keyword, keyword.lower(), keyword.upper()])
        between = pick.choice([" ", " ", "\t", "  ", "=", " = "])
        if pick.random() < 0.05:
            written, between = f'"{keyword}"', pick.choice(["", " ", " ", " ", " "])
        raw = keyword.lower() in ("forcecommand", "versionaddendum") or keyword.endswith("Command")
        if not raw and '"' not in value and " " not in value and pick.random() < 0.15:
            value = pick.choice([f'"{value}"', f"'{value}'"])
        after = pick.choice(["", "", "", " # why", "  ", "\r"])
        return pick.choice(["", "", "  ", "\t"]) + written + between + value + after

    def match(self) -> str:
        pick = self.random
        if pick.random() < 0.12:
            return pick.choice(["Match all", "match All # everyone", "Match  all"])
        names = pick.sample(list(CRITERIA), pick.choice([1, 1, 1, 2, 3]))
        shown = [f"{name}{pick.choice([' ', ' ', '='])}{pick.choice(CRITERIA[name])}" for name in names]
        return pick.choice(["Match ", "MATCH\t", "  match "]) + " ".join(shown)

    def include(self, depth: int, block: bool, bad: float) -> str:
        pick = self.random
        if pick.random() < 0.1:
            return f"Include {self.folder}/nothing/*.conf {self.folder}/missing.conf"
        self.files += 1
        name = f"inc{self.files}"
        count = pick.choice([1, 1, 2, 3])
        folder = self.folder / name
        folder.mkdir()
        for number in range(count):
            (folder / f"{pick.choice('abcXYZ')}{number}.conf").write_text(self.file(depth + 1, block, bad / 3))
        return self.dressed("Include", f"{folder}/*.conf").rstrip("\r")


def write(seed: int, folder: Path) -> Path:
    """The main file of the configuration with this number."""
    pick = random.Random(seed)
    writer = _Writer(pick, folder)
    text = writer.file(0, block=False, bad=0.1)
    main = folder / "sshd_config"
    main.write_text(text)
    return main


def connections(seed: int, count: int) -> list[Connection]:
    """Random connections; the users' groups are those of this machine."""
    pick = random.Random(f"connection {seed}")
    found = []
    for _ in range(count):
        user = pick.choice(USERS)
        found.append(
            Connection(
                user=user,
                groups=_groups(user),
                host=pick.choice(HOSTS),
                address=pick.choice(ADDRESSES),
                local_address=pick.choice(LOCAL),
                local_port=pick.choice([22, 2222, 8022]),
                routing_domain=pick.choice(["blue", "red"]),
            )
        )
    return found


def _groups(user: str) -> tuple[str, ...]:
    try:
        account = pwd.getpwnam(user)
    except KeyError:
        return ()
    return tuple(grp.getgrgid(gid).gr_name for gid in os.getgrouplist(user, account.pw_gid))


def include(pattern: str) -> list[tuple[str, bytes | None]]:
    """The files of a pattern, as the C library finds them."""
    return [(path, Path(path).read_bytes()) for path in sorted(glob.glob(pattern))]


def unexplained(main: Path, connection: Connection) -> list[str]:
    """Keywords that the connection gets a value of which `reachable` does not name."""
    config = read(main.read_bytes(), str(main), include)
    try:
        found = effective(config, connection)
    except FormatError:
        return []
    named = reachable(config)
    return [
        keyword
        for keyword, values in found.items()
        if keyword not in GROWING and values not in {each.values for each in named[keyword]}
    ]


def asked(main: Path, connection: Connection) -> str | None:
    """What sshd prints for the connection, or None where it ends."""
    specification = (
        f"user={connection.user},host={connection.host},addr={connection.address},laddr={connection.local_address},"
        f"lport={connection.local_port},rdomain={connection.routing_domain}"
    )
    command = [*AS_ROOT, SSHD, "-T", "-f", str(main), "-C", specification]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", errors="replace")
    return done.stdout if done.returncode == 0 else None


def said(main: Path, connection: Connection) -> str | None:
    """What the reader of this project says."""
    try:
        found = effective(read(main.read_bytes(), str(main), include), connection)
    except FormatError:
        return None
    return "".join(f"{keyword} {value}\n" for keyword, values in found.items() for value in values)


def compare(seed: int, folder: Path, probes: int = 6) -> Outcome:
    """Asks both about one configuration."""
    place = folder / str(seed)
    place.mkdir()
    main = write(seed, place)
    differences, refused = [], 0
    for connection in connections(seed, probes):
        real, own = asked(main, connection), said(main, connection)
        refused += real is None
        differences += [f"{main}: {connection}: unexplained {each}" for each in unexplained(main, connection)]
        if real != own:
            differences.append(f"{main}: {connection}: {_first(real, own)}")
    if not differences:
        shutil.rmtree(place)
    return Outcome(probes, refused, tuple(differences))


def _first(real: str | None, own: str | None) -> str:
    if real is None or own is None:
        return f"sshd {'ends' if real is None else 'runs'}, the reader says it {'ends' if own is None else 'runs'}"
    left, right = real.splitlines(), own.splitlines()
    pairs = [(a, b) for a, b in zip(left, right, strict=False) if a != b]
    return f"sshd: {pairs[0][0]!r}, reader: {pairs[0][1]!r}" if pairs else f"{len(left)} and {len(right)} lines"
