"""Assets for the tests of edges, and edges in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Kind
from holdfast.core.statement import Principal, Statement
from holdfast.estate.iam.trust import trust
from holdfast.kinds.bucket import Bucket
from holdfast.kinds.firewall_rule import FirewallRule
from holdfast.kinds.identity import Identity
from holdfast.kinds.instance import Instance
from holdfast.kinds.server import Server
from holdfast.kinds.workload import Container, Port, Workload

Step = Callable[[Sequence[Asset], Sequence[Edge]], Iterable[Edge]]


def asset(facts: Kind, name: str, path: str = "main.tf", source: str = "terraform") -> Asset:
    return Asset(f"{facts.kind}/{path}/{name}", facts, source, path)


def told(step: Step, *assets: Asset, edges: Sequence[Edge] = ()) -> list[str]:
    """Edges by the last part of each id, with a question mark where they are possible."""
    found = [*step(assets, edges)]
    return [f"{last(e.source)} {e.relation} {last(e.target)}{'' if e.certain else '?'}" for e in found]


def last(node: str) -> str:
    return node if node.startswith(("zone/", "node/", "secrets/", "roles/")) else node.rpartition("/")[2]


def machine(name: str = "vm", **facts: object) -> Asset:
    seen = {"provider": "aws", "public_address": True, "security_groups": ["sg"], "ports": [], "template": False}
    return asset(Instance(**{**seen, **facts}), name)


def rule(first: object = 8000, last: object = 8000, group: str = "sg", **facts: object) -> Asset:
    seen = {"provider": "aws", "direction": "in", "allows": True, "protocol": "tcp", "from_anywhere": True}
    name = f"{group}.{first}"
    return asset(FirewallRule(group=group, first_port=first, last_port=last, **{**seen, **facts}), name)


def server(name: str = "vm/user_data/vllm", **facts: object) -> Asset:
    seen = {"product": "vllm", "port": 8000, "loopback": False, "options": {}}
    return asset(Server(**{**seen, **facts}), name, source="script")


def container(name: str = "vm/user_data/docker.vllm", ports: object = None, **facts: object) -> Asset:
    published = [Port(container_port=8000, host_port=80)] if ports is None else ports
    seen = {"api_group": None, "containers": [Container(ports=published)], "host_network": False}
    return asset(Workload(**{**seen, **facts}), name, source="script")


def grant(*actions: str, resources: Sequence[str] = ("*",), effect: str = "Allow", **more: object) -> Statement:
    parts = {"not_actions": None, "not_resources": None, "principals": None, "not_principals": None, "conditions": []}
    return Statement(effect=effect, actions=list(actions), resources=list(resources), **{**parts, **more})


def principal(name: str) -> list[Principal]:
    return [Principal(type="AWS", name=name)]


def trusting(*names: str, type: str = "AWS", action: str = "sts:AssumeRole", **more: object) -> Statement:
    """A statement of a trust policy: services by their host names, everybody else by ARN or account."""
    service = any(name.endswith(".com") for name in names) and type == "AWS"
    people = [Principal(type="Service" if service else type, name=name) for name in names]
    return replace(grant(action, **{"principals": people, **more}), resources=None)


def role(name: str = "trainer", *statements: Statement, path: str = "main.tf", **facts: object) -> Asset:
    """A role that EC2 starts machines with, unless its trust policy is given."""
    seen = {
        "trust_policy": [trusting("ec2.amazonaws.com")],
        "provider": "aws",
        "sort": "role",
        "name": name,
        "identifier": f"arn:aws:iam::123456789012:role/{name}",
        "statements": list(statements),
        "statements_complete": True,
        "boundary": None,
    }
    own = Identity(**{**seen, **facts})
    return asset(replace(own, **{**trust(own), **facts}), f"aws_iam_role.{name}", path)


def bucket(name: str = "models", path: str = "main.tf", **facts: object) -> Asset:
    return asset(Bucket(**{"provider": "aws", "name": name, "policy": None, **facts}), name, path)
