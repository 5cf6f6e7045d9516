"""Terraform's files as they lie in folders."""

from __future__ import annotations

from pathlib import Path

import pytest

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
