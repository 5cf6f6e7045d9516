"""What hides credentials: by their owner's name, by their looks, and by having been seen as one."""

from __future__ import annotations

import base64
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
        (r'--password "a\"b c" x', '--password "***" x'),
        ("http://me:a@b@host/x", "http://me:***@host/x"),
        ("http://me:a/b@host/x", "http://me:***@host/x"),
        ("https://registry.example.com:5000/x@sha256:ab", "https://registry.example.com:5000/x@sha256:ab"),
        ("https://a.example.com/m?sp=r&sig=abc%3D&x=1", "https://a.example.com/m?sp=r&sig=***&x=1"),
        (
            "https://a/m?X-Amz-Signature=abcd&X-Amz-Security-Token=abcd",
            "https://a/m?X-Amz-Signature=***&X-Amz-Security-Token=***",
        ),
        ("https://a/m?sig=$SIG", "https://a/m?sig=$SIG"),
        ("curl -u 'me:a b c' https://x", "curl -u 'me:***' https://x"),
        ('sshpass -p "a b" ssh x', 'sshpass -p "***" ssh x'),
        ("mc alias set prod http://minio:9000 me abc", "mc alias set prod http://minio:9000 me ***"),
        ("ldapsearch -x -w abc -b dc=x", "ldapsearch -x -w *** -b dc=x"),
        ("aws configure set aws_secret_access_key abc", "aws configure set aws_secret_access_key ***"),
        ("vastai set api-key abc", "vastai set api-key ***"),
        ("machine h login me password abc", "machine h login me password ***"),
        ("curl -H 'Cookie: session=abcdef; a=b' x", "curl -H 'Cookie: session=***; a=b' x"),
        ("sudo -S apt update <<< abc", "sudo -S apt update <<< ***"),
        (
            "kubectl create secret generic s --from-literal=db=abc",
            "kubectl create secret generic s --from-literal=db=***",
        ),
        ("vault login hvs.CAESIJabcdefghijklmnop", "vault login ***"),
        ("https://hooks.slack.com/services/T0/B0/abcdefghijklmnop", "https://hooks.slack.com/services/***"),
        ("AccountName=a;AccountKey=abcdefghijklmnopqrstuv==;", "AccountName=a;AccountKey=***;"),
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
        ('proxy_set_header Authorization "Bearer abc def";', 'proxy_set_header Authorization "Bearer ***";'),
        ("proxy_set_header Authorization 'Basic abc';", "proxy_set_header Authorization 'Basic ***';"),
        ("proxy_set_header X-Auth abc;", "proxy_set_header X-Auth ***"),
        ("grpc_set_header X-Auth abc;", "grpc_set_header X-Auth ***"),
        ('proxy_set_header Authorization "Bearer $token";', 'proxy_set_header Authorization "Bearer $token";'),
        ("proxy_set_header X-Auth-User abc;", "proxy_set_header X-Auth-User abc;"),
        ("header_up X-Api-Key abc", "header_up X-Api-Key ***"),
        ('header_up +Authorization "ApiKey abc"', 'header_up +Authorization "ApiKey ***"'),
        ("@ok header X-Api-Key abc", "@ok header X-Api-Key ***"),
        ("header_up Host {upstream_hostport}", "header_up Host {upstream_hostport}"),
        ("header_up Authorization {env.A}", "header_up Authorization {env.A}"),
        ('RequestHeader set Authorization "Basic abc"', 'RequestHeader set Authorization "Basic ***"'),
        ("acl ok hdr(x-api-key) -m str abc", "acl ok hdr(x-api-key) -m str ***"),
        ("acl ok req.hdr(authorization) -i abc", "acl ok req.hdr(authorization) -i ***"),
        ("http-request deny if !{ req.hdr(x-api-key) abc }", "http-request deny if !{ req.hdr(x-api-key) *** }"),
        ("acl ok hdr(x-api-key) -m found", "acl ok hdr(x-api-key) -m found"),
        (r"acl ok hdr(Authorization) Bearer\ abc", r"acl ok hdr(Authorization) Bearer\ ***"),
        ('http-request set-header Authorization "Bearer abc"', 'http-request set-header Authorization "Bearer ***"'),
        ("http-request set-header X-Api-Key abc", "http-request set-header X-Api-Key ***"),
        ('if ($http_authorization != "Bearer abc") {', 'if ($http_authorization != "Bearer ***") {'),
        ("ENV DB_PASSWORD=abc def", "ENV DB_PASSWORD=***"),
        ("ENV DB_PASSWORD abc def", "ENV DB_PASSWORD ***"),
        ("ENV DB_PASSWORD=abc def A=1", "ENV DB_PASSWORD=*** A=1"),
        ("RUN git clone https://abcdefgh1@github.com/a/b", "RUN git clone https://***@github.com/a/b"),
        ("https://ABCDEFGHIJKL@x/y", "https://***@x/y"),
        ("https://abcdefghijklmnopqrstuvwxyz@x/y", "https://***@x/y"),
        ("https://abcdefgh1:x-oauth-basic@x/y", "https://***:***@x/y"),
        ("git clone https://git@github.com/a/b", "git clone https://git@github.com/a/b"),
        ("https://build-robot@x/y", "https://build-robot@x/y"),
        ("https://x.example/abcdefgh1@v2", "https://x.example/abcdefgh1@v2"),
        ('description = "password is abcABC"', 'description = "password is ***"'),
        ("The password is required", "The password is required"),
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
        ('RUN echo "abc def" | base64 -d > /etc/munge/munge.key', 'RUN echo "***" | base64 -d > /etc/munge/munge.key'),
        ("printf -- abc >>/etc/slurm/slurm.key && x", "printf -- *** >>/etc/slurm/slurm.key && x"),
        ("echo abc > /etc/munge/munge.conf", "echo abc > /etc/munge/munge.conf"),
        ("echo $KEY > /etc/munge/munge.key", "echo $KEY > /etc/munge/munge.key"),
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


