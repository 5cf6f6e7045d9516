"""Settings with odd values: a place and a hint, never a traceback."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.config import MAX_BYTES, Described, Owner, Paper, Provider, Settings, parse_settings
from holdfast.core.errors import UsageError


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("assets: [{asset: x}]", "this entry says nothing"),
        ("assets: [{owner: ml}]", "this entry names no asset"),
        ("assets: [{asset: x, owner: ml, colour: red}]", "colour"),
        ("assets: [{asset: x, owner: 5}]", "assets[0].owner"),
        ("assets: {asset: x}", "assets"),
        ("assets: [x]", "assets[0]"),
        ("providers: [{trust: own}]", "name"),
        ("providers: [{name: aws, trust: nobody}]", "providers[0].trust"),
        ("providers: [{name: aws, health_data: 2}]", "health_data"),
        ("providers: [{name: aws, papers: [{type: soc3, until: 2026-01-01, file: x}]}]", "papers[0].type"),
        ("providers: [{name: aws, papers: [{type: soc2, until: soon, file: x}]}]", "until"),
        ("providers: [{name: aws, papers: [{type: soc2, until: 2026-13-45, file: x}]}]", "until"),
        ("store: [x]", "store"),
        ("store: {a: b}", "store"),
        ("quorum: many", "quorum"),
        ("- assets", "mapping"),
        ("assets: [", "holdfast.yaml:2:1"),
        ("1: x", "1"),
        ("suppressions: [{reason: x}]", "names no finding"),
        ("suppressions: [{reason: x, fingerprint: abc}]", "at least 8 characters"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(text: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_settings(text.encode(), "holdfast.yaml")
    assert str(error.value).startswith("holdfast.yaml")
    assert said in str(error.value)


def test_settings_that_are_too_long_are_refused() -> None:
    with pytest.raises(UsageError, match="longer than"):
        parse_settings(b"#" * (MAX_BYTES + 1), "x")


def test_assets_providers_and_a_store_are_read() -> None:
    text = (
        "assets: [{path: 'deploy/*', owner: ml, data_class: internal}]\n"
        "providers: [{name: aws, trust: datacenter, papers: [{type: soc2, until: 2026-09-30, file: a.pdf}]}]\n"
        "store: postgresql://db/ml\nsuppressions:\n"
    )
    assert parse_settings(text.encode(), "x") == Settings(
        assets=(Described(path="deploy/*", owner="ml", data_class="internal"),),
        providers=(Provider(name="aws", trust="datacenter", papers=(Paper("soc2", date(2026, 9, 30), "a.pdf"),)),),
        store="postgresql://db/ml",
    )


def test_the_last_entry_that_matches_says_who_owns_an_asset() -> None:
    settings = Settings(
        assets=(Described(asset="*", owner="all"), Described(path="b/*", owner="b"), Described(asset="*", purpose="x")),
        owners=(Owner("*", "files"),),
    )
    assert settings.owner_of_asset("bucket/x", "a/x") == "all"
    assert settings.owner_of_asset("bucket/x", "/work/b/x", "b/x") == "b"
    assert Settings(assets=(Described(asset="y", owner="o"),)).owner_of_asset("x", "x") == ""
    assert (settings.owner_of("x"), Settings().owner_of("x")) == ("files", "")


def test_both_patterns_of_an_entry_have_to_match() -> None:
    entry = Described(asset="bucket/*", path="cloud/*", owner="ml")
    assert entry.covers("bucket/a", "cloud/a.tf")
    assert not entry.covers("bucket/a", "other/a.tf")
    assert not entry.covers("queue/a", "cloud/a.tf")


@given(
    st.binary(max_size=200)
    | st.text(alphabet="assets:[]{}- \n'\"&*!|>?%@`0129xprovidersuntil,#", max_size=80).map(str.encode)
)
def test_any_bytes_are_settings_or_wrong_usage(data: bytes) -> None:
    try:
        parse_settings(data, "x")
    except UsageError as error:
        assert str(error)
