"""Load balancers that face the internet, and the groups that start machines behind them.

Which packets the security groups between let through is not judged here. A rule that asks for a login before it
forwards lets no stranger through, nor does one for listed addresses.

Source: Elastic Load Balancing User Guide, "Listener rules for your Application Load Balancer" (actions, conditions),
"Authenticate users"; Amazon EC2 Auto Scaling User Guide, "Attach a load balancer to your Auto Scaling group",
"Mixed instances groups"; Terraform AWS provider 6, `aws_lb_listener_rule`, `aws_elb`, `aws_autoscaling_group`,
`aws_autoscaling_attachment`, `aws_autoscaling_traffic_source_attachment` (checked 2026-12-01).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from holdfast.collect.cloud.common import anywhere
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, canonical
from holdfast.core.known import known

GROUP = "aws_autoscaling_group"
ARN = ("arn", "id", "name")
ATTACHED = ("aws_lb_target_group_attachment", "aws_alb_target_group_attachment")
LISTENERS = ("aws_lb_listener", "aws_alb_listener")
RULES = ("aws_lb_listener_rule", "aws_alb_listener_rule")
ASKING = ("authenticate-oidc", "authenticate-cognito", "jwt-validation")
"""Actions that let nobody past who does not log in."""
SPECIFIED = ("id", "name", "launch_template_id", "launch_template_name")


def groups(template: Resource, stack: Stack) -> list[Resource]:
    """The groups that start machines from a launch template or configuration."""
    found = (each for each in stack.of(GROUP) if Block(each, {}).number("max_size") != 0)
    return [
        each
        for each in found
        if any(stack.means(value, template, ARN) is True for value in _templates(Block(each, {})))
    ]


def subnets(found: Sequence[Resource]) -> list[Any]:
    """Where groups start their machines: as each of them writes it."""
    return [value for each in found for value in _listed(each.attributes.get("vpc_zone_identifier"))]


def _templates(group: Block) -> Iterator[Any]:
    yield group.data.get("launch_configuration")
    mixed = group.block("mixed_instances_policy").block("launch_template")
    overrides = (each.block("launch_template_specification") for each in mixed.blocks("override"))
    for block in (group.block("launch_template"), mixed.block("launch_template_specification"), *overrides):
        yield from (block.data.get(name) for name in SPECIFIED)


def balanced(resource: Resource, started: Sequence[Resource], stack: Stack) -> list[int]:
    """The ports at which load balancers that face the internet hand an instance requests; 0 for one not seen.

    `started` are the groups that start machines from it, where it is a template.
    """
    found = {*_by_targets(resource, stack), *_by_names(resource, stack)}
    for group in started:
        found.update(_of_group(group, stack))
    return sorted(found)


def _by_targets(resource: Resource, stack: Stack) -> Iterator[int]:
    """Through target groups that name an instance."""
    for type in ATTACHED:
        for attached in stack.joined(type, "target_id", resource).resources:
            target = stack.target(attached.attributes.get("target_group_arn"))
            if target is not None and _forwarded(target, stack):
                yield _port(attached, target)
    for target in stack.of("aws_lb_target_group", "aws_alb_target_group"):
        named = [each for each in Block(target, {}).blocks("targets") if stack.means(each.data.get("id"), resource)]
        if named and _forwarded(target, stack):  # CloudFormation lists them in the target group
            yield next((port for each in named if isinstance(port := each.number("port"), int)), _port(target))


def _by_names(resource: Resource, stack: Stack) -> Iterator[int]:
    """Through classic load balancers that name an instance."""
    for balancer in stack.of("aws_elb"):
        values = _listed(balancer.attributes.get("instances"))
        joined = stack.joined("aws_elb_attachment", "elb", balancer).resources
        values += [each.attributes.get("instance") for each in joined]
        if any(stack.means(value, resource) is True for value in values):
            yield from _classic(balancer)


def _of_group(group: Resource, stack: Stack) -> Iterator[int]:
    """Through whatever a group registers its machines with."""
    own = Block(group, {})
    values = [*_listed(group.attributes.get("target_group_arns")), *_listed(group.attributes.get("load_balancers"))]
    values += [each.data.get("identifier") for each in own.blocks("traffic_source")]
    for each in stack.joined("aws_autoscaling_attachment", "autoscaling_group_name", group).resources:
        values += [each.attributes.get(name) for name in ("lb_target_group_arn", "alb_target_group_arn", "elb")]
    for each in stack.joined("aws_autoscaling_traffic_source_attachment", "autoscaling_group_name", group).resources:
        values.append(Block(each, {}).block("traffic_source").data.get("identifier"))
    for value in values:
        target = stack.target(value) or _named(value, stack)
        if target is not None and target.type == "aws_elb":
            yield from _classic(target)
        elif target is not None and _forwarded(target, stack):
            yield _port(target)


def _named(value: Any, stack: Stack) -> Resource | None:
    """The classic load balancer of a name."""
    name = known(value)
    found = (each for each in stack.of("aws_elb") if isinstance(name, str) and stack.means(name, each) is True)
    return next(found, None)


def _port(*resources: Resource) -> int:
    found = (Block(each, {}).number("port") for each in resources)
    return next((port for port in found if isinstance(port, int)), 0)


def _classic(balancer: Resource) -> Iterator[int]:
    if _outwards(balancer):
        for listener in Block(balancer, {}).blocks("listener"):
            port = listener.number("instance_port")
            yield port if isinstance(port, int) else 0


def _forwarded(target: Resource, stack: Stack) -> bool:
    """Whether a load balancer that faces the internet forwards strangers to a target group."""
    for listener in stack.of(*LISTENERS):
        if _forwards(Block(listener, {}), "default_action", target, stack) and _faces(listener, stack):
            return True
    for rule in stack.of(*RULES):
        own = Block(rule, {})
        over = stack.target(rule.attributes.get("listener_arn"))
        if over is None or _narrow(own) or not _faces(over, stack):
            continue
        if _forwards(own, "action", target, stack):
            return True
    return False


def _forwards(own: Block, name: str, target: Resource, stack: Stack) -> bool:
    """Whether one of the actions leads to a target group, and none before it asks for a login."""
    actions = list(own.blocks(name))
    if any(action.text("type") in ASKING for action in actions):
        return False
    values = []
    for action in actions:
        values.append(action.data.get("target_group_arn"))
        for forward in action.blocks("forward"):
            for each in forward.blocks("target_group"):
                values += [each.data.get("arn"), each.data.get("target_group_arn")]
    return any(stack.means(value, target, ARN) for value in values if value is not None)


def _narrow(rule: Block) -> bool:
    """Whether a rule is for listed addresses only."""
    for condition in rule.blocks("condition"):
        for name in ("source_ip", "source_ip_config"):
            for block in condition.blocks(name):
                ranges = block.texts("values")
                if isinstance(ranges, list) and anywhere([canonical(each) for each in ranges]) is False:
                    return True
    return False


def _faces(listener: Resource, stack: Stack) -> bool:
    balancer = stack.target(listener.attributes.get("load_balancer_arn"))
    return balancer is not None and _outwards(balancer)


def _outwards(balancer: Resource) -> bool:
    """Whether a load balancer has addresses of the internet, or may have."""
    own = Block(balancer, {})
    return own.flag("internal", default=False) is not True and own.text("scheme") != "internal"


def _listed(value: Any) -> list[Any]:
    found = known(value)
    return list(found) if isinstance(found, list) else [] if found is None else [value]
