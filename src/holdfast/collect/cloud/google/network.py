"""Networks, subnets and firewall rules of Google Cloud.

Source: VPC, "VPC firewall rules" (ingress from everywhere unless a source is named), "VPC Flow Logs" (off unless a
subnet asks), "Private Google Access"; Terraform Google provider 7, `google_compute_firewall`, `google_compute_network`,
`google_compute_subnetwork`, `google_compute_network_firewall_policy_rule` (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from holdfast.collect.cloud.common import EVERY_PORT, anywhere, asset, is_word, opened, ports_of
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, named
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.kinds.firewall_rule import FirewallRule
from holdfast.kinds.network import Network

PORTLESS = frozenset(("icmp", "ah", "ipip", "esp", "1", "58", "51", "94", "50"))
OTHERS = ("source_tags", "source_service_accounts")


def firewall(resource: Resource, _: Stack) -> Iterator[Asset]:
    """A firewall rule of a network: an asset for each protocol and range of ports."""
    own = Block(resource, {})
    inward = is_word(own.text("direction", default="INGRESS"), "INGRESS")
    ranges = _ranges(own, inward)
    for name, allows in (("allow", True), ("deny", False)):
        for index, block in enumerate(own.blocks(name)):
            for number, (protocol, first, last) in enumerate(_ports(block, "protocol", "ports")):
                spots: dict[str, Spot] = {}
                block_at = Block(resource, spots, block.data, block.path)
                block_at.here("")
                Block(resource, spots).note("source_ranges", "from_anywhere")
                facts = FirewallRule(
                    name=own.text("name", "", None) or resource.name,
                    group=named(resource.attributes.get("network")),
                    provider="google",
                    direction="in" if inward is True else "out" if inward is False else UNSET,
                    allows=allows,
                    protocol=protocol,
                    first_port=first,
                    last_port=last,
                    ranges=ranges,
                    from_anywhere=anywhere(ranges),
                    opens=opened(first, last),
                    disabled=own.flag("disabled", default=False),
                )
                yield asset(resource, facts, spots, f"{name}.{index}.{number}")


def _ranges(own: Block, inward: Fact[bool]) -> Fact[list[str]]:
    """The other side: everybody where neither addresses nor tags nor accounts are named."""
    name = "destination_ranges" if inward is False else "source_ranges"
    if name in own:
        return own.texts(name)
    if inward is True and any(other in own for other in OTHERS):
        return []
    return ["0.0.0.0/0"] if inward is not UNSET else UNSET


def _ports(block: Block, protocol_name: str, ports_name: str) -> Iterator[tuple[Fact[str], Fact[int], Fact[int]]]:
    """Protocol, first and last port: all of them where none is named."""
    protocol = block.text(protocol_name)
    if isinstance(protocol, str):
        protocol = "any" if protocol.lower() == "all" else protocol.lower()
    if protocol in PORTLESS:
        yield protocol, None, None
        return
    ports = block.texts(ports_name)
    if not isinstance(ports, list):
        yield protocol, UNSET, UNSET
    elif not ports:
        yield protocol, *EVERY_PORT
    else:
        yield from ((protocol, *ports_of(each)) for each in ports)


def policy_rule(resource: Resource, _: Stack) -> Iterator[Asset]:
    """A rule of a firewall policy."""
    own = Block(resource, {})
    match = own.block("match")
    inward = is_word(own.text("direction", default="INGRESS"), "INGRESS")
    name = "dest_ip_ranges" if inward is False else "src_ip_ranges"
    narrowed = any(key.startswith(("src_", "dest_")) and key != name for key in match.data)
    ranges = match.texts(name) if name in match else [] if narrowed else ["0.0.0.0/0"]
    action = own.text("action")
    for index, block in enumerate(match.blocks("layer4_configs")):
        for number, (protocol, first, last) in enumerate(_ports(block, "ip_protocol", "ports")):
            spots: dict[str, Spot] = {}
            Block(resource, spots, block.data, block.path).here("")
            facts = FirewallRule(
                name=own.text("rule_name", "", None) or resource.name,
                group=named(resource.attributes.get("firewall_policy")),
                provider="google",
                direction="in" if inward is True else "out" if inward is False else UNSET,
                allows=action == "allow" if isinstance(action, str) else UNSET,
                protocol=protocol,
                first_port=first,
                last_port=last,
                ranges=ranges,
                from_anywhere=anywhere(ranges),
                opens=opened(first, last),
                disabled=own.flag("disabled", default=False),
            )
            yield asset(resource, facts, spots, f"{index}.{number}")


def network(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A network: its connections are recorded where every subnet records them."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    name = own.text("name", "name")
    joined = stack.joined("google_compute_subnetwork", "network", resource, ("id", "name", "self_link"))
    automatic = own.flag("auto_create_subnetworks", "flow_logs", default=True)
    logged = [_logged(Block(each, {})) for each in joined.resources if _carries(Block(each, {}))]
    flow_logs: Fact[bool] = False if automatic is True or False in logged else UNSET
    if automatic is False and joined.complete and logged and all(each is True for each in logged):
        flow_logs = True
    facts = Network(
        name=name,
        provider="google",
        subnet=False,
        ranges=[],
        public_addresses=False,
        flow_logs=flow_logs,
        name_logs=_name_logs(resource, stack, spots),
        default=name == "default" if isinstance(name, str) else UNSET,
        private_services=[],
    )
    yield asset(resource, facts, spots)


def _name_logs(resource: Resource, stack: Stack, spots: dict[str, Spot]) -> Fact[bool]:
    """Whether a policy of Cloud DNS logs the queries of a network."""
    doubt = False
    for each in stack.of("google_dns_policy"):
        policy = Block(each, spots)
        answers = [
            stack.means(block.data.get("network_url"), resource, ("id", "name", "self_link"))
            for block in policy.blocks("networks")
        ]
        logged = policy.flag("enable_logging", default=False)
        if logged is True and True in answers:
            policy.note("enable_logging", "name_logs")
            return True
        doubt |= policy.unseen("networks") or (logged is not False and None in answers)
        doubt |= logged is UNSET and True in answers
    return UNSET if doubt else False


def subnet(resource: Resource, _: Stack) -> Iterator[Asset]:
    """A subnet."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    private = own.flag("private_ip_google_access", "private_services", default=False)
    facts = Network(
        name=own.text("name", "name", None) or resource.name,
        provider="google",
        subnet=True,
        ranges=own.texts("ip_cidr_range", "ranges"),
        public_addresses=False,
        flow_logs=_logged(own),
        default=False,
        private_services=UNSET if private is UNSET else ["googleapis"] if private else [],
    )
    yield asset(resource, facts, spots)


def _logged(own: Block) -> Fact[bool]:
    return UNSET if own.unseen("log_config") else "log_config" in own


def _carries(own: Block) -> bool:
    """Whether machines lie in a subnet; those of proxies have no flow logs."""
    purpose = own.text("purpose", default="PRIVATE")
    return purpose is UNSET or purpose == "PRIVATE"
