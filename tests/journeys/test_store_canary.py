"""A credential planted in a source is in no byte of the store, and in no output of what reads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.journeys.test_canary import CANARIES, plant, spelled, yaml

COMMANDS = (
    *(("inventory", "--all-kinds", "--format", form) for form in ("table", "json", "csv", "cyclonedx")),
    *(("inventory", "--credentials", "--format", form) for form in ("table", "json", "csv")),
    ("inventory", "--shadow", "--seen", "dns.log"),
    *(("findings", "--limit", "9999", "--format", form) for form in ("table", "json", "csv")),
    *(("diff", "0", "--format", form) for form in ("text", "json")),
    *(("paths", "--format", form) for form in ("text", "json", "html")),
    ("paths", "--models"),
    *(("coverage", "--format", form) for form in ("table", "json", "csv")),
    *(("incident", "workload/pod.yaml/Pod..serve", "--format", form, "--seal") for form in ("text", "json")),
)


def terraform(value: str) -> str:
    return f"""\
resource "aws_db_instance" "vectors" {{
  engine              = "postgres"
  publicly_accessible = true
  password            = {yaml(value)}
  tags                = {{ owner = "ml", db_password = {yaml(value)} }}
}}
resource "aws_instance" "gpu" {{
  instance_type = "p5.48xlarge"
  user_data     = "#!/bin/sh\\nexport HF_TOKEN={value if value.isalnum() else "x"}\\nvllm serve m\\n"
}}
"""


def labelled(value: str) -> str:
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
  labels: {{owner: ml}}
  annotations: {{kubectl.kubernetes.io/last-applied-configuration: {yaml('{"env":{"HF_TOKEN":' + yaml(value) + "}}")}}}
spec:
  template:
    spec:
      containers:
        - name: chat
          image: vllm/vllm-openai:v0.8.0
          env: [{{name: OPENAI_API_KEY, value: {yaml(value)}}}, {{name: DSN, value: {yaml(f"postgresql://u:{value}@db/x")}}}]
          resources: {{limits: {{nvidia.com/gpu: 1}}}}
---
apiVersion: v1
kind: Secret
metadata: {{name: keys}}
stringData: {{HF_TOKEN: {yaml(value)}}}
"""


TOKEN = "hf_075aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDe"
LOGIN = "Zq9xKfake003Pw7Lm2"
KEY = "wJalrXUtnFEMI003K7MDENGbPxRfiCYEXAMPLEKE"
PLACES = {
    "nginx.conf": f"events {{}}\nhttp {{ server {{ listen 80; location / {{ proxy_pass http://u:{LOGIN}@vllm:8000; }} }} }}\n",
    "Caddyfile": f"chat.example {{\n\treverse_proxy http://u:{LOGIN}@vllm:8000\n}}\n",
    "traefik.yml": f"""\
http:
  routers: {{r: {{rule: "Host(`chat.example`)", service: s}}}}
  services: {{s: {{loadBalancer: {{servers: [{{url: "http://u:{LOGIN}@vllm:8000"}}]}}}}}}
""",
    "compose.yaml": f"""\
services:
  chat:
    image: vllm/vllm-openai:v0.8.0
    labels: {{owner: "{TOKEN}", "traefik.http.middlewares.a.basicauth.users": "admin:{LOGIN}"}}
  more:
    image: vllm/vllm-openai:v0.8.0
    labels: ["owner={TOKEN}", "traefik.http.middlewares.a.basicauth.users=admin:{LOGIN}"]
""",
    "pod.yaml": f"""\
apiVersion: v1
kind: Pod
metadata: {{name: p, labels: {{token: x{LOGIN}}}, annotations: {{contact: "x:{LOGIN}@h", owner: {TOKEN}}}}}
spec: {{hostPID: true, containers: [{{name: c, image: "vllm/vllm-openai:v0.8.0"}}]}}
""",
    "main.tf": f"""\
resource "aws_instance" "gpu" {{
  instance_type = "p5.48xlarge"
  tags = {{ owner = "{TOKEN}", purpose = "key {KEY}" }}
}}
""",
    "holdfast.yaml": f"""\
owners: [{{path: "*.conf", owner: "{TOKEN}"}}]
assets: [{{asset: "route/*", purpose: "see https://a:{LOGIN}@wiki/", owner: "o {TOKEN}", contact: "c {TOKEN}"}}]
providers: [{{name: aws, contact: "c {TOKEN}"}}, {{name: "{TOKEN}"}}]
suppressions:
  - {{rule: host-pid, reason: "pw is {TOKEN}"}}
""",
}
SAID = (
    ("incident", "instance/aws_instance.gpu", "--seal", "--note", f"password={LOGIN} {TOKEN}", "--request-id", TOKEN),
    ("attest", "Z38", "--by", f"Jo {TOKEN}", "--statement", f"see https://u:{LOGIN}@h/"),
    ("ledger", "erase", "0", "--reason", f"held {TOKEN}"),
    ("ledger", "prune", "--below", "0", "--reason", f"held {TOKEN}"),
)


