"""Networks, subnets and firewall rules of Google Cloud.

Source: VPC, "VPC firewall rules" (ingress from everywhere unless a source is named), "VPC Flow Logs" (off unless a
subnet asks), "Private Google Access"; Terraform Google provider 7, `google_compute_firewall`, `google_compute_network`,
`google_compute_subnetwork`, `google_compute_network_firewall_policy_rule`, `..._firewall_policy_with_rules`,
`google_network_management_vpc_flow_logs_config` (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import UNSET

from holdfast.collect.cloud.common import (
    EVERY_PORT,
    NUMBERS,
    account_of,
    anywhere,
    asset,
    is_word,
    opened,
    ports_of,
    unseen_rules,
)
from holdfast.collect.cloud.google.common import network_of
from holdfast.collect.cloud.refusals import Refusal, covered, gathered
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import ANY_ADDRESS, Block, named
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact, either
from holdfast.core.known import known
from holdfast.kinds.firewall_rule import FirewallRule
from holdfast.kinds.network import Network

PORTLESS = frozenset(("icmp", "icmpv6", "ah", "ipip", "esp", "51", "94", "50"))
FLOW_LOGS = "google_network_management_vpc_flow_logs_config"
ORGANISATION_FLOW_LOGS = "google_network_management_organization_vpc_flow_logs_config"
OTHERS = ("source_tags", "source_service_accounts")
TARGETS = ("target_tags", "target_service_accounts")
PRIORITY = 1000
"""That of a rule which names none."""


def firewall(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A firewall rule of a network: an asset for each protocol and range of ports."""
    own = Block(resource, {})
    inward = is_word(own.text("direction", default="INGRESS"), "INGRESS")
    ranges, priority = _ranges(own, inward), own.number("priority", default=PRIORITY)
    group, off = named(resource.attributes.get("network")), own.flag("disabled", default=False)
    before = stack.once(_refusals).get(_key(own, group), ()) if inward is True else ()
    for name, allows in (("allow", True), ("deny", False)):
        for index, block in enumerate(own.blocks(name)):
            for number, (protocol, first, last) in enumerate(_ports(block, "protocol", "ports")):
                spots: dict[str, Spot] = {}
                block_at = Block(resource, spots, block.data, block.path)
                block_at.here("")
                Block(resource, spots).note("source_ranges", "from_anywhere")
                facts = FirewallRule(
                    name=own.text("name", "", None) or resource.name,
                    group=group,
                    provider="google",
                    direction="in" if inward is True else "out" if inward is False else UNSET,
                    allows=allows,
                    protocol=protocol,
                    first_port=first,
                    last_port=last,
                    ranges=ranges,
                    from_anywhere=anywhere(ranges),
                    from_groups=_named(own, OTHERS) if inward is True else UNSET,
                    network=network_of(own, stack),
                    to_groups=_named(own, TARGETS),
                    opens=opened(first, last, protocol),
                    disabled=either(off, allows and covered(before, priority, protocol, (first, last), ranges)),
                )
                yield asset(resource, facts, spots, f"{name}.{index}.{number}")
    yield from unseen_rules(resource, "google", {"allow": None, "deny": None})


def _named(own: Block, names: Sequence[str]) -> Fact[list[str]]:
    """Tags, and service accounts by address or mail address."""
    values = [known(own.data.get(name)) for name in names if own.data.get(name) is not None]
    found = [named(item) for value in values for item in (value if isinstance(value, list) else [value])]
    return [str(each) for each in found] if all(isinstance(each, str) for each in found) else UNSET


def _refusals(stack: Stack) -> dict[str, list[Refusal]]:
    """Network -> its rules that refuse everybody, for all that is in it."""
    return gathered(pair for each in stack.of("google_compute_firewall") for pair in _refused(each))


def _key(own: Block, network: Fact[str]) -> str:
    """By what a network is known: its name counts in one project."""
    return f"{account_of(own, 'project')}/{network}"


def _refused(resource: Resource) -> Iterator[tuple[str, Refusal]]:
    """What a rule refuses; of two with one priority the refusal comes first."""
    own = Block(resource, {})
    group, priority = named(resource.attributes.get("network")), own.number("priority", default=PRIORITY)
    inward = is_word(own.text("direction", default="INGRESS"), "INGRESS")
    narrowed = any(name in own for name in (*TARGETS, *OTHERS, "destination_ranges"))
    on = own.flag("disabled", default=False) is False and inward is True and not narrowed
    ranges = _ranges(own, inward)
    if not on or not isinstance(ranges, list) or not isinstance(group, str) or not isinstance(priority, int):
        return
    key = _key(own, group)
    everybody = tuple(each for each in ranges if anywhere([each]))
    for block in own.blocks("deny"):
        for protocol, first, last in _ports(block, "protocol", "ports"):
            if isinstance(protocol, str) and isinstance(first, int) and isinstance(last, int):
                yield key, Refusal(priority - 1, protocol, first, last, everybody, resource.maybe)


