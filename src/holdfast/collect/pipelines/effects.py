"""What the commands of a script do to models, images, packages and clusters.

Sources, checked 2026-11-30: the manuals of the programs: `hf download --revision` and Trusted Publishers (Hugging
Face Hub), `docker push` and `docker buildx build --push`, twine, uv, Poetry, Flit, Hatch, PDM, npm, Cargo and
RubyGems (how each takes its token), Trivy `--exit-code`, Grype `--fail-on`, Docker Scout `--exit-code`, Semgrep
`--error`, Bandit `--exit-zero`, Checkov `--soft-fail`, Gitleaks `--exit-code`, TruffleHog `--fail`, hadolint
`--no-fail`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import UNSET, Struct, UnsetType

from holdfast.collect.downloads import program, runs_download
from holdfast.collect.pipelines.pins import COMMIT
from holdfast.core.fact import Fact

if TYPE_CHECKING:
    from holdfast.formats.shell.reader import Command

Secrets = Callable[[str], list[str]]
"""The names of the stored secrets that a text refers to."""


class Effect(Struct, frozen=True):
    """A command that matters, and where it stands in its text."""

    program: str
    text: str
    effect: str
    line: int = 1
    column: int = 1
    pinned: Fact[bool] = None
    credential: Fact[str] = None
    tolerated: Fact[bool] = False
    piped: bool = False


class Row(Struct, frozen=True):
    """One way to call a program: what follows its name, an option that must be there, and what it then does."""

    words: tuple[str, ...]
    effect: str
    option: str = ""


def _rows(effect: str, *calls: str, option: str = "") -> tuple[Row, ...]:
    return tuple(Row(tuple(call.split()), effect, option) for call in calls)


IMAGES = (*_rows("image_push", "push", "image push", "manifest push"), *_rows("login", "login"))
BUILDS = _rows("image_push", "build", "buildx build", "buildx bake", option="--push")
HUB = (
    *_rows("model_pull", "download"),
    *_rows("model_push", "upload", "upload-large-folder"),
    *_rows("login", "login", "auth login"),
)
PROGRAMS: Mapping[str, tuple[Row, ...]] = {
    "hf": HUB,
    "huggingface-cli": HUB,
    "git": _rows("model_pull", "clone", "lfs clone"),
    "ollama": _rows("model_push", "push"),
    "cog": _rows("model_push", "push"),
    "docker": (*IMAGES, *BUILDS, *_rows("scan", "scout cves", "scout quickview")),
    "podman": IMAGES,
    "buildah": IMAGES,
    "skopeo": _rows("image_push", "copy", "sync"),
    "crane": _rows("image_push", "push", "copy", "cp"),
    "ko": _rows("image_push", "build", "publish"),
    "twine": _rows("publish", "upload"),
    "uv": (*_rows("publish", "publish"), *_rows("install", "pip install", "tool install")),
    "poetry": _rows("publish", "publish"),
    "flit": _rows("publish", "publish"),
    "hatch": _rows("publish", "publish"),
    "pdm": _rows("publish", "publish"),
    "maturin": _rows("publish", "publish", "upload"),
    "npm": (*_rows("publish", "publish"), *_rows("scan", "audit")),
    "pnpm": (*_rows("publish", "publish"), *_rows("scan", "audit")),
    "yarn": (*_rows("publish", "publish", "npm publish"), *_rows("scan", "audit", "npm audit")),
    "cargo": (*_rows("publish", "publish"), *_rows("scan", "audit", "deny"), *_rows("test", "test", "nextest run")),
    "gem": _rows("publish", "push"),
    "gh": _rows("publish", "release create", "release upload"),
    "helm": (*_rows("publish", "push"), *_rows("deploy", "upgrade", "install")),
    "kubectl": _rows("deploy", "apply", "create", "replace", "set image", "rollout restart", "patch"),
    "argocd": _rows("deploy", "app sync", "app set"),
    "terraform": _rows("deploy", "apply"),
    "tofu": _rows("deploy", "apply"),
    "gcloud": _rows("deploy", "run deploy", "ai endpoints deploy-model", "app deploy", "functions deploy"),
    "aws": _rows(
        "deploy",
        "sagemaker create-endpoint",
        "sagemaker update-endpoint",
        "ecs update-service",
        "lambda update-function-code",
        "cloudformation deploy",
    ),
    "az": _rows("deploy", "ml online-deployment create", "ml online-deployment update", "webapp deploy"),
    "modal": _rows("deploy", "deploy"),
    "bentoml": _rows("deploy", "deploy"),
    "ansible-playbook": _rows("deploy", ""),
    "pip": _rows("install", "install"),
    "pip3": _rows("install", "install"),
    "pipx": _rows("install", "install"),
    "trivy": _rows("scan", "image", "fs", "filesystem", "repo", "rootfs", "config", "sbom", "k8s"),
    "semgrep": _rows("scan", "scan", "ci", "--config"),
    "snyk": _rows("scan", "test", "container test", "code test", "iac test"),
    "cosign": _rows("scan", "verify", "verify-attestation"),
    "holdfast": _rows("scan", "check"),
    "safety": _rows("scan", "check", "scan"),
    "go": _rows("test", "test"),
    "make": _rows("test", "test"),
    **dict.fromkeys(
        "grype bandit pip-audit gitleaks trufflehog checkov tfsec kube-linter hadolint modelscan picklescan fickling"
        " osv-scanner dockle zizmor govulncheck detect-secrets".split(),
        _rows("scan", ""),
    ),
    **dict.fromkeys("pytest py.test tox nox".split(), _rows("test", "")),
}
"""Program -> the calls of it that matter."""
LAUNCHERS: Mapping[str, str] = {
    "python": "-m",
    "python3": "-m",
    "uv": "run",
    "uvx": "",
    "poetry": "run",
    "pipx": "run",
    "hatch": "run",
    "pdm": "run",
    "npx": "",
}
"""Programs that run another one, and the word that says so."""
VALUED = frozenset("--with --with-requirements --python --extra --group --project --directory --from --spec".split())
ASKS = frozenset(("--help", "--version", "-h", "--dry-run"))
TOKENS: Mapping[str, frozenset[str]] = {
    name: frozenset(variables.split())
    for name, variables in {
        "twine": "TWINE_PASSWORD",
        "uv": "UV_PUBLISH_TOKEN UV_PUBLISH_PASSWORD",
        "poetry": "POETRY_PYPI_TOKEN_PYPI POETRY_HTTP_BASIC_PYPI_PASSWORD",
        "flit": "FLIT_PASSWORD",
        "hatch": "HATCH_INDEX_AUTH",
        "pdm": "PDM_PUBLISH_PASSWORD",
        "maturin": "MATURIN_PYPI_TOKEN MATURIN_PASSWORD",
        "npm": "NODE_AUTH_TOKEN NPM_TOKEN NPM_AUTH_TOKEN",
        "pnpm": "NODE_AUTH_TOKEN NPM_TOKEN NPM_AUTH_TOKEN",
        "yarn": "NODE_AUTH_TOKEN NPM_TOKEN NPM_AUTH_TOKEN YARN_NPM_AUTH_TOKEN",
        "cargo": "CARGO_REGISTRY_TOKEN",
        "gem": "GEM_HOST_API_KEY RUBYGEMS_API_KEY",
        "hf": "HF_TOKEN HUGGING_FACE_HUB_TOKEN HUGGINGFACE_TOKEN",
        "huggingface-cli": "HF_TOKEN HUGGING_FACE_HUB_TOKEN HUGGINGFACE_TOKEN",
    }.items()
}
"""Program -> the variables from which it takes its token."""
REPORTS: Mapping[str, tuple[bool, str, str]] = {
    "trivy": (False, r"--exit-code[= ](?!0)", "TRIVY_EXIT_CODE"),
    "grype": (False, r"--fail-on|(?:^| )-f ", "GRYPE_FAIL_ON_SEVERITY"),
    "docker": (False, r"--exit-code|(?:^| )-e(?: |$)", ""),
    "semgrep": (False, r"--error|(?:^| )ci(?: |$)", ""),
    "trufflehog": (False, r"--fail", ""),
    "bandit": (True, r"--exit-zero", ""),
    "checkov": (True, r"--soft-fail|(?:^| )-s(?: |$)", ""),
    "gitleaks": (True, r"--exit-code[= ]0", ""),
    "tfsec": (True, r"--soft-fail|(?:^| )-s(?: |$)", ""),
    "hadolint": (True, r"--no-fail", ""),
}
"""Scanner -> whether the option makes it succeed whatever it finds (else: whether only the option makes it fail)."""
WATCHED = frozenset().union(*TOKENS.values(), (variable for _, _, variable in REPORTS.values()))
"""Variables that matter though no script names them."""
ELSEWHERE = re.compile(r"sarif|(?:^| )(?:--config|-c|--conf)[= ]")
"""The outcome is judged elsewhere, or by a file that was not seen."""
HUB_ADDRESS = re.compile(r"https://(?:[^@/\s]*@)?(?:huggingface\.co|hf\.co)/")
LOCAL = re.compile(r"(?:^|[ /@])(?:localhost|127\.0\.0\.1|kind-registry|registry\.local)[:/]")
REQUIREMENT = re.compile(r"[A-Za-z0-9][\w.-]*(?:\[[\w,. -]*\])?(?P<version>\s*(?:[=<>!~]=|[<>]).*)?", re.ASCII)
HASHED = re.compile(r"--require-hashes|#sha256=|--hash=")
TAKING = frozenset(
    "-r --requirement -c --constraint -t --target -i --index-url --extra-index-url -f --find-links".split()
)
"""Options of pip that take a word."""


def effects(commands: Sequence[Command], secrets: Secrets) -> Iterator[Effect]:
    """The commands of a shell script that matter."""
    checked_out = any(_checks_out(command.argv) for command in commands)
    for at, command in enumerate(commands):
        shown = " ".join(command.argv)
        if runs_download(command):
            yield Effect(
                program(command.argv), shown, "download", command.line, command.column, tolerated=False, piped=True
            )
            continue
        argv = _launched(command.argv)
        found = _recognised(argv)
        if found is None:
            continue
        given = commands[at - 1].argv if command.piped_from in ("echo", "printf") and at else ()
        pinned = _pinned(found.effect, argv)
        yield Effect(
            program(argv),
            shown,
            found.effect,
            command.line,
            command.column,
            pinned=True if pinned is False and found.effect == "model_pull" and checked_out else pinned,
            credential=_credential(argv, given, command.env, secrets),
            tolerated=command.tolerated or _reports(program(argv), found, shown, command.env),
        )


def _launched(argv: Sequence[str]) -> Sequence[str]:
    """The command that a launcher such as `uv run` starts, or the command itself."""
    while argv:
        word = LAUNCHERS.get(program(argv))
        at = 1 + bool(word)
        if word is None or (word and argv[1:2] != (word,) and list(argv[1:2]) != [word]):
            return argv
        while at < len(argv) and argv[at].startswith("-"):
            at += 1 + (argv[at] in VALUED)
        if at >= len(argv):
            return argv
        name, mark, _ = argv[at].partition("@")
        argv = (name if mark else argv[at], *argv[at + 1 :])
    return argv


def _recognised(argv: Sequence[str]) -> Row | None:
    rows = PROGRAMS.get(program(argv), ())
    if not rows or not ASKS.isdisjoint(argv[1:]):
        return None
    words = [word for word in argv[1:] if not word.startswith("-")]
    for row in rows:
        size = len(row.words)
        fits = any(tuple(words[at : at + size]) == row.words for at in (0, 1)) or row.words == tuple(argv[1:2])
        asked = not row.option or any(word.partition("=")[0] == row.option for word in argv)
        if fits and asked and _meant(row, argv):
            return row
    return None


def _meant(row: Row, argv: Sequence[str]) -> bool:
    """Whether a call that looks like it does have the effect: a clone of a model, a push to somebody else's machine."""
    text = " ".join(argv)
    if program(argv) == "git":
        return HUB_ADDRESS.search(text) is not None
    return row.effect != "image_push" or LOCAL.search(text) is None


