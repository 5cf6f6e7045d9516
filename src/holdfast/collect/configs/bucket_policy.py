"""Bucket policies in JSON files of their own, for MinIO, Amazon S3 or storage compatible with them -> `bucket` assets.

Which service a file is meant for it does not say, so it is judged as it reads. Source: Amazon S3 User Guide, Bucket
policies; github.com/minio/mc `mc anonymous set-json`; both checked 2026-11-30.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.statement import Statement
from holdfast.formats.iam.aws import resource_policy
from holdfast.formats.yaml import Mapping
from holdfast.kinds.bucket import Bucket

KEYS = frozenset(("Version", "Id", "Statement"))
ARN = "arn:aws:s3:::"


def is_policy(values: Mapping) -> bool:
    """Whether a document is the policy of a bucket."""
    if not KEYS.issuperset(values) or "Statement" not in values:
        return False
    return any("Principal" in each or "NotPrincipal" in each for each in _statements(values)) and bool(_names(values))


def policy(values: Mapping, path: str, line: int) -> Iterator[Asset | Gap]:
    """The bucket that a policy is for."""
    try:
        statements: list[Statement] = resource_policy(values)
    except FormatError as error:
        yield Gap(path, f"not readable as the policy of a bucket: {error.what}", "unreadable", line)
        return
    names = _names(values)
    facts = Bucket(
        name=next(iter(names)) if len(names) == 1 else UNSET, provider="s3", public_block=None, policy=statements
    )
    mark = values.marks["Statement"]
    yield Asset(
        f"bucket/{path}/policy", facts, "config", path, {"": Spot(mark.line + line, mark.column + 1)}, partial=True
    )


def _statements(values: Mapping) -> list[Mapping]:
    found = values["Statement"]
    return [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, Mapping)]


def _names(values: Mapping) -> set[str]:
    """The buckets that the statements are about."""
    found = [each.get("Resource") for each in _statements(values)]
    texts = [text for each in found for text in (each if isinstance(each, list) else [each]) if isinstance(text, str)]
    return {text.removeprefix(ARN).partition("/")[0] for text in texts if text.startswith(ARN)}
