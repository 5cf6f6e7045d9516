"""AI Search, PostgreSQL, Redis and Cosmos DB.

Source: Azure AI Search, "Configure network access", "Enable or disable role-based access control"; Azure Database for
PostgreSQL, "Networking overview" (a server that is public admits the addresses of its firewall rules); Azure Cache for
Redis, "Network isolation"; Azure Cosmos DB, "Configure IP firewall"; Terraform AzureRM provider 4 and 5 (checked
2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from holdfast.collect.cloud.azure.common import logged
from holdfast.collect.cloud.common import asset, encryption, literal_secret, opposite
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import ANY_ADDRESS, Block, named, or_any_address
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact, either
from holdfast.kinds.database import Database

ADDRESSES = ("start_ip_address", "end_ip_address")
LOWEST, HIGHEST = "0.0.0.0", "255.255.255.255"  # noqa: S104 - ends of a range, no binding


def search(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A service of AI Search: with keys and for every network unless told otherwise."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    allowed = own.ranges("allowed_ips", "open_ranges")
    facts = Database(
        name=own.text("name", "name", None) or resource.name,
        provider="azure",
        service="ai-search",
        public_network=own.flag("public_network_access_enabled", "public_network", default=True),
        open_ranges=or_any_address(allowed),
        policy=None,
        anonymous=False,
        tls=True,
        encryption="provider",
        keys_allowed=own.flag("local_authentication_enabled", "keys_allowed", default=True),
        fine_grained=False,
        audit_logs=logged(own, stack, ("OperationLogs",), "audit_logs"),
        backups=False,
        literal_password=False,
        deletion_protection=UNSET,
    )
    yield asset(resource, facts, spots)


def postgresql(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A flexible server of PostgreSQL, which demands TLS unless a parameter says otherwise."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    inside = "delegated_subnet_id" in own
    tls = _parameter(resource, stack, "require_secure_transport")
    authentication = own.block("authentication")
    facts = Database(
        name=own.text("name", "name", None) or resource.name,
        provider="azure",
        service="postgresql",
        public_network=own.flag("public_network_access_enabled", "public_network", default=not inside),
        open_ranges=_rules(resource, stack, "azurerm_postgresql_flexible_server_firewall_rule", "server_id", spots),
        policy=None,
        anonymous=False,
        tls=True if tls is None else UNSET if not isinstance(tls, str) else tls.lower() == "on",
        encryption=encryption(named(own.block("customer_managed_key").data.get("key_vault_key_id"))),
        keys_allowed=authentication.flag("password_auth_enabled", "keys_allowed", default=True),
        fine_grained=True,
        audit_logs=logged(own, stack, ("PostgreSQLLogs",), "audit_logs"),
        backups=True,
        literal_password=literal_secret(own, "literal_password", "administrator_password", "administrator_password_wo"),
        deletion_protection=UNSET,
    )
    yield asset(resource, facts, spots)


def _parameter(resource: Resource, stack: Stack, name: str) -> Any:
    """The value that a parameter of a server is set to; absent for its default."""
    joined = stack.joined("azurerm_postgresql_flexible_server_configuration", "server_id", resource)
    for each in joined.resources:
        own = Block(each, {})
        if own.text("name") == name:
            return own.text("value")
    return None if joined.complete else UNSET


def _rules(
    resource: Resource,
    stack: Stack,
    type: str,
    link: str,
    spots: dict[str, Spot],
    names: tuple[str, str] = ADDRESSES,
) -> Fact[list[str]]:
    """The addresses that firewall rules admit; a rule from 0.0.0.0 to itself means the services of Azure."""
    joined = stack.joined(type, link, resource)
    found: list[Fact[str]] = [] if joined.complete else [UNSET]
    for each in joined.resources:
        own = Block(each, spots)
        first, last = (own.text(name) for name in names)
        if (first, last) == (LOWEST, HIGHEST):
            own.here("public_network")
            return [ANY_ADDRESS]
        found.append(f"{first}-{last}" if isinstance(first, str) and isinstance(last, str) else UNSET)
    ranges = [each for each in found if isinstance(each, str)]
    return ranges if len(ranges) == len(found) else UNSET


def cache(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A cache of Redis: with keys and TLS, for every network, unless told otherwise."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    settings = own.block("redis_configuration")
    plain = "enable_non_ssl_port" if "enable_non_ssl_port" in own else "non_ssl_port_enabled"
    public = own.flag("public_network_access_enabled", "public_network", default=True)
    ranges = _rules(resource, stack, "azurerm_redis_firewall_rule", "redis_cache_name", spots, ("start_ip", "end_ip"))
    facts = Database(
        name=own.text("name", "name", None) or resource.name,
        provider="azure",
        service="redis",
        public_network=False if "subnet_id" in own else public,
        open_ranges=or_any_address(ranges),
        policy=None,
        anonymous=opposite(settings.flag("authentication_enabled", "anonymous", default=True)),
        tls=opposite(own.flag(plain, "tls", default=False)),
        encryption="provider",
        keys_allowed=own.flag("access_keys_authentication_enabled", "keys_allowed", default=True),
        fine_grained=False,
        audit_logs=logged(own, stack, ("ConnectedClientList",), "audit_logs"),
        backups=either(
            settings.flag("rdb_backup_enabled", "backups", default=False),
            settings.flag("aof_backup_enabled", "backups", default=False),
        ),
        literal_password=False,
        deletion_protection=UNSET,
    )
    yield asset(resource, facts, spots)


def cosmos(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """An account of Cosmos DB: with keys and for every network unless told otherwise."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    keys: Fact[bool] = own.flag("local_authentication_enabled", "keys_allowed", default=True)
    if "local_authentication_disabled" in own:  # its name up to version 4
        keys = opposite(own.flag("local_authentication_disabled", "keys_allowed", default=False))
    ranges = own.ranges("ip_range_filter", "open_ranges")
    filtered = own.flag("is_virtual_network_filter_enabled", default=False)
    everybody: Fact[list[str]] = UNSET if filtered is UNSET else [] if filtered else [ANY_ADDRESS]
    facts = Database(
        name=own.text("name", "name", None) or resource.name,
        provider="azure",
        service="cosmos",
        public_network=own.flag("public_network_access_enabled", "public_network", default=True),
        open_ranges=ranges or everybody if isinstance(ranges, list) else UNSET,
        policy=None,
        anonymous=False,
        tls=True,
        encryption=encryption(named(own.data.get("key_vault_key_id"))),
        keys_allowed=keys,
        fine_grained=True,
        audit_logs=logged(own, stack, ("DataPlaneRequests", "MongoRequests"), "audit_logs"),
        backups=True,
        literal_password=False,
        deletion_protection=UNSET,
    )
    yield asset(resource, facts, spots)
