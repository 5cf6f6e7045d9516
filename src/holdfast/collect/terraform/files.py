"""The Terraform and OpenTofu files below a target -> assets."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.collect.cloud.assets import assets
from holdfast.collect.terraform.modules import read as resources
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap


def read(files: Files) -> Iterator[Asset | Edge | Gap]:
    """What all modules declare; local modules beside the target are read too."""
    yield from assets(resources(files.members, files.read))
