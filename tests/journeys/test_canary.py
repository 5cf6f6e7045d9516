"""A credential planted in a source never leaves the process: in no format, no command and no file that is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.conftest import Run

FORMATS = ("text", "json", "sarif", "junit", "ocsf", "html")
CANARIES = ("C4narySecret77xyz", "hunter", 'it\'s "q" \\d', "pa ss'w")
"""One by its looks, one that is a plain word, two that a source has to escape."""


def yaml(value: str) -> str:
    return json.dumps(value)


def pod(value: str) -> str:
    return f"""\
apiVersion: v1
kind: Pod
metadata: {{name: serve}}
spec:
  hostPID: true
  containers:
    - name: serve
      image: vllm/vllm-openai:v0.8.0
      args: ["--model", "m", "--api-key", {yaml(value)}, "--trust-remote-code"]
      env:
        - {{name: HF_TOKEN, value: {yaml(value)}}}
        - name: WANDB_API_KEY
          value: {yaml(value)}
      securityContext: {{privileged: true}}
      resources: {{limits: {{nvidia.com/gpu: 1}}}}
"""


def compose(value: str) -> str:
    return f"""\
services:
  serve:
    image: vllm/vllm-openai:v0.8.0
    privileged: true
    command: ["--model", "m", "--api-key", {yaml(value)}]
    environment: {{HF_TOKEN: {yaml(value)}, VLLM_API_KEY: {yaml(value)}}}
    ports: ["8000:8000"]
"""


def dockerfile(value: str) -> str:
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return f"""\
FROM vllm/vllm-openai:v0.8.0
ARG API_KEY="{quoted}"
ENV HF_TOKEN="{quoted}"
RUN curl -fsS https://example.org/x.sh | sh
CMD ["vllm", "serve", "m", "--api-key", {yaml(value)}, "--trust-remote-code"]
"""


def script(value: str) -> str:
    quoted = value.replace("'", "'\\''")
    return f"#!/bin/sh\nexport HF_TOKEN='{quoted}'\nvllm serve m --trust-remote-code --api-key '{quoted}'\n"


FILES = {"pod.yaml": pod, "compose.yaml": compose, "Dockerfile": dockerfile, "start.sh": script}
OWN = """\
id: our-arguments
title: A container runs with arguments
kind: workload
each: containers as c
fails_when: c.argv.exists(a, a == "--model") && size(c.argv) > 0 && c.argv != ["x"] && has(c.env[0].value)
severity: high
because: We look at all of them.
fix: Look.
sources: [{title: Our handbook, checked: "2026-01-01"}]
passing: [{facts: {containers: [{name: a, argv: [], env: []}]}}]
failing: [{facts: {containers: [{name: a, argv: ["--model"], env: [{name: A, value: b}]}]}}]
"""


def spelled(value: str) -> set[str]:
    """The ways in which a value could still be read."""
    return {value, json.dumps(value)[1:-1], value.replace("'", "''"), value.replace("'", "&#39;").replace('"', "&#34;")}


def plant(here: Path, value: str) -> None:
    for name, text in FILES.items():
        (here / name).write_text(text(value))
    (here / "rules").mkdir()
    (here / "rules/our-arguments.yaml").write_text(OWN)


def assert_hidden(value: str, shown: str, place: str) -> None:
    for spelling in spelled(value):
        assert spelling not in shown, place


@pytest.mark.parametrize("value", CANARIES)
def test_no_format_shows_a_credential(here: Path, holdfast: Run, value: str) -> None:
    plant(here, value)
    for form in FORMATS:
        done = holdfast("check", "--profile", "strict", "--rules", "rules", "--all", "--format", form)
        assert done.code == 1
        assert_hidden(value, done.out + done.err, form)
        if form == "json":
            found = {(item["rule"], item["location"]["path"]) for item in json.loads(done.out)["findings"]}
            assert {path for _, path in found} >= set(FILES)
            assert ("our-arguments", "pod.yaml") in found
            assert '"***"' in done.out, "the arguments decided, and are shown without the credential"


def test_no_command_and_no_file_shows_a_credential(here: Path, holdfast: Run) -> None:
    value = CANARIES[0]
    plant(here, value)
    document = json.loads(holdfast("check", "--profile", "strict", "--rules", "rules", "--format", "json").out)
    seen = {finding["rule"]: finding["fingerprint"] for finding in [*document["findings"], *document["unknown"]]}
    assert len(seen) > 10
    written = 0
    for rule, known in seen.items():
        options = ("--rule", rule, "--rules", "rules")
        assert_hidden(value, holdfast("why", known, *options).out, rule)
        done = holdfast("accept", known, *options, "--reason", "x", "--example", "example.txt")
        if done.code == 2:  # refused before anything is written
            assert "would not fail without the texts" in done.err
            assert_hidden(value, done.out + done.err, rule)
            assert not (here / "holdfast.yaml").exists()
            continue
        assert (done.code, done.err) == (0, "")
        assert_hidden(value, done.out + (here / "example.txt").read_text(), rule)
        (here / "holdfast.yaml").unlink()
        written += 1
    assert written > 10
    done = holdfast("fix", "--profile", "strict", "--rules", "rules")
    assert "to repair" in done.err
    assert_hidden(value, done.out + done.err, "patch")
    holdfast("check", "--profile", "strict", "--write-baseline", "baseline.json")
    assert_hidden(value, (here / "baseline.json").read_text(), "baseline")


def test_a_source_that_cannot_be_read_is_not_quoted(here: Path, holdfast: Run) -> None:
    secret = CANARIES[0]
    (here / "a.yaml").write_text(f"apiVersion: v1\nkind: Pod\nenv: [{{name: HF_TOKEN, value: {secret}}}\n")
    (here / "b.yaml").write_text(f"apiVersion: v1\nkind: Pod\npassword: *{secret}\n")
    (here / "c.yaml").write_text(f'apiVersion: v1\nkind: Pod\npassword: "{secret}\n')
    (here / "Dockerfile").write_text(f"FROM a\nENV HF_TOKEN={secret}\nRUN <<EOF\n{secret}\n")
    for form in FORMATS:
        done = holdfast("check", "--format", form)
        assert done.code == 1  # the build file's own credential
        assert secret not in done.out + done.err, form
