"""AdmissionConfiguration and PodSecurityConfiguration -> `admission_configuration`.

Source: apiserver.config.k8s.io/v1, pod-security.admission.config.k8s.io/v1 and its defaults.
"""

from __future__ import annotations

from msgspec import UnsetType

from holdfast.collect.fields import Fields
from holdfast.collect.kubernetes.elements import names, steps
from holdfast.core.fact import Fact
from holdfast.kinds.admission_configuration import AdmissionConfiguration

NAME = "admission"
PLUGIN = "PodSecurity"


def pod_security(fields: Fields, plugins: Fact[list[str]] = None) -> AdmissionConfiguration:
    """The facts of a PodSecurityConfiguration."""
    exemptions = fields.child("exemptions")
    fields.note("defaults", "pod_security")
    return AdmissionConfiguration(
        name=NAME,
        pod_security=fields.child("defaults").text("enforce", "pod_security", "privileged"),
        exempt_users=names(exemptions, "usernames", "exempt_users"),
        exempt_namespaces=names(exemptions, "namespaces", "exempt_namespaces"),
        exempt_runtime_classes=names(exemptions, "runtimeClasses", "exempt_runtime_classes"),
        plugins=[PLUGIN] if plugins is None else plugins,
    )


def admission(fields: Fields) -> AdmissionConfiguration:
    """The facts of an AdmissionConfiguration; what a file of its own configures is unobserved."""
    found = steps(fields, "plugins")
    if isinstance(found, UnsetType):
        return AdmissionConfiguration(name=NAME)
    fields.note("plugins", "pod_security")
    plugins = [str(item.data.get("name")) for item in found]
    for item in found:
        if item.data.get("name") == PLUGIN:
            if "configuration" in item:
                return pod_security(item.child("configuration"), plugins)
            return AdmissionConfiguration(name=NAME, plugins=plugins)
    return AdmissionConfiguration(
        name=NAME, pod_security="privileged", exempt_users=[], exempt_namespaces=[], exempt_runtime_classes=[],
        plugins=plugins,
    )  # fmt: skip
