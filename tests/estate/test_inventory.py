"""What an inventory asks, and the groups and providers that answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from msgspec import UNSET

from holdfast.config import Paper, Provider
from holdfast.core.asset import Asset
from holdfast.core.fact import Kind
from holdfast.estate.attributes import Attributes
from holdfast.estate.inventory import groups, has_gpu, providers, weight
from holdfast.kinds.asset_group import AssetGroup
from holdfast.kinds.bucket import Bucket
from holdfast.kinds.identity import Identity
from holdfast.kinds.instance import Instance
from holdfast.kinds.provider import Provider as Facts
from holdfast.kinds.service import Service
from holdfast.kinds.workload import Workload

TODAY = date(2026, 12, 1)


def asset(facts: Kind, name: str = "x", path: str = "deploy/a.yaml", **fields: Any) -> Asset:
    return Asset(f"{facts.kind}/{name}", facts, "manifest", path, **fields)


def known(**values: str) -> Attributes:
    return Attributes(values, dict.fromkeys(values, "x"))


def grouped(*pairs: tuple[Asset, Attributes], **fields: Any) -> dict[str, AssetGroup]:
    found = groups([pair[0] for pair in pairs], [pair[1] for pair in pairs], **fields)
    return {each.facts.name: each.facts for each in found}  # type: ignore[attr-defined,misc]


def test_exposed_counts_four_gpus_two_and_data_one() -> None:
    assert weight(asset(Bucket()), known(exposure="public")) == 5
    assert weight(asset(Instance(gpus=8)), known(exposure="node")) == 6
    assert weight(asset(Workload(gpu_count=1)), known(exposure="private")) == 2
    assert weight(asset(Identity()), known()) == 0
    assert [has_gpu(asset(Instance(gpus=gpus))) for gpus in (0, -1, UNSET, None)] == [False, True, False, False]


def test_assets_are_grouped_by_owner_else_namespace_else_folder() -> None:
    found = grouped(
        (asset(Bucket(), "a"), known(owner="ml")),
        (asset(Workload(namespace="apps"), "b"), known()),
        (asset(Bucket(), "c"), known()),
        (asset(Bucket(), "d", path="root.yaml"), known()),
        (asset(Service(), "e"), known()),
    )
    assert {name: group.assets for name, group in found.items()} == {
        "owner ml": 1,
        "namespace apps": 1,
        "folder deploy": 1,
        "folder .": 1,
    }
    elsewhere = grouped((asset(Bucket(), path="/w/deploy/a.yaml"), known()), named=lambda path: path[3:])
    assert set(elsewhere) == {"folder deploy"}


def test_a_group_lists_what_its_assets_lack_what_matters_first() -> None:
    (group,) = grouped(
        (asset(Identity(), "i"), known(owner="ml", environment="x", purpose="y")),
        *((asset(Bucket(), f"b{number:02}"), known(owner="ml")) for number in range(13)),
        (asset(Workload(), "w"), known(owner="ml", data_class="internal")),
        (asset(Bucket(), "far", glimpsed=True), known(owner="ml")),
    ).values()
    missing = {each.attribute: (each.important, each.others) for each in group.missing}  # type: ignore[union-attr]
    assert missing["owner"] == ([], [])
    assert missing["data_class"][0] == [*(f"bucket/b{number:02}" for number in range(10)), "and 3 more"]  # type: ignore[index]
    assert missing["environment"][1] == ["workload/w"]
    assert group.undeclared == ["bucket/far"]


def test_data_lies_outside_where_its_law_or_region_is_another() -> None:
    (group,) = grouped(
        (asset(Bucket(), "a"), known(owner="x", region="us-east-1", jurisdiction="EU")),
        (asset(Bucket(), "b"), known(owner="x", region="eu-central-1", jurisdiction="eu")),
        (asset(Bucket(), "c"), known(owner="x", law="us", region="eu-central-1", jurisdiction="eu")),
        (asset(Bucket(), "d"), known(owner="x", region="mars-1", jurisdiction="eu")),
        (asset(Bucket(), "e"), known(owner="x", region="us-east-1")),
        (asset(Bucket(), "f"), known(owner="x", jurisdiction="eu")),
    ).values()
    assert group.outside == ["bucket/a", "bucket/c"]


def test_providers_are_those_of_assets_and_of_the_settings() -> None:
    papers = (Paper("soc2", date(2025, 9, 30), "a"), Paper("soc2", date(2026, 9, 30), "b"), Paper("baa", TODAY, "c"))
    said = [known(provider="aws", trust="datacenter"), known(provider="aws"), known(provider="vast", trust="partner")]
    said += [known(provider="vast", trust="marketplace"), known()]
    entries = [Provider("lambda", trust="own", health_data=True, papers=papers), Provider("aws")]
    found: Mapping[str, Facts] = {
        each.facts.name: each.facts
        for each in providers(said, entries, TODAY)  # type: ignore[attr-defined,misc]
    }
    assert [(name, each.assets, each.trust) for name, each in found.items()] == [
        ("aws", 2, "datacenter"),
        ("lambda", 0, "own"),
        ("vast", 2, UNSET),
    ]
    one = found["lambda"]
    assert (one.soc2_age_days, one.baa_left_days, one.iso27001_left_days, one.bridge_left_days) == (62, 0, None, None)
    assert one.health_data
