"""Charts through a stand-in for `helm`, which prints what Helm 3 prints; the real program is not at hand here."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest

from holdfast.app.check import Request, Sources, check
from holdfast.collect.files import Options, collect
from holdfast.collect.helm import run
from holdfast.config import Settings
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.core.result import Result
from holdfast.kinds.workload import Workload

TEMPLATE = """\
{{- if .Values.enabled }}
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}
spec:
  containers:
    - name: main
      image: {{ .Values.image }}
      securityContext:
        privileged: {{ .Values.privileged }}
{{- end }}
"""
PLAIN = "apiVersion: v1\nkind: Pod\nmetadata: {name: plain}\nspec: {containers: [{name: a, image: x}], hostPID: true}\n"
PRINTED = """\
---
# Source: llm/templates/plain.yaml
apiVersion: v1
kind: Pod
metadata: {name: plain}
spec: {containers: [{name: a, image: x}], hostPID: true}
---
# Source: llm/templates/pod.yaml
apiVersion: v1
kind: Pod
metadata:
  name: release
spec:
  containers:
    - name: main
      image: vllm/vllm-openai:v0.11.0
      securityContext:
        privileged: true
---
# Source: llm/templates/list.yaml
- a
---
# Source: llm/templates/config.yaml
apiVersion: v1
kind: ConfigMap
"""


def chart(root: Path, name: str = "llm", more: str = "") -> Path:
    folder = root / name
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text(f"apiVersion: v2\nname: llm\nversion: 1.0.0\n{more}")
    (folder / "values.yaml").write_text("enabled: true\n")
    (folder / "templates/pod.yaml").write_text(TEMPLATE)
    (folder / "templates/plain.yaml").write_text(PLAIN)
    (folder / "templates/_helpers.tpl").write_text('{{- define "x" -}}{{- end -}}\n')
    return folder


@pytest.fixture
def helm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a `helm` that writes what it was called with and does as the file `does` says."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "helm"
    program.write_text(
        dedent(f"""\
        #!{sys.executable}
        import json, os, sys
        here = {str(folder)!r}
        with open(here + "/called", "a") as file:
            file.write(json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]) + "\\n")
        exec(open(here + "/does").read())
        """)
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (folder / "printed").write_text(PRINTED)
    (folder / "does").write_text("sys.stdout.write(open(here + '/printed').read())")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("SECRET_OF_OURS", "x")
    return folder


def seen(root: Path, **more: object) -> tuple[list[Asset], list[Gap]]:
    found = list(collect(Options(str(root), **more)))  # type: ignore[arg-type]
    return [item for item in found if isinstance(item, Asset)], [item for item in found if isinstance(item, Gap)]


def judged(root: Path, render: str = "auto") -> Result:
    request = Request(
        today=date(2026, 11, 30), targets=(str(root),), rules=("privileged-container", "host-pid"), render=render
    )
    return check(request, Settings(), Sources())


def test_a_chart_is_judged_by_what_it_becomes(tmp_path: Path, helm: Path) -> None:
    folder = chart(tmp_path / "charts")
    result = judged(tmp_path / "charts")
    assert result.examined.gaps == []
    found = {finding.rule: finding.location for finding in result.findings}
    place = found["privileged-container"]
    assert (place.path, place.line) == (str(folder / "templates/pod.yaml"), 11)
    assert len(result.findings) == 2, "a template that is plain YAML is judged once"
    (called,) = (helm / "called").read_text().splitlines()
    arguments, environment, home = json.loads(called)
    assert arguments == ["template", "release", str(folder), "--skip-tests"]
    assert "SECRET_OF_OURS" not in environment
    assert (environment["KUBECONFIG"], environment["HOME"]) == (os.devnull, home)
    assert not Path(home).exists()


def test_without_helm_or_when_refused_a_chart_stays_a_template(tmp_path: Path, helm: Path) -> None:
    chart(tmp_path / "charts")
    assert [gap.kind for gap in judged(tmp_path / "charts", "never").examined.gaps] == ["template"]
    (helm / "helm").unlink()
    assert [gap.kind for gap in judged(tmp_path / "charts").examined.gaps] == ["template"]
    assert not (helm / "called").exists()


def test_places_are_those_of_the_template_as_far_as_they_can_be_told(tmp_path: Path, helm: Path) -> None:
    chart(tmp_path / "charts")
    assets, gaps = seen(tmp_path / "charts")
    assert {gap.kind for gap in gaps} == {"template"}
    pod = next(asset for asset in assets if asset.source == "helm" and "release" in asset.id)
    assert isinstance(pod.facts, Workload)
    assert pod.id.endswith("templates/pod.yaml/helm.Pod..release")
    assert pod.spot("containers[0].image").line == 9
    assert pod.spot("name").line == 1, "two lines have that key"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("dependencies:\n- {name: vllm, repository: 'https://charts.example'}\n- {name: here}\n", "not here: vllm"),
        ("dependencies: [{name: near, repository: 'file://../near'}]\n", ""),
        ("dependencies: x\n", ""),
        ("# no dependencies\n", ""),
        ("dependencies: [\n", "not readable as YAML"),
    ],
)
def test_charts_that_a_chart_is_made_of_are_told_when_they_are_not_here(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "umbrella/charts/here").mkdir(parents=True)
    (tmp_path / "umbrella/Chart.yaml").write_text("name: umbrella\n" + text)
    (tmp_path / "umbrella/charts/here/Chart.yaml").write_text("name: here\n")
    gaps = [gap for gap in seen(tmp_path)[1] if gap.path.endswith("umbrella/Chart.yaml")]
    assert [reason in gap.reason for gap in gaps] == [True] * bool(reason)


def test_values_are_handed_on(tmp_path: Path, helm: Path) -> None:
    chart(tmp_path / "charts")
    (tmp_path / "prod.yaml").write_text("privileged: true\n")
    seen(tmp_path / "charts", values=(str(tmp_path / "prod.yaml"),))
    assert json.loads((helm / "called").read_text())[0][-2:] == ["--values", str(tmp_path / "prod.yaml")]


def test_libraries_parts_of_charts_and_folders_without_templates_are_not_rendered(tmp_path: Path, helm: Path) -> None:
    root = tmp_path / "charts"
    folder = chart(root)
    chart(folder / "charts", "part")
    chart(root, "library", "type: library\n")
    (root / "empty").mkdir()
    (root / "empty/Chart.yaml").write_text("name: empty\n")
    seen(root)
    assert len((helm / "called").read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("does", "reason"),
    [
        (
            "sys.stderr.write('a\\nError: missing in charts/ directory: x\\n'); sys.exit(1)",
            "missing in charts/ directory",
        ),
        ("sys.exit(3)", "`helm template` failed: 3"),
        ("import time; time.sleep(30)", "took longer than"),
        ("sys.stdout.write('a' * 2000)", "it becomes more than"),
        ("print('apiVersion: [')", "what it becomes is not readable"),
    ],
)
def test_a_chart_that_cannot_be_rendered_is_said(
    tmp_path: Path, helm: Path, monkeypatch: pytest.MonkeyPatch, does: str, reason: str
) -> None:
    monkeypatch.setattr(run, "SECONDS", 1)
    monkeypatch.setattr(run, "OUTPUT", 1000)
    (helm / "does").write_text(does)
    chart(tmp_path / "charts")
    gaps = seen(tmp_path / "charts")[1]
    assert any(reason in gap.reason and gap.path.endswith("llm/Chart.yaml") for gap in gaps), gaps


def test_a_chart_with_a_link_that_leads_out_is_not_rendered(tmp_path: Path, helm: Path) -> None:
    folder = chart(tmp_path / "charts")
    (folder / "files").symlink_to("/etc")
    gaps = seen(tmp_path / "charts")[1]
    assert any("a link in it leads out of it: files" in gap.reason for gap in gaps)
    assert not (helm / "called").exists()


def test_many_files_and_a_program_that_does_not_start(
    tmp_path: Path, helm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = chart(tmp_path / "charts")
    (helm / "helm").write_text("")
    assert "does not start" in run.render(str(helm / "helm"), str(folder)).trouble
    monkeypatch.setattr(run, "MAX_ENTRIES", 2)
    assert "more than 2 files" in run.render(str(helm / "helm"), str(folder)).trouble
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    run._limit(done.pid)  # a process that has ended is no trouble


def test_many_charts_are_rendered_when_asked_for(tmp_path: Path, helm: Path) -> None:
    for number in range(21):
        chart(tmp_path / "charts", f"c{number}")
    gaps = seen(tmp_path / "charts")[1]
    assert any(gap.kind == "left_out" and gap.reason.startswith("21 charts") for gap in gaps)
    assert not (helm / "called").exists()
    seen(tmp_path / "charts", render="always")
    assert len((helm / "called").read_text().splitlines()) == 21
