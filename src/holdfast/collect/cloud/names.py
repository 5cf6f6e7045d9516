"""Names of resources that follow from what is written, though only the provider says them.

Source: Service Authorization Reference, "Resource types defined by Amazon S3" and "... AWS Identity and Access
Management" (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET

from holdfast.core.known import Text, Unknown, known

PARTITION = Unknown("the account decides its partition", "aws(-[a-z-]+)?")
ACCOUNT = Unknown("the account is not said", "[0-9]{12}")


def arn_of(type: str, said: Mapping[str, Any]) -> Any:
    """The ARN of a resource of AWS, in whatever partition and account it lies; UNSET where its name is open."""
    if type == "aws_s3_bucket":
        name = known(said.get("bucket"))
        return Text(("arn:", PARTITION, f":s3:::{name}")) if _text(name) else UNSET
    if type == "aws_iam_openid_connect_provider":
        url = known(said.get("url"))
        return _iam(f"oidc-provider/{url.removeprefix('https://')}") if _text(url) else UNSET
    sort = {"aws_iam_role": "role", "aws_iam_user": "user"}.get(type)
    name, path = known(said.get("name")), known(said.get("path"))
    if sort is None or not _text(name) or not (path is None or isinstance(path, str)):
        return UNSET
    return _iam(f"{sort}{path or '/'}{name}")


def aws_managed(value: Any) -> Any:
    """The ARN of a policy of AWS's own in the first partition, whichever a text leaves open; other values stay."""
    value = known(value)
    open_partition = isinstance(value, Text) and value.prefix == "arn:" and len(value.pieces) == 3
    return f"arn:aws{value.suffix}" if open_partition and value.suffix.startswith(":iam::aws:policy/") else value


def _iam(resource: str) -> Text:
    return Text(("arn:", PARTITION, ":iam::", ACCOUNT, f":{resource}"))


def _text(value: Any) -> bool:
    return isinstance(value, str) and value != ""
