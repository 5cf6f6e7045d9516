"""Credentials in the scripts, inputs and variables of pipelines."""

from __future__ import annotations

import time

import pytest
from tests.collect.pipelines.reading import one, steps

from holdfast.collect.pipelines.literals import credentials, given, tokens

HF = "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"
GROQ = "gsk_vJ3QmZtKwL9RnBcDsFgHyUiOaEkM7XvTqWaBvJ3QmZtKw"
KEY = "wJalrXUtnF3MIK7MDENGbPxRfiCYzzKLMNOPQRST"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"huggingface-cli login --token {HF}", ["hf_..."]),
        ("docker login -u ci -p Sup3rS3cretPw registry.example", ["login"]),
        ("docker login --username ci --password=Sup3rS3cretPw", ["login"]),
        (f"export AWS_SECRET_ACCESS_KEY={KEY}", ["AWS_SECRET_ACCESS_KEY"]),
        (f'AWS_SECRET_ACCESS_KEY="{KEY}" make', ["AWS_SECRET_ACCESS_KEY"]),
        (f"tool --api-key {KEY}", ["api-key"]),
        (f"tool --api-key={KEY}", ["api-key"]),
        ("curl -u ci:Sup3rS3cretPw https://x", ["user"]),
        ("git clone https://ci:Sup3rS3cretPw@git.example/x", ["user"]),
        ("curl -H 'Authorization: Bearer ab12cd34ef56ab78cd90' https://x", ["Authorization"]),
        ("echo ghp_vJ3QmZtKwL9RnBcDsFgHyUiOaEkM7XvTqWaB", ["ghp_..."]),
        ("x xoxb-123456789012-abcdefGHIJ12", []),
        ("x xoxb-923416789012-aKcdLfGHIJ12", ["xoxb-..."]),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAvJ3QmZtKwL9RnBcDsFgHyUiO", ["private key"]),
        ("hf auth login --token $HF_TOKEN", []),
        ("hf auth login --token ${{ secrets.HF_TOKEN }}", []),
        ("docker login -u ci -p $PASSWORD", []),
        ("export POSTGRES_PASSWORD=postgres", []),
        ("export DB_PASSWORD=test-password-0123456789", []),
        ("export HF_TOKEN=hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", []),
        ("curl -H 'Authorization: Bearer $TOKEN'", []),
        ("curl https://user:password@postgres/x", []),
        ("sk-learn-contrib-and-more-text", []),
        ("export TOKEN_FILE=/run/secrets/abc0123456789", []),
        ("cat sk-000000000000000000000000000000000", []),
        ("", []),
    ],
)
def test_credentials_in_a_text(text, found):
    assert credentials(text) == found


def test_inputs():
    assert given({"aws-access-key-id": "AKIA", "aws-secret-access-key": KEY}) == ["aws-secret-access-key"]
    assert given({"password": "Sup3rS3cretPw12abc99", "username": "Sup3rS3cretPw12abc99"}) == ["password"]
    assert given({"password": "${{ secrets.P }}", "token": "", "args": f"--token {HF}"}) == ["hf_..."]


def test_a_text_full_of_beginnings_is_read_in_linear_time():
    before = time.process_time()
    for text in (
        "hf_" * 100_000,
        "login " * 60_000,
        "a:" * 150_000,
        "curl -u " * 40_000,
        "https://a:" * 30_000,
        "docker " * 40_000,
    ):
        list(tokens(text))
        credentials(text)
    assert time.process_time() - before < 5


def test_steps_and_variables_of_every_platform():
    (step,) = steps(f"- {{uses: docker/login-action@v3, with: {{password: {KEY}}}}}").facts.steps
    assert (step.credentials, step.inputs) == (["password"], {"password": "***"})
    (step,) = one(f"a:\n  script: [hf auth login --token {HF}]\n", ".gitlab-ci.yml").facts.steps
    assert step.credentials == ["hf_..."]
    jenkins = f"""\
    def tok = '{HF}'
    def other = 'x'
    def password = "${{x}}"
    node {{
      stage('a') {{
        sh "curl -H 'Authorization: Bearer {HF}' https://x"
        httpRequest url: 'https://x', customHeaders: [[name: 'Authorization', value: 'Bearer {GROQ}']]
        echo '{HF}'
      }}
    }}
    """
    facts = one(jenkins, "Jenkinsfile").facts
    assert facts.steps[0].credentials == ["hf_..."]
    assert [(each.name, each.job) for each in facts.variables] == [("tok", "pipeline"), ("gsk_...", None)]
    assert one(jenkins, "Jenkinsfile").spots["variables[1]"].line == 7
    argo = f"""\
    apiVersion: argoproj.io/v1alpha1
    kind: Workflow
    metadata: {{name: w}}
    spec:
      templates:
        - name: ask
          http:
            url: https://x
            body: "{{}}"
            headers: [{{name: Authorization, value: Bearer {HF}}}, {{name: X, valueFrom: {{}}}}, text]
        - name: run
          script: {{image: a, command: [sh], source: "hf auth login --token {HF}"}}
    """
    ask, run = one(argo, "w.yaml").facts.steps
    assert (ask.uses, ask.credentials, run.credentials) == ("http", ["hf_..."], ["hf_..."])
