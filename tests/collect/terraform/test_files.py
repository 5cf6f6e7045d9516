"""Terraform's files as they lie in folders."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import UNSET

from holdfast.collect.files import Options, collect
from holdfast.core.asset import Asset
from holdfast.kinds.bucket import Bucket


def test_the_files_of_the_folder_that_one_stands_in_belong_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.tf").write_text('resource "aws_s3_bucket" "a" {\n bucket = "a"\n}\n')
    (tmp_path / "b.tf").write_text(
        'resource "aws_s3_bucket_public_access_block" "a" {\n bucket = aws_s3_bucket.a.id\n block_public_acls = false\n}\n'
    )
    monkeypatch.chdir(tmp_path)
    (bucket,) = [item for item in collect(Options(".")) if isinstance(item, Asset)]
    assert isinstance(bucket.facts, Bucket)
    assert bucket.facts.public_block is False


@pytest.mark.parametrize("absolute", [True, False])
def test_texts_in_files_of_their_own_are_read_wherever_the_target_is_named_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, absolute: bool
) -> None:
    live = tmp_path / "live"
    live.mkdir()
    (live / ".git").mkdir()
    (live / "name.txt").write_text("acme-models")
    (tmp_path / "secret.txt").write_text("outside")
    (live / "main.tf").write_text(
        'resource "aws_s3_bucket" "a" {\n bucket = file("${path.module}/name.txt")\n}\n'
        'resource "aws_s3_bucket" "b" {\n bucket = file("../secret.txt")\n}\n'
        'resource "aws_s3_bucket" "c" {\n bucket = file("/etc/hostname")\n}\n'
    )
    monkeypatch.chdir(tmp_path if absolute else live)
    found = [item.facts for item in collect(Options(str(live) if absolute else ".")) if isinstance(item, Asset)]
    names = [each.name for each in found if isinstance(each, Bucket)]
    assert names == ["acme-models", UNSET, UNSET]
