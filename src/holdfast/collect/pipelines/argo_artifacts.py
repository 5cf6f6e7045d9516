"""Artifacts that a template of Argo is given: code from git, files from addresses and object stores.

Source, checked 2026-11-30: Argo Workflows, "Fields" (GitArtifact: `revision`, `insecureIgnoreHostKey`,
`insecureSkipTLS`; HTTPArtifact: `url`; S3Artifact: `endpoint`, `insecure`, which turns TLS off).
"""

from __future__ import annotations

import re

from holdfast.collect.fields import TEMPLATED, Fields, written
from holdfast.collect.pipelines.draft import Draft
from holdfast.collect.pipelines.pins import branch, pinned
from holdfast.core.asset import Spot
from holdfast.core.fact import UNSET, Fact
from holdfast.kinds.pipeline import Use

HTTP = re.compile(r"http://(?:[^/\s@]{1,256}@)?(\[[^\]]{1,64}\]|[^/\s:?#]{1,256})", re.IGNORECASE)
INSIDE = re.compile(
    r"localhost|127\..*|\[::1\]|[^.]+|[^.]+\.[^.]+\.svc(?:\..+)?|.+\.(?:cluster\.local|local|internal|svc)",
    re.IGNORECASE,
)
"""Hosts of the cluster itself: a name without a dot, or one that only its DNS knows."""
SERVICE = re.compile(r"[^.:]+\.[^.:]+:(?!80$)\d{1,5}")
"""A service with its namespace and a port, as MinIO is mostly given."""


def artifacts(draft: Draft, fields: Fields, job: str | None) -> None:
    """Takes up the artifacts of a list."""
    for artifact in fields.items("artifacts", "artifacts"):
        mark = artifact.data.mark
        spot = Spot(artifact.line + mark.line, mark.column + 1, artifact.pointer)
        git, http, s3 = (artifact.child(key).data for key in ("git", "http", "s3"))
        if git:
            repository, version = written(git.get("repo")), git.get("revision")
            unchecked = _on(git.get("insecureIgnoreHostKey")) or _on(git.get("insecureSkipTLS"))
            text = None if version is None else written(version)
            _use(draft, "code", repository, job, text, spot, unchecked or _open(repository))
        elif http:
            url = written(http.get("url"))
            _use(draft, "artifact", url, job, None, spot, _open(url))
        elif s3.get("insecure") is True:
            endpoint = written(s3.get("endpoint"))
            _use(draft, "artifact", f"{endpoint}/{written(s3.get('key'))}", job, None, spot, _outside(endpoint))


def _outside(endpoint: str) -> Fact[bool]:
    """Whether an object store is none of the cluster's own; unobserved where it is named elsewhere."""
    if not endpoint or TEMPLATED.search(endpoint):
        return UNSET
    host = endpoint.rpartition(":")[0] or endpoint
    return SERVICE.fullmatch(endpoint) is None and INSIDE.fullmatch(host) is None


def _use(
    draft: Draft, sort: str, name: str, job: str | None, version: str | None, spot: Spot, unprotected: Fact[bool]
) -> None:
    part = Use(
        reference=name,
        sort=sort,
        name=name,
        job=job,
        version=version,
        pinned=pinned(version),
        branch=branch(version) if sort == "code" else False,
        vendor=False,
        local=False,
        unprotected=unprotected,
        credentials=False,
    )
    draft.add("uses", part, spot)


def _on(value: object) -> bool:
    return value is True or value == "true"


def _open(address: str) -> Fact[bool]:
    """Whether an address outside the cluster is reached without TLS."""
    found = HTTP.match(address)
    if found is None:
        return UNSET if TEMPLATED.match(address) else False
    return UNSET if TEMPLATED.search(found[1]) else INSIDE.fullmatch(found[1]) is None
