"""`ssh_server`: an OpenSSH server, as its configuration files set it up."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part


class Case(Part, frozen=True):
    """What the server does for some connections.

    The first case is that of connections that meet no Match block, and each Match block is one more. In a block's
    case what it leaves as it is for the others is absent. A fact is what `sshd -T -C` prints, defaults of OpenSSH
    included, but for what its own text says.
    """

    name: Fact[str] = UNSET
    """Which connections: `every connection`, or the Match line."""
    file: Fact[str] = UNSET
    """The file that the Match line stands in; for the first case the configuration itself."""
    password_login: Fact[bool] = UNSET
    """Whether a password suffices: PasswordAuthentication, unless AuthenticationMethods asks for more."""
    keyboard_interactive_login: Fact[bool] = UNSET
    """Whether PAM's questions, mostly for a password, suffice: KbdInteractiveAuthentication with UsePAM."""
    publickey_login: Fact[bool] = UNSET
    """Whether a key suffices."""
    host_based_login: Fact[bool] = UNSET
    """Whether a client's host key suffices."""
    several_factors: Fact[bool] = UNSET
    """Whether AuthenticationMethods asks everybody for two different methods."""
    root_login: Fact[str] = UNSET
    """PermitRootLogin: `yes`, `without-password`, `forced-commands-only` or `no`; absent where root is excluded."""
    empty_passwords: Fact[bool] = UNSET
    """PermitEmptyPasswords."""
    max_auth_tries: Fact[int] = UNSET
    """MaxAuthTries: how often a client may try in one connection."""
    login_grace_time: Fact[int] = UNSET
    """LoginGraceTime in seconds; 0 is without limit."""
    restricts_users: Fact[bool] = UNSET
    """Whether AllowUsers or AllowGroups says who may log in; a pattern that fits every name does not."""
    allow_users: Fact[list[str]] = UNSET
    """AllowUsers; empty where it is not set."""
    allow_groups: Fact[list[str]] = UNSET
    """AllowGroups; empty where it is not set."""
    tcp_forwarding: Fact[str] = UNSET
    """AllowTcpForwarding after DisableForwarding: `yes`, `local`, `remote` or `no`."""
    agent_forwarding: Fact[bool] = UNSET
    """AllowAgentForwarding after DisableForwarding."""
    x11_forwarding: Fact[bool] = UNSET
    """X11Forwarding after DisableForwarding."""
    gateway_ports: Fact[str] = UNSET
    """GatewayPorts: `yes`, `clientspecified` or `no`; `no` where remote forwarding is off."""
    tunnel: Fact[str] = UNSET
    """PermitTunnel after DisableForwarding: `yes`, `point-to-point`, `ethernet` or `no`."""
    user_environment: Fact[str] = UNSET
    """PermitUserEnvironment: `yes`, `no` or a pattern list of variables."""
    strict_modes: Fact[bool] = UNSET
    """StrictModes: whether files that others can write to are refused."""
    pam: Fact[bool] = UNSET
    """UsePAM."""
    log_level: Fact[str] = UNSET
    """LogLevel in capitals; `SILENT` is QUIET."""
    forced_command: Fact[str] = UNSET
    """ForceCommand; `none` without one."""
    chroot: Fact[str] = UNSET
    """ChrootDirectory; `none` without one."""
    authorized_keys_files: Fact[list[str]] = UNSET
    """AuthorizedKeysFile."""
    authorized_keys_command: Fact[str] = UNSET
    """AuthorizedKeysCommand; `none` without one."""
    user_ca_keys: Fact[str] = UNSET
    """TrustedUserCAKeys; `none` without one."""
    own_user_ca_keys: Fact[bool] = UNSET
    """Whether that file lies where plain users write."""
    host_keys: Fact[list[str]] = UNSET
    """HostKey."""
    weak_algorithms: Fact[list[str]] = UNSET
    """Broken or outdated ciphers, message codes, key exchanges and signatures that a setting turns on.

    Those with CBC, 3DES, MD5, SHA-1 for key exchange or signatures, or DSA; what OpenSSH itself turns on by default
    is not among them.
    """
    required_rsa_size: Fact[int] = UNSET
    """RequiredRSASize in bits."""


class Setting(Part, frozen=True):
    """A value that a setting gives to some connection; what no connection can get is left out."""

    known_by: ClassVar[tuple[str, ...]] = ("keyword",)

    keyword: Fact[str] = UNSET
    """The keyword in lower case, older spellings replaced."""
    value: Fact[str] = UNSET
    """The value as `sshd -T` prints it; several lines are joined by a blank."""
    connections: Fact[str] = UNSET
    """Which connections: `every connection`, or the Match line."""
    file: Fact[str] = UNSET
    """The file that it stands in."""


class SshServer(Kind, frozen=True):
    """An sshd_config with the files that it includes, for OpenSSH 9.2 and what later versions added."""

    kind: ClassVar[str] = "ssh_server"
    places: ClassVar[tuple[str, ...]] = ("name", "files", "cases.file", "settings.file", "problems")

    name: Fact[str] = UNSET
    """The file's path."""
    files: Fact[list[str]] = UNSET
    """Every file that was read."""
    starts: Fact[bool] = UNSET
    """Whether sshd accepts the configuration; what it does is unobserved where it does not."""
    problems: Fact[list[str]] = UNSET
    """What sshd refuses, with file and line."""
    needs: Fact[str] = UNSET
    """The OpenSSH that it needs, if it is later than 9.2 or patched; absent otherwise."""
    cases: Fact[list[Case]] = UNSET
    """The connections between which it distinguishes; files that could not be read are one more, with nothing seen."""
    settings: Fact[list[Setting]] = UNSET
    """Every value that is set and that some connection gets."""
