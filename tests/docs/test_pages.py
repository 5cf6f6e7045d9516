"""What is written about the program is true: pages, links, commands, examples."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.samples import FAILING
from tests.conftest import Run

from holdfast.cli.main import EXIT_CODES, parsers
from holdfast.cli.reference import pages
from holdfast.engine.rulebook import load_shipped

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs/reference"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
WRITTEN = [page for page in PAGES if REFERENCE not in page.parents]
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path, language: str) -> list[str]:
    found = FENCE.findall(page.read_text())
    return [textwrap.dedent(text) for _, kind, text in found if kind == language]


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_reference_is_what_the_code_says() -> None:
    said = dict(pages())
    stale = "run `make docs`, and commit what changes"
    assert sorted(said) == sorted(page.name for page in REFERENCE.glob("*")), stale
    for page, text in said.items():
        assert (REFERENCE / page).read_text(encoding="utf-8") == text, f"docs/reference/{page}: {stale}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_relative_link_resolves(page: Path) -> None:
    for link in LINK.findall(FENCE.sub("", page.read_text())):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


NAMED = {
    "pod.yaml": FAILING,
    "infrastructure/main.tf": 'resource "aws_vpc" "a" {}\n',
    "plan.json": '{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {"root_module": {}}}\n',
    "chart/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n",
    "production.yaml": "a: 1\n",
    "training.pdf": "%PDF\n",
    "overlays/kustomization.yaml": "resources: [pod.yaml]\n",
    "overlays/pod.yaml": FAILING,
}
"""The files that commands on the pages name."""


def commands() -> Iterator[tuple[Path, str]]:
    for page in WRITTEN:
        for block in blocks(page, "sh"):
            for line in block.splitlines():
                if line.startswith("holdfast "):
                    yield page, line


@pytest.mark.parametrize(
    ("page", "line"), list(commands()), ids=lambda value: value if isinstance(value, str) else name(value)
)
def test_a_command_in_the_documentation_runs(here: Path, holdfast: Run, page: Path, line: str) -> None:
    for path, text in NAMED.items():
        (here / path).parent.mkdir(parents=True, exist_ok=True)
        (here / path).write_text(text)
    done = holdfast(*shlex.split(line, comments=True)[1:])
    assert done.code in (0, 1, 3), done.err


def test_there_are_commands_to_run() -> None:
    assert len(list(commands())) >= 5


def spans() -> Iterator[tuple[Path, str]]:
    for page in WRITTEN:
        for span in re.findall(r"`([^`\n]*\bholdfast [a-z][^`\n]*)`", FENCE.sub("", page.read_text())):
            yield page, span[span.index("holdfast ") :]


@pytest.mark.parametrize(
    ("page", "span"), list(spans()), ids=lambda value: value if isinstance(value, str) else name(value)
)
def test_a_command_in_a_sentence_has_these_options(page: Path, span: str) -> None:
    words = shlex.split(re.split(r"[|>]", span)[0].replace("FILE", "f").replace("NUMBER", "1"))[1:]
    if words[:2] == ["kinds", "show"] or len(words) > 1 or words[0] in ("init", "kinds", "check"):
        parser, command = parsers(words)
        _, extra = parser.parse_known_args(words)
        assert not extra
    else:  # only named: `holdfast why`
        assert parsers(words)[1] is not None


def test_rules_that_the_documentation_names_exist() -> None:
    known = {rule.id for rule in load_shipped()} | {"our-registry", "our-rule", "my-rule"}
    for page in WRITTEN:
        text = page.read_text()
        named = re.findall(
            r"ignore(?:-file)?\[([a-z0-9-]+)\]|^ *- rule: (\S+)|explain ([a-z0-9-]+)", text, re.MULTILINE
        )
        named += re.findall(r"^ +([a-z0-9-]+): .* until=", text, re.MULTILINE)
        for rule in {word for words in named for word in ([words] if isinstance(words, str) else words) if word}:
            assert rule in known, f"{name(page)}: {rule}"


def test_the_rule_that_is_taught_passes_its_own_test(here: Path, holdfast: Run) -> None:
    (rule,) = blocks(ROOT / "docs/how-to/write-a-rule.md", "yaml")
    (here / "our-registry.yaml").write_text(rule)
    assert holdfast("rules", "test", "our-registry.yaml").code == 0


def test_the_tutorial_comes_out_as_it_says(here: Path, holdfast: Run) -> None:
    (pod,) = blocks(ROOT / "docs/tutorial.md", "yaml")
    (here / "train.yaml").write_text(pod)
    done = holdfast("check", "train.yaml")
    assert done.code == 1
    assert "[gpu-container-privileged]" in done.out
    (here / "train.yaml").write_text(re.sub(r"^ *securityContext: .*\n", "", pod, flags=re.MULTILINE))
    assert holdfast("check", "train.yaml").code == 0


def test_the_suppressions_that_are_taught_can_be_read(here: Path, holdfast: Run) -> None:
    taught = blocks(ROOT / "docs/how-to/accept-a-finding.md", "yaml")
    settings, comment, annotation = (block.replace("2027-", "2999-") for block in taught)  # for ever
    pod = FAILING.replace("spec:\n", f"spec:\n  {comment}")
    for number, text in enumerate((pod, FAILING.replace("metadata: {name: train}\n", f"{annotation}  name: train\n"))):
        (here / f"{number}.yaml").write_text(text.replace("spec:\n", "spec:\n  hostIPC: true\n", number))
    done = holdfast("check", "--rule", "host-ipc")
    assert (done.code, "2 suppressed" in done.out) == (0, True), done.out
    (here / "training").mkdir()
    (here / "training/pod.yaml").write_text(FAILING.replace("spec:\n", "spec:\n  hostIPC: true\n"))
    (here / "holdfast.yaml").write_text(settings)
    assert "3 suppressed" in holdfast("check", "--rule", "host-ipc").out


def test_the_finding_on_the_first_page_is_a_real_one(holdfast: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "examples/estate")
    shown = next(block for block in blocks(ROOT / "README.md", "text") if "holdfast check" in block)
    lines = shown.splitlines()
    done = holdfast(*shlex.split(lines[0])[2:], "--all")
    assert "\n".join(lines[1:]) in done.out


def test_the_exit_codes_on_the_first_page_are_all_of_them() -> None:
    rows = re.findall(r"^\| ([\d, ]+) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert [int(code) for row in rows for code in row.split(",")] == list(EXIT_CODES)