def _ranges(own: Block, inward: Fact[bool]) -> Fact[list[str]]:
    """The other side: everybody where neither addresses nor tags nor accounts are named."""
    name = "destination_ranges" if inward is False else "source_ranges"
    if name in own:
        return own.texts(name)
    if inward is True and any(other in own for other in OTHERS):
        return []
    return [ANY_ADDRESS] if inward is not UNSET else UNSET


def _ports(block: Block, protocol_name: str, ports_name: str) -> Iterator[tuple[Fact[str], Fact[int], Fact[int]]]:
    """Protocol, first and last port: all of them where none is named."""
    protocol = block.text(protocol_name)
    if isinstance(protocol, str):
        protocol = "any" if protocol.lower() == "all" else NUMBERS.get(protocol, protocol.lower())
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
    yield from _policy_rule(resource, Block(resource, {}), named(resource.attributes.get("firewall_policy")), "")


def policy(resource: Resource, _: Stack) -> Iterator[Asset]:
    """A firewall policy that holds its rules."""
    for index, rule in enumerate(Block(resource, {}).blocks("rule")):
        yield from _policy_rule(resource, rule, resource.address, f"rule.{index}.")


def _policy_rule(resource: Resource, own: Block, group: Fact[str], part: str) -> Iterator[Asset]:
    match = own.block("match")
    layers = "layer4_config" if "layer4_config" in match else "layer4_configs"
    inward = is_word(own.text("direction", default="INGRESS"), "INGRESS")
    name = "dest_ip_ranges" if inward is False else "src_ip_ranges"
    narrowed = any(key.startswith(("src_", "dest_")) and key != name for key in match.data)
    ranges = match.texts(name) if name in match else [] if narrowed else [ANY_ADDRESS]
    action = own.text("action")
    for index, block in enumerate(match.blocks(layers)):
        for number, (protocol, first, last) in enumerate(_ports(block, "ip_protocol", "ports")):
            spots: dict[str, Spot] = {}
            Block(resource, spots, block.data, block.path).here("")
            facts = FirewallRule(
                name=own.text("rule_name", "", None) or resource.name,
                group=group,
                provider="google",
                direction="in" if inward is True else "out" if inward is False else UNSET,
                allows=action == "allow" if isinstance(action, str) else UNSET,
                protocol=protocol,
                first_port=first,
                last_port=last,
                ranges=ranges,
                from_anywhere=anywhere(ranges),
                opens=opened(first, last, protocol),
                disabled=own.flag("disabled", default=False),
            )
            yield asset(resource, facts, spots, f"{part}{index}.{number}")


def network(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A network: its connections are recorded where every subnet records them, or a configuration for all of it."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    name = own.text("name", "name")
    joined = stack.joined("google_compute_subnetwork", "network", resource, ("id", "name", "self_link"))
    automatic = own.flag("auto_create_subnetworks", "flow_logs", default=True)
    logged = [_logged(Block(each, {}), stack) for each in joined.resources if _carries(Block(each, {}))]
    flow_logs: Fact[bool] = False if automatic is True or False in logged else UNSET
    if automatic is False and joined.complete and logged and all(each is True for each in logged):
        flow_logs = True
    facts = Network(
        name=name,
        provider="google",
        subnet=False,
        ranges=[],
        public_addresses=False,
        flow_logs=either(flow_logs, _recorded(resource, stack, "network")),
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


def subnet(resource: Resource, stack: Stack) -> Iterator[Asset]:
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
        flow_logs=_logged(own, stack),
        default=False,
        private_services=UNSET if private is UNSET else ["googleapis"] if private else [],
    )
    yield asset(resource, facts, spots)


def _logged(own: Block, stack: Stack) -> Fact[bool]:
    written = UNSET if own.unseen("log_config") else "log_config" in own
    return either(written, _recorded(own.resource, stack, "subnet"))


def _recorded(resource: Resource, stack: Stack, link: str) -> Fact[bool]:
    """Whether a configuration of its own records a network or subnet; one of the organisation's may."""
    joined = stack.joined(FLOW_LOGS, link, resource, ("id", "name", "self_link"))
    states = [Block(each, {}).text("state", default="ENABLED") for each in joined.resources]
    answers: list[Fact[bool]] = [UNSET if state is UNSET else state != "DISABLED" for state in states]
    doubt = not joined.complete or any(True for _ in stack.of(ORGANISATION_FLOW_LOGS))
    return either(*answers, UNSET if doubt else False)


def _carries(own: Block) -> bool:
    """Whether machines lie in a subnet; those of proxies have no flow logs."""
    purpose = own.text("purpose", default="PRIVATE")
    return purpose is UNSET or purpose == "PRIVATE"
