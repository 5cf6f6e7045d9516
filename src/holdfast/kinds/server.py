"""`server`: a network service that a container, a script or a unit starts, or that a file configures."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part, Secret
from holdfast.core.permissions import Permissions


class FileSecret(Part, frozen=True):
    """A credential that stands in a configuration file."""

    name: Fact[str] = UNSET
    """The setting."""
    value: Fact[Secret] = UNSET
    """What it is set to, or the part of it that is the credential; absent where it only stands for one."""


class ClientRule(Part, frozen=True):
    """Which clients one way of authentication is for."""

    known_by: ClassVar[tuple[str, ...]] = ("text",)

    text: Fact[str] = UNSET
    """The rule as it is written, without its options."""
    type: Fact[str] = UNSET
    """How they connect: `local` (a socket file), `host`, `hostssl`, `hostnossl`, `hostgssenc`, `hostnogssenc`."""
    databases: Fact[list[str]] = UNSET
    """Databases, or `all`, `replication`, `sameuser`, `samerole`."""
    users: Fact[list[str]] = UNSET
    """Users, `+role`, or `all`."""
    address: Fact[str] = UNSET
    """The client's addresses as CIDR, a host name, or `samehost`, `samenet`; absent for socket files."""
    method: Fact[str] = UNSET
    """The way of authentication: `trust`, `password`, `md5`, `scram-sha-256`, `cert`, `peer`, `reject`, ..."""
    same_host: Fact[bool] = UNSET
    """Whether only clients on the server's own host can match."""


STARTED = frozenset(
    ("manifest", "compose", "devcontainer", "dockerfile", "script", "unit", "skypilot", "dstack", "runpod", "lambda")
)
"""Sources that show how a server is started, and nothing of its files."""


class Server(Kind, frozen=True):
    """A server program as its image, command line and environment, or its configuration file, configure it.

    Documented defaults of the product are filled in; what a file, an unresolved variable or an
    unseen script could still change is unobserved.
    """

    kind: ClassVar[str] = "server"
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {
        "version": frozenset({"script", "unit", "config", "host"}),
        # Where it is unobserved the credential is kept elsewhere, as it should be.
        **dict.fromkeys(("default_secret", "weak_secret"), STARTED | {"config", "host"}),
        # A configuration file says nothing of how its server is started, and a command nothing of files.
        **dict.fromkeys(
            ("secret_in_argv", "secret_in_env", "options_complete", "env", "env_complete"),
            frozenset({"config", "host"}),
        ),
        **dict.fromkeys(("file_secrets", "client_rules", "on_host"), STARTED),
        "permissions": STARTED | {"config"},
    }

    product: Fact[str] = UNSET
    """Which program: `vllm`, `sglang`, `tgi`, `triton`, `ollama`, `ray`, `jupyter`, `mlflow`, ..."""
    version: Fact[str] = UNSET
    """Its version as the image tag or package pin says; absent for `latest`, digests and custom builds."""
    image: Fact[str] = UNSET
    """The image reference it runs from; absent where no container is involved."""
    host: Fact[str] = UNSET
    """The address it binds: `0.0.0.0`, `::`, `127.0.0.1`, a name or a socket path."""
    loopback: Fact[bool] = UNSET
    """Whether only the same host (or pod) can reach it."""
    port: Fact[int] = UNSET
    """The main TCP port it listens on."""
    auth: Fact[bool] = UNSET
    """Whether clients must authenticate before the main API answers."""
    tls: Fact[bool] = UNSET
    """Whether the server itself speaks TLS."""
    secret_in_argv: Fact[bool] = UNSET
    """Whether a literal credential stands on its command line, readable by any process of the host."""
    secret_in_env: Fact[bool] = UNSET
    """Whether a literal credential stands in its environment in the source."""
    file_secrets: Fact[list[FileSecret]] = UNSET
    """The literal credentials in its configuration file."""
    on_host: Fact[bool] = UNSET
    """Whether its configuration file lies on the host that uses it, and not in a repository."""
    permissions: Fact[Permissions] = UNSET
    """Who may read and write its configuration file."""
    trust_remote_code: Fact[bool] = UNSET
    """Whether code from a model repository may run in the server."""
    cors_any: Fact[bool] = UNSET
    """Whether any web origin may call it."""
    default_secret: Fact[bool] = UNSET
    """Whether it accepts a credential that its documentation or image ships (`minioadmin`, `sk-1234`)."""
    weak_secret: Fact[bool] = UNSET
    """Whether a credential that stands here has fewer than 15 characters, or is one that everybody tries (`changeme`);
    absent where none does."""
    options: Fact[dict[str, Fact[str]]] = UNSET
    """Flags by long name without dashes (`max-model-len`), and what a configuration file says in its own names with
    `-` for `_` (`security.authorization`); the last one wins, a switch is `true`.

    A credential is `***`, or `$` where it is kept elsewhere; what a file sets to something unresolved is unobserved.
    """
    options_complete: Fact[bool] = UNSET
    """True when no flag beyond `options` can apply; otherwise unobserved.

    A rule that looks for a dangerous flag says `bad || !s.options_complete`: unknown where a file or a
    script could still set it.
    """
    env: Fact[dict[str, str]] = UNSET
    """The product's own environment variables; a credential is `***`, a value kept elsewhere is `$`."""
    env_complete: Fact[bool] = UNSET
    """True when no variable beyond those in the source can apply; otherwise unobserved."""
    client_rules: Fact[list[ClientRule]] = UNSET
    """Who may connect from where, and how they prove it, where its files say that (PostgreSQL's pg_hba.conf).

    Rules that an earlier one always precedes are left out: the first that matches decides.
    """
