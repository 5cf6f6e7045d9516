"""What commands do to models, images, packages and clusters."""

from __future__ import annotations

import pytest

from holdfast.collect.pipelines.effects import Effect, effects
from holdfast.core.fact import UNSET
from holdfast.formats.shell import reader

SHA = "0123456789abcdef0123456789abcdef01234567"


def found(text: str, known: dict[str, str] | None = None) -> list[Effect]:
    commands = reader.read(text, known or {})
    return list(effects(commands, lambda word: [part[1:] for part in word.split() if part.startswith("@")]))


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("docker push x/y:1", "image_push"),
        ("docker --debug push x/y:1", "image_push"),
        ("docker buildx build --push -t x .", "image_push"),
        ("docker build -t x .", None),
        ("docker push localhost:5000/x", None),
        ("docker push --help", None),
        ("skopeo copy docker://a docker://b", "image_push"),
        ("python -m twine upload dist/x", "publish"),
        ("uv run --with twine twine upload dist/x", "publish"),
        ("uvx twine@6 upload dist/x", "publish"),
        ("uvx", None),
        ("uv run", None),
        ("uv publish", "publish"),
        ("uv pip compile x", None),
        ("npm publish --dry-run", None),
        ("gh release create v1", "publish"),
        ("hf upload a/b", "model_push"),
        ("git clone https://huggingface.co/a/b", "model_pull"),
        ("git clone https://github.com/a/b", None),
        ("kubectl -n x apply -f y", "deploy"),
        ("helm upgrade a b", "deploy"),
        ("python script.py", None),
        ("python -m pytest -x", "test"),
        ("pytest", "test"),
        ("semgrep --config x", "scan"),
        ("ansible-playbook site.yml", "deploy"),
        ("echo docker push", None),
    ],
)
def test_effects(text: str, effect: str | None):
    assert [each.effect for each in found(text)] == ([effect] if effect else [])


@pytest.mark.parametrize(
    ("text", "pinned"),
    [
        ("hf download a/b", False),
        ("hf download --revision v1 a/b", False),
        (f"hf download --revision {SHA} a/b", True),
        (f"hf download --revision={SHA} a/b", True),
        ("hf download a/b --revision", False),
        ("hf download --revision $REV a/b", UNSET),
        (f"hf download hf://a/b@{SHA}", True),
        ("hf download hf://a/b@main", False),
        ("hf download hf://a/b@$REV", UNSET),
        ('hf download "$@"', UNSET),
        (f"git clone https://huggingface.co/a/b && git -C b checkout {SHA}", True),
        ("pip install -r requirements.txt", True),
        ("pip install .", True),
        ("pip install build twine", False),
        ("pip install build==1.2 'twine == 6.0'", True),
        ("pip install 'build>=1'", False),
        ("pip install --require-hashes -r x twine", True),
        ("pip install -c c.txt 'a[b]==1'", True),
        ("pip install $PACKAGES", UNSET),
        ("pip install dist/x.whl", True),
        ("docker push x/y:1", None),
    ],
)
def test_pins(text: str, pinned: object):
    assert found(text)[0].pinned is pinned


@pytest.mark.parametrize(
    ("text", "tolerated"),
    [
        ("trivy image x", True),
        ("trivy image --exit-code 1 x", False),
        ("trivy image --exit-code 0 x", True),
        ("trivy image --format sarif x", UNSET),
        ("trivy image --config t.yaml x", UNSET),
        ("grype x", True),
        ("grype --fail-on high x", False),
        ("bandit -r .", False),
        ("bandit --exit-zero -r .", True),
        ("gitleaks detect", False),
        ("gitleaks detect || true", True),
        ("pytest || true", True),
        ("snyk test", False),
    ],
)
def test_failures_that_change_nothing(text: str, tolerated: object):
    assert found(text)[0].tolerated is tolerated


def test_a_variable_may_set_the_exit_code():
    assert found("trivy image x", {"TRIVY_EXIT_CODE": "1"})[0].tolerated is False


def test_credentials_come_from_words_pipes_and_variables():
    assert found("twine upload -p @TOKEN dist/x")[0].credential == "TOKEN"
    assert found("echo '@PASS' | docker login --password-stdin")[0].credential == "PASS"
    assert found("cat x | docker login --password-stdin")[0].credential is None
    assert found("hf upload a/b", {"HF_TOKEN": "@HF", "OTHER": "@X"})[0].credential == "HF"
    assert found("hf upload a/b", {"OTHER": "@X"})[0].credential is None


def test_downloads_that_run():
    (effect,) = found("curl -fsSL https://x/y | sudo bash -s")
    assert (effect.effect, effect.piped, effect.program) == ("download", True, "bash")