def test_nothing_that_people_write_or_say_brings_a_credential_in(
    here: Path, holdfast: Run, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOLDFAST_HOME", str(home))
    for name, text in PLACES.items():
        (here / name).write_text(text)
    shown = [("check", holdfast("check", "--store", "--profile", "strict", "--all"))]
    services = holdfast("inventory", "--all-kinds", "--kind", "route", "--format", "csv").out
    assert services.count("route/") == 3
    for said in SAID:
        done = holdfast(*said)
        assert "is kept as ***" in done.err, said
        shown.append((" ".join(said[:2]), done))
    listed = json.loads(holdfast("findings", "--format", "json", "--asset", "workload/pod.yaml/Pod..p").out)["findings"]
    known = listed[0]["fingerprint"]
    done = holdfast("accept", known, "--profile", "strict", "--reason", f"tok {TOKEN}s")
    assert (done.code, "is kept as ***" in done.err) == (0, True)
    assert f"{TOKEN}s" not in (here / "holdfast.yaml").read_text()
    shown += [("check", holdfast("check", "--store", "--profile", "strict", "--all"))]
    shown += [(" ".join(command), holdfast(*command)) for command in COMMANDS[:-2]]
    shown += [("attest", holdfast("attest")), ("suppressed", holdfast("findings", "--state", "suppressed"))]
    for value in (TOKEN, LOGIN, KEY):
        assert [name for name, done in shown if value in done.out + done.err] == []
        assert [name for name, data in stored(home) if value.encode() in data] == []


def stored(home: Path) -> list[tuple[str, bytes]]:
    return [(str(path), path.read_bytes()) for path in home.rglob("*") if path.is_file()]


@pytest.mark.parametrize("value", CANARIES)
def test_no_byte_of_the_store_and_no_output_holds_a_credential(
    here: Path, holdfast: Run, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOLDFAST_HOME", str(home))
    plant(here, value)
    (here / "cloud.tf").write_text(terraform(value))
    (here / "chat.yaml").write_text(labelled(value))
    (here / "dns.log").write_text("jupyter.lab.example 10.0.0.1\n")
    (here / ".git").mkdir()
    (here / ".git/config").write_text(
        f'[remote "origin"]\n\turl = https://jo:{value.replace(" ", "")}@git.example/acme/ml.git\n'
    )
    first = holdfast("check", "--store", "--profile", "strict", "--rules", "rules", "--all")
    assert first.code == 1
    (here / "pod.yaml").write_text((here / "pod.yaml").read_text().replace("hostPID: true", "hostPID: false"))
    shown = [("check", first), ("check", holdfast("check", "--store", "--profile", "strict", "--rules", "rules"))]
    shown += [(" ".join(command), holdfast(*command)) for command in COMMANDS]
    assert [(name, done.err) for name, done in shown if done.code not in (0, 1)] == []
    assert "HF_TOKEN" in dict(shown)["inventory --credentials --format table"].out
    for spelling in spelled(value):
        assert [name for name, done in shown if spelling in done.out + done.err] == []
        assert [name for name, data in stored(home) if spelling.encode() in data] == []