STACK = """
resource "aws_ssm_parameter" "p" {
  name  = "/db/password"
  type  = "TYPE"
  value = "kept-one"
}
resource "aws_secretsmanager_secret" "s" {
  name = "x"
}
resource "aws_secretsmanager_secret_version" "v" {
  secret_id     = aws_secretsmanager_secret.s.id
  secret_string = "kept-two"
}
resource "google_secret_manager_secret" "g" {
  secret_id = "g"
}
resource "google_secret_manager_secret_version" "v" {
  secret      = google_secret_manager_secret.g.id
  secret_data = "kept-three"
}
resource "azurerm_key_vault_secret" "k" {
  name  = "k"
  value = "kept-four"
}
variable "db_password" { default = "kept-five" }
resource "aws_db_instance" "d" {
  password = var.db_password
}
variable "other" {
  default   = "kept-six"
  sensitive = true
}
resource "azurerm_mssql_server" "m" {
  administrator_login_password = "kept-seven"
}
resource "aws_security_group" "g" {
  ingress {
    description = "password is KEPT-8"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "i" {
  user_data_base64 = "RU5DT0RFRA=="
}
"""


@pytest.mark.parametrize("type", ["String", "SecureString"])
def test_no_credential_of_a_resource_is_shown_and_no_title_is_hidden(tmp_path, type):
    script = base64.b64encode(b"#!/bin/sh\nexport DB_PASSWORD=kept-nine\n").decode()
    path = tmp_path / "main.tf"
    path.write_text(STACK.replace("TYPE", type).replace("RU5DT0RFRA==", script))
    sources = Sources()
    result = check(Request(date(2026, 11, 30), (str(path),), profile="strict"), Settings(), sources)
    shown = "\n".join(
        [*sources.lines(str(path)), *(f"{finding.message} {finding.facts}" for finding in result.findings)]
    )
    assert "kept-" not in shown.lower()
    assert script not in shown
    assert "/db/password: The value of a stored secret stands in the configuration" in shown
    assert 'name  = "/db/password"' in shown


def test_what_is_not_a_credential_of_a_resource_stays(tmp_path):
    path = tmp_path / "main.tf"
    path.write_text(
        'resource "aws_ssm_parameter" "p" {\n name = "/region"\n type = "String"\n value = "eu-west-1"\n}\n'
        'variable "region" {\n default = "eu-west-2"\n}\nresource "aws_db_instance" "d" {\n password = ""\n}\n'
    )
    sources = Sources()
    check(Request(date(2026, 11, 30), (str(path),)), Settings(), sources)
    text = "\n".join(sources.lines(str(path)))
    assert '"eu-west-1"' in text
    assert '"eu-west-2"' in text


def test_the_rest_of_a_passphrase_is_shown_nowhere(tmp_path):
    path = tmp_path / "Dockerfile"
    path.write_text("FROM a:1\nENV DB_PASSWORD=first-part second-part\n")
    sources = Sources()
    result = check(Request(date(2026, 11, 30), (str(path),)), Settings(), sources)
    (gap,) = result.examined.gaps
    assert gap.reason.endswith("ENV takes name=value, not the word at 2:28")
    assert sources.lines(str(path))[1] == "ENV DB_PASSWORD=***"


def test_a_module_s_credential_is_not_shown_where_it_is_called(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m").mkdir()
    (tmp_path / "main.tf").write_text(
        'module "m" {\n  source = "./m"\n  thing  = "kept-one"\n}\nresource "aws_instance" "i" {}\n'
    )
    (tmp_path / "m" / "main.tf").write_text(
        'variable "thing" {}\nresource "aws_ssm_parameter" "p" {\n  type  = "SecureString"\n  value = var.thing\n}\n'
    )
    sources = Sources()
    check(Request(date(2026, 11, 30)), Settings(), sources)
    assert sources.lines("main.tf")[2] == '  thing  = "***"'


@given(
    st.lists(st.text("abc", min_size=8, max_size=12), min_size=25, max_size=40),
    st.lists(st.text("abc", max_size=20), max_size=8),
)
def test_many_values_are_hidden_as_few_are(values, texts):
    masker, text = Masker(), "".join(texts) + values[0] + "".join(texts)
    masker.hide(values)
    found = masker.surely(text)
    assert not any(value in found for value in values)
    assert "***" in found
