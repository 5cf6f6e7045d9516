"""Credentials that no name and no command goes before."""

from __future__ import annotations

import pytest

from holdfast.app.masking import Masker

KEY = "wJalrXUtnFEMI003K7MDENGbPxRfiCYEXAMPLEKE"


@pytest.mark.parametrize(
    ("plain", "masked"),
    [
        ("x:Zq9xKfake003@h", "x:***@h"),
        ("see x:PASSw@db/x", "see x:***@db/x"),
        (f"key {KEY}", "key ***"),
        (f'"{KEY[:13]}/{KEY[14:]}"', '"***"'),
        ("a.basicauth.users=admin:PASS,bo:PW", "a.basicauth.users=admin:***,bo:***"),
        ("a.basicauth.users: 'admin:PASS'", "a.basicauth.users: 'admin:***'"),
    ],
)
def test_it_is_hidden_by_its_looks(plain: str, masked: str) -> None:
    assert Masker().text(plain) == masked


@pytest.mark.parametrize(
    "text",
    [
        "vllm:v0.8.0@sha256:0123",
        "user:alice2@acme.example",
        "owner:ALICE2@acme.example",
        "serviceAccount:ml1@p.iam.gserviceaccount.com",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
        "src/Main/Application2/Controllers/Models",
        f"{KEY}x",
        "a.basicauth.users=admin:$apr1$x$y",
        "a.basicauth.removeheader=true",
        "http://h:8000/@scope",
    ],
)
def test_what_only_resembles_one_stays(text: str) -> None:
    assert Masker().text(text) == text


def test_a_label_is_judged_by_its_name() -> None:
    labels = {"a.basicauth.users": "admin:PASS", "token": "abc", "db_password": "$X", "secret": "the-name", "n": 3}
    assert Masker().value({"labels": labels}) == {
        "labels": {"a.basicauth.users": "admin:***", "token": "***", "db_password": "$X", "secret": "the-name", "n": 3}
    }
