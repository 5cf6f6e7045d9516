"""The columns of the tables that are written in one place and compared in another, in one order for both."""

from __future__ import annotations

__all__ = ["ASSET", "ATTESTATION", "FINDING", "RUN", "TOLD", "listed"]

RUN = (
    *("id", "origin", "targets", "started", "ended", "profile", "version", "rules", "outcome", "reason"),
    *("sources_read", "passes", "unknown", "not_applicable", "assets", "state", "changes", "gaps"),
)
"""What is sealed of a run: all but the number of its entry."""
ASSET = (
    *("id", "origin", "source", "name", "kind", "path", "declared"),
    *("owner", "environment", "data_class", "exposure", "purpose", "provider", "region", "jurisdiction", "trust"),
    *("attributes", "digest", "answers", "rules", "weight", "first_run", "changed_run"),
)
"""What an asset begins with; `gone_run` comes later."""
TOLD = ("path", "line", "col", "pointer", "owner", "message", "facts")
"""What may change while a finding stays the same."""
FINDING = (
    *("id", "origin", "fingerprint", "rule", "title", "asset", "severity", "confidence", "state", *TOLD),
    *("reason", "until", "suppressed_by", "repairable"),
    *("opened_run", "resolved_run", "state_run", "reopened", "entry"),
)
ATTESTATION = (
    *("id", "requirement", "subject", "person", "statement", "file", "digest", "made", "until"),
    *("withdrawn", "entry"),
)


def listed(columns: tuple[str, ...], table: str = "") -> str:
    """Columns for a SELECT, of a table where several are joined."""
    return ", ".join(f"{table}.{column}" if table else column for column in columns)
