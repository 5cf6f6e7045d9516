"""`cluster_controller`: the controller manager or the scheduler of a Kubernetes cluster."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class ClusterController(Kind, frozen=True):
    """kube-controller-manager or kube-scheduler as its flags set it up; documented defaults are filled in.

    Source: the references of kube-controller-manager and kube-scheduler of Kubernetes 1.34.
    """

    kind: ClassVar[str] = "cluster_controller"

    name: Fact[str] = UNSET
    """The object's name."""
    program: Fact[str] = UNSET
    """`kube-controller-manager` or `kube-scheduler`."""
    profiling: Fact[bool] = UNSET
    """Whether profiles of the process are served; true by default."""
    loopback: Fact[bool] = UNSET
    """Whether it listens on loopback alone; all interfaces are the default."""
    separate_credentials: Fact[bool] = UNSET
    """Whether each controller has a service account of its own; false by default, absent for the scheduler."""
    service_account_key: Fact[bool] = UNSET
    """Whether a key that signs tokens is named; absent for the scheduler."""
    root_ca: Fact[bool] = UNSET
    """Whether pods get the authority of the API server to check it against; absent for the scheduler."""
