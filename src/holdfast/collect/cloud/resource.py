"""A resource that infrastructure as code declares, in the terms of its own language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import UNSET, Struct

from holdfast.core.asset import Spot

__all__ = ["Resource", "nested"]


class Resource(Struct, frozen=True):
    """One resource, or one instance of it.

    `attributes` holds plain values and the open ones of `holdfast.core.known`; nested blocks are lists of mappings, of
    which an element that may or may not be there is Unknown. What is not written is not in it: defaults of the cloud
    are for whoever knows the type.
    """

    dialect: Literal["terraform", "cloudformation", "pulumi"]
    type: str
    """As the language spells it: `aws_s3_bucket`, `AWS::S3::Bucket`, `aws:s3/bucket:Bucket`."""
    address: str
    """Stable within its root, without line numbers: `module.data["eu"].aws_s3_bucket.logs[0]`."""
    name: str
    """The last name in the address, without an index."""
    attributes: Mapping[str, Any]
    path: str
    """The file that declares it."""
    spots: Mapping[str, Spot]
    """Attribute path (`ingress[0].cidr_blocks`, `""` for the resource) -> its place in that file."""
    root: str = ""
    """The folder of the root module, or the template or stack: with the address, it is unique."""
    data: bool = False
    """Whether it exists already and is only looked up (a data source)."""
    region: Any = UNSET
    """The region of its provider, Unknown when it is set but open; unobserved when nothing says so."""
    account: Any = UNSET
    """The account or project of its provider, in the same way."""
    maybe: bool = False
    """Whether it may not exist, or exist several times: its count or condition is unknown."""
    elsewhere: bool = False
    """Whether it is declared somewhere else, and only what others say of it is seen here."""
    written: str = ""
    """The type as its own language spells it, where `type` is Terraform's word for it."""

    def spot(self, path: str) -> Spot:
        """The place of an attribute: its own, or that of the nearest recorded ancestor."""
        while path:
            if path in self.spots:
                return self.spots[path]
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.spots.get("", Spot(1, 1))


def nested(value: Any) -> list[Any]:
    """The blocks under a name: JSON syntax writes a single one without its list, and none is no list at all."""
    return [] if value is None or value is UNSET else value if isinstance(value, list) else [value]
