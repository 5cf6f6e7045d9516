"""`admission_configuration`: how the API server's admission plugins are set up, Pod Security above all."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class AdmissionConfiguration(Kind, frozen=True):
    """A PodSecurityConfiguration, alone or inside the AdmissionConfiguration of the API server.

    Source: pod-security.admission.config.k8s.io/v1; Kubernetes documentation, Enforce Pod Security Standards by
    Configuring the Built-in Admission Controller, and Admission Controllers, ImagePolicyWebhook.
    """

    kind: ClassVar[str] = "admission_configuration"

    name: Fact[str] = UNSET
    """The file's name."""
    pod_security: Fact[str] = UNSET
    """The level that is enforced where a namespace names none: `privileged` (the default), `baseline`, `restricted`."""
    exempt_users: Fact[list[str]] = UNSET
    """Users whose pods are not checked."""
    exempt_namespaces: Fact[list[str]] = UNSET
    """Namespaces that are not checked."""
    exempt_runtime_classes: Fact[list[str]] = UNSET
    """Runtime classes whose pods are not checked."""
    plugins: Fact[list[str]] = UNSET
    """Plugins that the file configures."""
    image_policy_fails_open: Fact[bool] = UNSET
    """Whether images are let in when the webhook of ImagePolicyWebhook does not answer (`defaultAllow`); absent where
    the file does not set that plugin up."""
