"""Every native kind that is read as something else than a workload."""

from __future__ import annotations

from holdfast.collect.kubernetes import (
    accelerators,
    access,
    admin_policies,
    cni_policies,
    device_plugins,
    gateways,
    kserve,
    mesh,
    network,
    operator_values,
    operators,
    policies,
    routes,
    secrets,
    tenancy,
)
from holdfast.collect.kubernetes.components.readers import READERS as COMPONENTS
from holdfast.collect.kubernetes.elements import Table

READERS: Table = {
    **network.READERS,
    **routes.READERS,
    **policies.READERS,
    **admin_policies.READERS,
    **cni_policies.READERS,
    **access.READERS,
    **tenancy.READERS,
    **accelerators.READERS,
    **device_plugins.READERS,
    **operator_values.READERS,
    **COMPONENTS,
    **mesh.READERS,
    **gateways.READERS,
    **secrets.READERS,
    **kserve.READERS,
    **operators.READERS,
}
