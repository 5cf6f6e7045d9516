"""The uses `why` and `accept`: one finding, by its fingerprint."""

from __future__ import annotations

import hashlib
import json

from holdfast.app.check import Request, Sources, check
from holdfast.config import Settings
from holdfast.core.errors import UsageError
from holdfast.core.finding import Finding

SHORTEST = 6


def find(request: Request, settings: Settings, sources: Sources, fingerprint: str) -> Finding:
    """The finding (or open question) whose fingerprint starts so. Raises UsageError for none or several."""
    if len(fingerprint) < SHORTEST:
        raise UsageError(
            f"a fingerprint has at least {SHORTEST} characters", hint="`holdfast check --format json` shows them"
        )
    result = check(request, settings, sources)
    found = {f.fingerprint: f for f in [*result.findings, *result.unknown] if f.fingerprint.startswith(fingerprint)}
    if not found:
        hint = "check the same targets, rules and profile as when it was found; it may also be mended"
        raise UsageError(f"no finding has the fingerprint {fingerprint}", hint=hint)
    if len(found) > 1:
        raise UsageError(f"{len(found)} findings start with {fingerprint}", hint=", ".join(sorted(found)[:5]))
    return next(iter(found.values()))


def redacted_example(finding: Finding) -> str:
    """The facts that decided, as an example for a rule's author: names and free text become fingerprints."""
    lines = [
        f"# an example of {finding.rule}, redacted: texts that are no plain words are fingerprints",
        "failing:",
        "  - facts:",
    ]
    lines += [f"      # {path} = {json.dumps(_redacted(value))}" for path, value in finding.facts.items()]
    lines.append(f"      {json.dumps(_nested(finding))}")
    return "\n".join(lines) + "\n"


def _redacted(value: object) -> object:
    if isinstance(value, str) and not (value.isalpha() and len(value) < 20):
        return f"text-{hashlib.sha256(value.encode('utf-8', 'replace')).hexdigest()[:8]}"
    if isinstance(value, list):
        return [_redacted(item) for item in value]
    if isinstance(value, dict):
        return {str(_redacted(key)): _redacted(item) for key, item in value.items()}
    return value


def _nested(finding: Finding) -> dict[str, object]:
    """`containers[0].privileged = true` as `{"containers": [{"privileged": true}]}`."""
    root: dict[str, object] = {}
    for path, value in finding.facts.items():
        head, bracket, rest = path.partition("[")
        if not bracket:
            root[path] = _redacted(value)
            continue
        field = rest.partition("].")[2]
        elements = root.setdefault(head, [{}])
        if isinstance(elements, list) and field and "[" not in field and "." not in field:
            elements[0][field] = _redacted(value)
    return root
