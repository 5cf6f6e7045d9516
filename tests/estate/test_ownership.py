"""Owners of workloads."""

from __future__ import annotations

from holdfast.core.asset import Asset
from holdfast.estate.ownership import owned
from holdfast.kinds.namespace import Namespace
from holdfast.kinds.workload import Workload


def test_a_workload_has_the_owner_of_its_file_or_none():
    assets = [
        Asset("workload/a/x", Workload(), "manifest", "a.yaml"),
        Asset("workload/b/x", Workload(), "manifest", "b.yaml"),
    ]
    assert [asset.facts.owner for asset in owned(assets, {"a.yaml": "team", "b.yaml": ""}.__getitem__)] == [
        "team",
        None,
    ]
    assert owned(assets)[0].facts.owner is None
    assert owned([Asset("namespace/a/n", Namespace(), "manifest", "a.yaml")])[0].facts == Namespace()