def _checks_out(argv: Sequence[str]) -> bool:
    return program(argv) == "git" and any(COMMIT.fullmatch(word) for word in argv)


def _pinned(effect: str, argv: Sequence[str]) -> Fact[bool]:
    if effect == "model_pull":
        return _revision(argv)
    return _requirements(argv) if effect == "install" else None


def _revision(argv: Sequence[str]) -> bool | UnsetType:
    """Whether a model is asked for by its commit."""
    for at, word in enumerate(argv):
        name, mark, value = word.partition("=")
        if name == "--revision":
            value = value if mark else (argv[at + 1] if at + 1 < len(argv) else "")
            return UNSET if "$" in value else COMMIT.fullmatch(value) is not None
        if word.startswith("hf://") and "@" in word:
            return UNSET if "$" in word else COMMIT.match(word.rpartition("@")[2]) is not None
    return UNSET if any(word.startswith(("$@", "${@", "$*")) for word in argv) else False


def _requirements(argv: Sequence[str]) -> bool | UnsetType:
    """Whether every package that is named has one version; what a file of requirements says is not seen."""
    if HASHED.search(" ".join(argv)):
        return True
    words = iter(argv[argv.index("install") + 1 :])
    named = []
    for word in words:
        if word in TAKING:
            next(words, None)
        elif not word.startswith("-"):
            named.append(word)
    if any("$" in word for word in named):
        return UNSET
    bare = [match for match in map(REQUIREMENT.fullmatch, named) if match is not None and match[0] not in (".", "..")]
    return all((match["version"] or "").strip().startswith("==") for match in bare)


def _credential(argv: Sequence[str], given: Sequence[str], env: Mapping[str, str], secrets: Secrets) -> str | None:
    """The first stored secret among a command's words, what is piped into it, and the variables that it reads."""
    variables = [value for name, value in env.items() if name in TOKENS.get(program(argv), ())]
    for text in (*argv, *given, *variables):
        for name in secrets(text):
            return name
    return None


def _reports(name: str, row: Row, text: str, env: Mapping[str, str]) -> bool | UnsetType:
    """Whether a scanner succeeds whatever it finds."""
    if row.effect != "scan" or name not in REPORTS:
        return False
    soft, option, variable = REPORTS[name]
    if re.search(option, text):
        return soft
    if soft or (variable and variable in env):
        return False
    return UNSET if ELSEWHERE.search(text) else True
