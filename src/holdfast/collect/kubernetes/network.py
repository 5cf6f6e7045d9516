"""Service -> `service`. Source: the Kubernetes API reference, core/v1 Service, and the clouds' annotations."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from holdfast.collect.fields import Fields, written
from holdfast.collect.kubernetes.elements import (
    Reader,
    Table,
    elements,
    name_of,
    names,
    namespace_of,
    plain,
    section,
    table,
)
from holdfast.core.cel.objects import (
    AWS_CLASS,
    AWS_CONTROLLER,
    AWS_SCHEME,
    AWS_TYPE,
    INTERNAL,
    INTERNAL_WHEN_SET,
    RANGES,
)
from holdfast.core.fact import Fact
from holdfast.kinds.service import Service, ServicePort


def service(fields: Fields) -> Service:
    """The facts of a Service."""
    spec = fields.child("spec")
    type_ = spec.text("type", "type", "ClusterIP")
    return Service(
        name=name_of(fields),
        namespace=namespace_of(fields),
        type="ClusterIP" if type_ == "" else type_,
        internal=_internal(fields.child("metadata"), spec, type_),
        source_ranges=_ranges(fields.child("metadata"), spec),
        external_ips=names(spec, "externalIPs", "external_ips"),
        selector=table(spec, "selector", "selector"),
        ports=_ports(spec),
    )


def _internal(metadata: Fields, spec: Fields, type_: Fact[str]) -> Fact[bool]:
    annotations = section(metadata, "annotations")
    if isinstance(annotations, UnsetType):
        return UNSET
    for key in (*INTERNAL, *INTERNAL_WHEN_SET):
        value = annotations.get(key, "internal")
        if value is None:
            continue
        if not plain(value):
            return UNSET
        text = written(value).lower()
        if text == INTERNAL[key] if key in INTERNAL else text not in ("", "false"):
            return True
    if type_ != "LoadBalancer" or AWS_SCHEME in annotations:
        return False
    return _made_by_aws_controller(annotations, spec)


def _made_by_aws_controller(annotations: Fields, spec: Fields) -> Fact[bool]:
    """Whether the AWS Load Balancer Controller makes it, whose load balancers are internal unless told otherwise."""
    of_class = spec.text("loadBalancerClass", "internal", "")
    of_type = annotations.text(AWS_TYPE, "internal", "")
    if of_class == AWS_CLASS or of_type in AWS_CONTROLLER:
        return True
    return UNSET if UNSET in (of_class, of_type) else False


def _ranges(metadata: Fields, spec: Fields) -> Fact[list[str]]:
    ranges = names(spec, "loadBalancerSourceRanges", "source_ranges")
    if ranges != []:
        return ranges
    annotated = metadata.child("annotations").text(RANGES, "source_ranges", "")
    if isinstance(annotated, UnsetType):
        return UNSET
    return [part.strip() for part in annotated.split(",") if part.strip()]


def _ports(spec: Fields) -> Fact[list[ServicePort]]:
    found = elements(spec, "ports", "ports")
    if isinstance(found, UnsetType):
        return UNSET
    result = []
    for item in found:
        port = item.number("port", "port", None)
        target = item.get("targetPort", "target_port")
        same = str(port) if isinstance(port, int) else port
        result.append(
            ServicePort(
                name=item.text("name", "name", ""),
                port=port,
                target_port=same if target is None else written(target) if plain(target) else UNSET,
                node_port=item.number("nodePort", "node_port", None),
            )
        )
    return result


READERS: Table = {("", "Service"): Reader(Service, service)}
