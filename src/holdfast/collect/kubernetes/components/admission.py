"""AdmissionConfiguration and PodSecurityConfiguration -> `admission_configuration`.

Source: apiserver.config.k8s.io/v1, pod-security.admission.config.k8s.io/v1 and its defaults.
"""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from holdfast.collect.fields import Fields
from holdfast.collect.kubernetes.elements import names, section, steps
from holdfast.core.fact import Fact
from holdfast.kinds.admission_configuration import AdmissionConfiguration

NAME = "admission"
PLUGIN, IMAGES = "PodSecurity", "ImagePolicyWebhook"


def pod_security(
    fields: Fields, plugins: Fact[list[str]] = None, fails_open: Fact[bool] = None
) -> AdmissionConfiguration:
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
        image_policy_fails_open=fails_open,
    )


def admission(fields: Fields) -> AdmissionConfiguration:
    """The facts of an AdmissionConfiguration; what a file of its own configures is unobserved."""
    found = steps(fields, "plugins")
    if isinstance(found, UnsetType):
        return AdmissionConfiguration(name=NAME)
    fields.note("plugins", "pod_security")
    plugins = [str(item.data.get("name")) for item in found]
    fails_open = next((_fails_open(item) for item in found if item.data.get("name") == IMAGES), None)
    for item in found:
        if item.data.get("name") == PLUGIN:
            if "configuration" in item:
                return pod_security(item.child("configuration"), plugins, fails_open)
            return AdmissionConfiguration(name=NAME, plugins=plugins, image_policy_fails_open=fails_open)
    return AdmissionConfiguration(
        name=NAME, pod_security="privileged", exempt_users=[], exempt_namespaces=[], exempt_runtime_classes=[],
        plugins=plugins, image_policy_fails_open=fails_open,
    )  # fmt: skip


def _fails_open(item: Fields) -> Fact[bool]:
    """What ImagePolicyWebhook does without an answer. Source: plugin/pkg/admission/imagepolicy of Kubernetes 1.34."""
    if "configuration" not in item:
        return UNSET
    policy = section(item.child("configuration"), "imagePolicy")
    if isinstance(policy, UnsetType):
        return UNSET
    return policy.switch("defaultAllow", "image_policy_fails_open", False)
