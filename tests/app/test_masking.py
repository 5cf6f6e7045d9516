"""What hides credentials: by their owner's name, by their looks, and by having been seen as one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.app.check import Request, Sources, check
from holdfast.app.masking import Lines, Masker, credentials
from holdfast.config import Settings
from holdfast.core.asset import Asset
from holdfast.core.fact import Secret
from holdfast.kinds.encryption_configuration import EncryptionConfiguration, EncryptionKey
from holdfast.kinds.stored_secret import SecretEntry, StoredSecret
from holdfast.kinds.workload import Container, EnvVar, Workload


@pytest.mark.parametrize(
    ("plain", "masked"),
    [
        ("HF_TOKEN=abc", "HF_TOKEN=***"),
        ("HF_TOKEN: abc", "HF_TOKEN: ***"),
        ('"HF_TOKEN": "a b c",', '"HF_TOKEN": "***",'),
        ("password: 'it is'", "password: '***'"),
        ('password: "never closed', 'password: "***'),
        ("vllm serve m --api-key abc --port 1", "vllm serve m --api-key *** --port 1"),
        ("--api-key=abc", "--api-key=***"),
        ('["--api-key", "abc", "--port", "1"]', '["--api-key", "***", "--port", "1"]'),
        ("--trust-remote-code --api-key abc", "--trust-remote-code --api-key ***"),
        ("ENV HF_TOKEN abc", "ENV HF_TOKEN ***"),
        ("ARG HF_TOKEN=abc", "ARG HF_TOKEN=***"),
        ("- -e=HF_TOKEN=abc", "- -e=HF_TOKEN=***"),
        ("postgres://me:abc@db/x", "postgres://me:***@db/x"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("x sk-abcdefghijklmnopqrst y", "x *** y"),
        ("hf_abcdefghijklmnopqrst", "***"),
        ("RUN echo 'root:abc' | chpasswd", "RUN echo 'root:***' | chpasswd"),
        ("echo root:abc | sudo chpasswd", "echo root:*** | sudo chpasswd"),
        ("echo 'abc' | passwd --stdin root", "echo '***' | passwd --stdin root"),
        ("curl -fsS -u me:abc https://x", "curl -fsS -u me:*** https://x"),
        ("docker run -u 1000:1000 x", "docker run -u 1000:1000 x"),
        ("echo abc | docker login --password-stdin", "echo *** | docker login --password-stdin"),
        ("requirepass abc", "requirepass ***"),
        ('masterauth "abc"', 'masterauth "***"'),
        ("user a insecure-password abc", "user a insecure-password ***"),
        ("stats auth admin:abc", "stats auth admin:***"),
        ("http-request auth realm x", "http-request auth realm x"),
        ("proxy_set_header X-API-Key abc;", "proxy_set_header X-API-Key ***"),
        ("proxy_set_header Host $host;", "proxy_set_header Host $host;"),
        ('if ($http_x_api_key != "abc") {', 'if ($http_x_api_key != "***") {'),
        ("cookieSecret: abc", "cookieSecret: ***"),
        ("existingSecret: abc", "existingSecret: abc"),
        ("redis-cli -h x -a abc ping", "redis-cli -h x -a *** ping"),
        ("mysql -u root -pabc", "mysql -u root -p***"),
        ("mysql -u root -p abc", "mysql -u root -p abc"),
        ('wget --header="Authorization: Basic abc"', 'wget --header="Authorization: Basic ***"'),
        ("wandb login --relogin abc", "wandb login --relogin ***"),
        ("sshpass -p abc ssh h", "sshpass -p *** ssh h"),
        ("docker login -u me -p abc r.example", "docker login -u me -p *** r.example"),
        ("htpasswd -bc /f me abc", "htpasswd -bc /f me ***"),
        ("--user default on >abc ~* +@all", "--user default on >*** ~* +@all"),
        ("turn it on >/dev/null", "turn it on >/dev/null"),
        ("ADD https://x.example/m?token=abc /m", "ADD https://x.example/m?token=*** /m"),
        ("a: 1, password: b1, token: c1", "a: 1, password: ***, token: ***".replace("***, t", "*** t")),
    ],
)
def test_a_credential_is_hidden(plain: str, masked: str) -> None:
    assert Masker().text(plain) == masked


@pytest.mark.parametrize(
    "text",
    [
        "secret: {secretName: s}",
        "secretKeyRef: {name: s, key: token}",
        "HF_TOKEN=$TOKEN",
        "--api-key ${KEY:?}",
        "--api-key --port",
        "the token is kept elsewhere",
        "automountServiceAccountToken: false",
        "password:",
        "password: ''",
        "eos_token: </s>",
        "containers:",
        "image: vllm/vllm-openai:v0.8.0",
        "",
    ],
)
def test_what_is_no_credential_stays(text: str) -> None:
    assert Masker().text(text) == text


def workload(**facts: object) -> Asset:
    return Asset("workload/a", Workload(containers=[Container(name="c", **facts)]), "manifest")  # type: ignore[arg-type]


def test_a_credential_that_was_seen_is_hidden_wherever_it_stands() -> None:
    env = [
        EnvVar(name="HF_TOKEN", value=Secret("hunter")),
        EnvVar(name="DATABASE_URL", value=Secret("postgres://me:secret99@db/x")),
        EnvVar(name="NOTE", value=Secret("see ghp_abcdefghijklmnopqrstuvwxyz")),
        EnvVar(name="KEY_FILE", value=Secret("/run/key")),
        EnvVar(name="EMPTY_TOKEN", value=Secret("")),
        EnvVar(name="A_TOKEN", value=Secret("ab")),
        EnvVar(name="PEM_SECRET", value=Secret("line one is long\nline two is long\n")),
        EnvVar(name="ODD_PASSWORD", value=Secret("q\"uo'te\\d")),
    ]
    masker = Masker(
        [workload(env=env, argv=["serve", "--api-key", "argument1", "--x=PASSWORD=inner", "--token", "-x"])]
    )
    for text, hidden in {
        "a hunter, no hunters": "a ***, no hunters",
        "secret99x": "***x",
        "ghp_abcdefghijklmnopqrstuvwxyz": "***",
        "/run/key ab": "/run/key ab",
        "  line two is long": "  ***",
        r'value: "q\"uo\'te\\d" ' + "'q\"uo''te\\d'": r'value: "q\"uo\'te\\d" ' + "'***'",
        "- argument1": "- ***",
        "inner": "***",
    }.items():
        assert masker.text(text) == hidden


def test_every_spelling_of_a_value_is_hidden() -> None:
    masker = Masker([workload(env=[EnvVar(name="A_PASSWORD", value=Secret('q"uoted\\value'))])])
    assert masker.text('value: "q\\"uoted\\\\value"') == 'value: "***"'


def test_facts_are_masked_through_and_through() -> None:
    value = {"argv": ["--api-key=abc", {"deep": "HF_TOKEN=abc"}], "count": 8, "none": None}
    assert Masker().value(value) == {"argv": ["--api-key=***", {"deep": "HF_TOKEN=***"}], "count": 8, "none": None}


def test_what_a_table_of_versions_says_stays_whole(tmp_path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n  db:\n    image: minio/minio:RELEASE.2024-05-01T01-11-10Z\n"
        "    environment: {MINIO_ROOT_PASSWORD: passwords}\n"
    )
    result = check(Request(date(2026, 11, 27), (str(tmp_path),)), Settings(), Sources())
    (found,) = [finding for finding in result.findings if finding.rule == "image-with-known-vulnerabilities"]
    assert any("passwords" in text for text in found.facts["advisories"])


def test_lines_are_masked_as_they_are_asked_for() -> None:
    lines = Lines("a\nHF_TOKEN=abc\n", Masker())
    assert (len(lines), lines[0], lines[1], lines[0:2]) == (2, "a", "HF_TOKEN=***", ["a", "HF_TOKEN=***"])


@given(st.text(max_size=200), st.text("abc123-_.", min_size=4, max_size=12))
def test_any_text_can_be_masked_and_a_seen_value_never_stays(text: str, value: str) -> None:
    masker = Masker([workload(env=[EnvVar(name="API_KEY", value=Secret(value))])])
    masked = masker.text(f"{text} {value} {text}")
    if value in set(credentials(workload(env=[EnvVar(name="API_KEY", value=Secret(value))]).facts)):
        assert f" {value} " not in masked


def test_what_stands_in_a_secret_is_hidden_whatever_its_name_plain_and_in_base64() -> None:
    stored = StoredSecret(entries=[SecretEntry(name="plain", value=Secret("hunter2"))])
    keys = EncryptionConfiguration(keys=[EncryptionKey(name="k", secret=Secret("YWJjZGVm"))])
    masker = Masker([Asset("a", stored, "manifest"), Asset("b", keys, "manifest")])
    assert masker.text("a: hunter2, b: aHVudGVyMg==, c: YWJjZGVm") == "a: ***, b: ***, c: ***"
