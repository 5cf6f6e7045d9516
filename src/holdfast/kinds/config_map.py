"""`config_map`: a ConfigMap of Kubernetes whose keys are named like credentials, or hold one."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind
from holdfast.kinds.stored_secret import SecretEntry


class ConfigMap(Kind, frozen=True):
    """A ConfigMap: many may read it who may not read Secrets, and etcd keeps it unencrypted by default.

    The files in it are assets of their own. Source: Kubernetes documentation, ConfigMaps.
    """

    kind: ClassVar[str] = "config_map"

    name: Fact[str] = UNSET
    """Its name."""
    namespace: Fact[str] = UNSET
    """Its namespace; absent when the file leaves it open."""
    entries: Fact[list[SecretEntry]] = UNSET
    """The keys whose name or value is that of a credential; not those that hold files."""
