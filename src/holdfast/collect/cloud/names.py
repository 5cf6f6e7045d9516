"""Names of resources that follow from what is written, though only the provider says them."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from holdfast.core.known import Text, Unknown, known


def bucket_arn(name: Any) -> Any:
    """The ARN of the S3 bucket of a name, in whatever partition its account lies; UNSET where the name is open.

    Source: Service Authorization Reference, "Resource types defined by Amazon S3" (checked 2026-11-30).
    """
    name = known(name)
    if not isinstance(name, str) or not name:
        return UNSET
    return Text(("arn:", Unknown("the account decides its partition", "aws(-[a-z-]+)?"), f":s3:::{name}"))
