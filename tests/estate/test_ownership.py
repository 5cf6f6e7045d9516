"""Owners of workloads."""

from __future__ import annotations

from holdfast.core.asset import Asset
from holdfast.estate.ownership import owned
from holdfast.kinds.namespace import Namespace
from holdfast.kinds.workload import Workload


def test_a_workload_has_the_owner_that_is_declared_or_none():
    assets = [
        Asset("workload/a/x", Workload(), "manifest", "a.yaml"),
        Asset("workload/b/x", Workload(), "manifest", "b.yaml"),
    ]
    owners = {"workload/a/x": "team", "workload/b/x": ""}
    assert [asset.facts.owner for asset in owned(assets, lambda asset: owners[asset.id])] == ["team", None]
    assert owned(assets)[0].facts.owner is None
    assert owned([Asset("namespace/a/n", Namespace(), "manifest", "a.yaml")])[0].facts == Namespace()
