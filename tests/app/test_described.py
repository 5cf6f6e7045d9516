"""Groups and providers of a check, and the law that a provider is under."""

from __future__ import annotations

from datetime import date

from holdfast.app.described import described
from holdfast.config import Described, Provider, Settings
from holdfast.core.asset import Asset
from holdfast.kinds.bucket import Bucket

SETTINGS = Settings(
    assets=(Described(path="cloud/*", owner="ml", jurisdiction="eu"),),
    providers=(Provider("lambda", jurisdiction="us"), Provider("aws", jurisdiction="us")),
)


def as_it_is(path: str, text: str) -> str:
    return text


def test_where_a_region_does_not_say_it_data_is_under_the_law_of_its_provider() -> None:
    one = Asset("bucket/a", Bucket(provider="lambda"), "terraform", "/repo/cloud/a.tf")
    two = Asset("bucket/b", Bucket(provider="none"), "terraform", "/repo/cloud/a.tf")
    assets = [one, two]
    known = described(
        assets, [], SETTINGS, date(2026, 12, 1), lambda path: path[6:], lambda path: "", whole=True, hide=as_it_is
    )
    assert (known[0].values["law"], known[0].because["law"]) == ("us", "providers in the settings")
    assert "law" not in known[1].values
    assert [each.id for each in assets[2:]] == [
        "asset_group/owner/ml",
        "provider/aws",
        "provider/lambda",
        "provider/none",
    ]
    assert assets[2].facts.outside == ["bucket/a"]  # type: ignore[attr-defined]
    assert [dict(each.values) for each in known[2:]] == [{"owner": "ml"}, {}, {}, {}]
    alone = [one]
    assert (
        len(described(alone, [], Settings(), date(2026, 12, 1), str, lambda path: "", whole=False, hide=as_it_is))
        == len(alone)
        == 1
    )
