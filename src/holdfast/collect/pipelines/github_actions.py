"""What well-known actions do, and how a reference to one is read.

Sources, checked 2026-11-30: GitHub Docs, "Workflow syntax" (`jobs.<job_id>.steps[*].uses`); the `action.yml` and
README of each action named here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import UNSET, Struct, UnsetType

from holdfast.collect.pipelines.effects import Effect
from holdfast.collect.pipelines.github_values import secrets
from holdfast.core.fact import Fact

VENDORS = frozenset(("actions", "github"))
"""Owners of the platform's own actions."""
CHECKOUT = "actions/checkout"
REFUSING = {2: [8, 0], 3: [7, 0], 4: [4, 0], 5: [1, 0], 6: [1, 0], 7: [0, 0]}
"""Major version of the checkout -> its first release that refuses the code of forks (its release notes)."""
RELEASE = re.compile(r"v?(\d{1,4})((?:\.\d{1,6}){0,2})", re.ASCII)
SCRIPT_INPUTS: Mapping[str, str] = {
    "actions/github-script": "script",
    "appleboy/ssh-action": "script",
    "azure/cli": "inlinescript",
    "azure/powershell": "inlinescript",
    "addnab/docker-run-action": "run",
}
"""Actions that run the text of an input, into which expressions are put as into `run`."""


class Known(Struct, frozen=True):
    """An action that matters."""

    effect: str
    needs: str = ""
    """An input that must be true for it."""
    token: str = ""
    """The input that takes its credential."""


def _all(effect: str, *names: str, token: str = "") -> dict[str, Known]:
    return dict.fromkeys(names, Known(effect, token=token))


ACTIONS: Mapping[str, Known] = {
    "docker/build-push-action": Known("image_push", needs="push"),
    "redhat-actions/push-to-registry": Known("image_push", token="password"),  # noqa: S106 - an input's name
    "docker/login-action": Known("login", token="password"),  # noqa: S106
    "azure/docker-login": Known("login", token="password"),  # noqa: S106
    "aws-actions/configure-aws-credentials": Known("login", token="aws-secret-access-key"),  # noqa: S106
    "google-github-actions/auth": Known("login", token="credentials_json"),  # noqa: S106
    "azure/login": Known("login", token="creds"),  # noqa: S106
    "pypa/gh-action-pypi-publish": Known("publish", token="password"),  # noqa: S106
    "js-devtools/npm-publish": Known("publish", token="token"),  # noqa: S106
    "rubygems/release-gem": Known("publish"),
    "huggingface/hub-sync": Known("model_push", token="hf_token"),  # noqa: S106
    **_all(
        "publish",
        "softprops/action-gh-release",
        "ncipollo/release-action",
        "goreleaser/goreleaser-action",
        "helm/chart-releaser-action",
    ),
    **_all(
        "deploy",
        "actions/deploy-pages",
        "aws-actions/amazon-ecs-deploy-task-definition",
        "google-github-actions/deploy-cloudrun",
        "azure/k8s-deploy",
        "azure/webapps-deploy",
        "superfly/flyctl-actions",
    ),
    **_all(
        "scan",
        "aquasecurity/trivy-action",
        "anchore/scan-action",
        "docker/scout-action",
        "github/codeql-action/analyze",
        "actions/dependency-review-action",
        "gitleaks/gitleaks-action",
        "trufflesecurity/trufflehog",
        "bridgecrewio/checkov-action",
        "google/osv-scanner-action",
        "pypa/gh-action-pip-audit",
        "hadolint/hadolint-action",
        "zizmorcore/zizmor-action",
        "snyk/actions",
        "semgrep/semgrep-action",
        "returntocorp/semgrep-action",
    ),
}
"""Action -> what it does; one below a repository counts as the repository's."""
CACHES = frozenset(
    "actions/cache actions/cache/restore actions/cache/save swatinem/rust-cache mozilla-actions/sccache-action".split()
)
CACHE_INPUTS = frozenset(("cache", "enable-cache", "cache-from", "bundler-cache"))
OFF = frozenset(("", "false"))
SHARED = re.compile(r"type=gha")


SOFT: Mapping[str, str] = {
    "bridgecrewio/checkov-action": "soft_fail",
    "hadolint/hadolint-action": "no-fail",
    "actions/dependency-review-action": "warn-only",
    "pypa/gh-action-pip-audit": "internal-be-careful-allow-failure",
}
"""Scanner -> the input with which it succeeds whatever it finds."""


class Reference(Struct, frozen=True):
    """What stands after `uses`."""

    name: str
    """`owner/repository`, with the folder below it, in lower case; a local one's path; a container's image."""
    version: str | None
    sort: str
    """`remote`, `local` or `image`."""


def reference(uses: str) -> Reference:
    """The parts of a reference."""
    if uses.startswith(("./", "../", ".\\")):
        return Reference(uses, None, "local")
    if uses.startswith("docker://"):
        return Reference(uses.removeprefix("docker://"), None, "image")
    name, mark, version = uses.partition("@")
    return Reference(name.lower(), version if mark else None, "remote")


def effect(action: str, inputs: Mapping[str, str], env: Mapping[str, str]) -> Effect | None:
    """What an action does with these inputs and variables. Raises FormatError."""
    known = ACTIONS.get(action) or ACTIONS.get("/".join(action.split("/")[:2]))
    if known is None or (known.needs and inputs.get(known.needs, "").lower() in OFF):
        return None
    names = secrets(inputs.get(known.token, "")) if known.token else []
    return Effect(
        action,
        f"uses: {action}",
        known.effect,
        credential=names[0] if names else None,
        tolerated=_reports(action, inputs, env),
    )


def _reports(action: str, inputs: Mapping[str, str], env: Mapping[str, str]) -> Fact[bool]:
    """Whether a scanner succeeds whatever it finds: those of Trivy and Docker Scout do unless an exit code is set."""
    if action == "aquasecurity/trivy-action":
        if (inputs.get("exit-code") or env.get("TRIVY_EXIT_CODE", "0")) != "0":
            return False
        return UNSET if "sarif" in inputs.get("format", "") or "trivy-config" in inputs else True
    if action == "anchore/scan-action":
        return inputs.get("fail-build", "true") == "false"
    if action == "docker/scout-action":
        return inputs.get("exit-code", "false").lower() in OFF and inputs.get("exit-on", "") == ""
    soft = SOFT.get(action)
    return soft is not None and inputs.get(soft, "false").lower() == "true"


def caches(action: str, inputs: Mapping[str, str]) -> bool:
    """Whether an action uses the cache that all runs of a branch share."""
    if action in CACHES:
        return True
    given = {name: value.lower() for name, value in inputs.items() if name in CACHE_INPUTS}
    if action == "docker/build-push-action":
        return SHARED.search(given.get("cache-from", "")) is not None
    return any(value not in OFF for value in given.values())


def refuses_forks(version: str | None) -> Fact[bool]:
    """Whether a release of the checkout refuses the code of forks where secrets are; not known of a commit."""
    match = RELEASE.fullmatch(version or "")
    if match is None:
        return True if version == "main" else UNSET
    major, rest = int(match[1]), [int(part) for part in match[2].split(".") if part]
    first = REFUSING.get(major, [0, 0])
    return major >= min(REFUSING) and (not rest or rest >= first[: len(rest)])


def keeps_token(action: str, inputs: Mapping[str, str]) -> bool | UnsetType:
    """Whether a checkout leaves the job's token on the disk, which is its default."""
    if action != CHECKOUT:
        return False
    value = inputs.get("persist-credentials", "true").lower()
    return UNSET if "${{" in value else value != "false"
