"""Cloud SQL, Memorystore and Vector Search.

Source: Cloud SQL, "Configure public IP" (an address of its own admits nobody but authorized networks and the
authenticating connectors), "Configure SSL/TLS certificates", "About instance settings"; Memorystore for Redis, "About
Redis AUTH", "About in-transit encryption"; Vertex AI, "Vector Search"; Terraform Google provider 7,
`google_sql_database_instance`, `google_redis_instance`, `google_vertex_ai_index_endpoint` (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from holdfast.collect.cloud.common import asset, encryption, is_word, literal_secret, opposite
from holdfast.collect.cloud.google.common import network_of
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import ANY_ADDRESS, Block, canonical, named
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.kinds.database import Database

PASSWORDS, ROOT_PASSWORDS = ("password", "password_wo"), ("root_password", "root_password_wo")


def relational(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """An instance of Cloud SQL."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    settings = own.block("settings")
    network, backup = settings.block("ip_configuration"), settings.block("backup_configuration")
    unseen = own.unseen("settings") or settings.unseen("ip_configuration")
    public = UNSET if unseen else network.flag("ipv4_enabled", "public_network", default=True)
    blind = unseen or settings.unseen("backup_configuration")
    users = stack.joined("google_sql_user", "instance", resource)
    passwords = [literal_secret(Block(each, spots), "literal_password", *PASSWORDS) for each in users.resources]
    passwords.append(literal_secret(own, "literal_password", *ROOT_PASSWORDS))
    facts = Database(
        name=own.text("name", "name", None) or resource.name,
        provider="google",
        service="cloud-sql",
        public_network=public,
        open_ranges=UNSET if unseen else _networks(network),
        policy=None,
        anonymous=False,
        tls=UNSET if unseen else _tls(settings, network),
        encryption=encryption(named(own.data.get("encryption_key_name"))),
        keys_allowed=True,
        fine_grained=True,
        audit_logs=UNSET,
        backups=backup.flag("enabled", "backups", default=UNSET if blind else False),
        literal_password=True if True in passwords else UNSET if UNSET in passwords else False,
        deletion_protection=_protected(own, settings),
    )
    yield asset(resource, facts, spots)


def _networks(network: Block) -> Fact[list[str]]:
    """The addresses that its own list admits."""
    if network.unseen("authorized_networks"):
        return UNSET
    found = [block.text("value", "open_ranges") for block in network.blocks("authorized_networks")]
    ranges = [canonical(each) for each in found if isinstance(each, str)]
    return ranges if len(ranges) == len(found) or ANY_ADDRESS in ranges else UNSET


def _tls(settings: Block, network: Block) -> Fact[bool]:
    """Whether connections must be encrypted; those of the connectors always are."""
    if settings.text("connector_enforcement") == "REQUIRED":
        return True
    if "ssl_mode" in network:
        return is_word(network.text("ssl_mode", "tls"), "ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED")
    return network.flag("require_ssl", "tls", default=False)


def _protected(own: Block, settings: Block) -> Fact[bool]:
    answers = (
        own.flag("deletion_protection", "deletion_protection", default=True),
        settings.flag("deletion_protection_enabled", default=False),
    )
    return True if True in answers else UNSET if UNSET in answers else False


def cache(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """An instance of Memorystore for Redis: without a password and without TLS unless told otherwise."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    persistent = own.block("persistence_config").text("persistence_mode", "backups", "DISABLED")
    facts = Database(
        name=own.text("name", "name", None) or resource.name,
        provider="google",
        service="redis",
        public_network=False,
        open_ranges=None,
        network=network_of(own, stack) if "authorized_network" in own else "default",
        port=6379,
        policy=None,
        anonymous=opposite(own.flag("auth_enabled", "anonymous", default=False)),
        tls=is_word(own.text("transit_encryption_mode", "tls", "DISABLED"), "SERVER_AUTHENTICATION"),
        encryption=encryption(named(own.data.get("customer_managed_key"))),
        keys_allowed=True,
        fine_grained=False,
        audit_logs=False,
        backups=is_word(persistent, "RDB"),
        literal_password=False,
        deletion_protection=own.flag("deletion_protection", "deletion_protection", default=True),
    )
    yield asset(resource, facts, spots)


def vectors(resource: Resource, _: Stack) -> Iterator[Asset]:
    """An endpoint for indexes of Vector Search."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    facts = Database(
        name=own.text("display_name", "name", None) or resource.name,
        provider="google",
        service="vector-search",
        public_network=own.flag("public_endpoint_enabled", "public_network", default=False),
        open_ranges=None,
        policy=None,
        anonymous=False,
        tls=True,
        encryption=encryption(named(own.block("encryption_spec").data.get("kms_key_name"))),
        keys_allowed=False,
        fine_grained=False,
        audit_logs=UNSET,
        backups=UNSET,
        literal_password=False,
        deletion_protection=False,
    )
    yield asset(resource, facts, spots)
