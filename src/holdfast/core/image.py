"""Container image references. Source: the distribution project's reference grammar and Docker's defaults."""

from __future__ import annotations

import re
from typing import NamedTuple

COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
REFERENCE = re.compile(
    r"(?:(?P<registry>[A-Za-z0-9.-]+(?::[0-9]{1,5})?|\[[0-9a-fA-F:]+\](?::[0-9]{1,5})?)/)?"
    rf"(?P<repository>{COMPONENT}(?:/{COMPONENT})*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
    r"(?:@(?P<digest>[a-z0-9+._-]+:[0-9a-fA-F]{32,}))?",
    re.ASCII,
)
MAX_LENGTH = 1024


class ImageReference(NamedTuple):
    """The parts of a reference; `tag` and `digest` are None when not written."""

    registry: str
    repository: str
    tag: str | None
    digest: str | None

    @property
    def basename(self) -> str:
        """The last step of the repository: `vllm-openai`."""
        return self.repository.rpartition("/")[2]


def split_image(reference: str) -> ImageReference | None:
    """The parts of `reference`, or None when it is none (a template, a variable, too long)."""
    if len(reference) > MAX_LENGTH:
        return None
    head, slash, _ = reference.partition("/")
    hosted = bool(slash) and ("." in head or ":" in head or head == "localhost")
    match = REFERENCE.fullmatch(reference if hosted else f"docker.io/{reference}")
    if match is None:
        return None
    registry, repository = match["registry"], match["repository"]
    if registry in ("docker.io", "index.docker.io") and "/" not in repository:
        repository = f"library/{repository}"
    return ImageReference(
        "docker.io" if registry == "index.docker.io" else registry, repository, match["tag"], match["digest"]
    )
