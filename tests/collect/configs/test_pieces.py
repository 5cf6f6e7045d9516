"""Files that hold a part of what a server is set to."""

from __future__ import annotations

import pytest
from tests.collect.configs.on_disk import findings, gaps, server, servers

from holdfast.core.fact import UNSET

DEMO = "$2a$12$VcCDgh2NDk07JGN0rjGbM.Ad41qVR/YFJcgHp0UGns5JDymv..TOG"
KEY = "pnu_a1b2c3d4e5f6a7b8"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("etc/default/minio", "# x\nMINIO_ROOT_USER=a\nMINIO_ROOT_PASSWORD=minioadmin\n", ("server-default-credential", "fail", 3)),
        ("minio.env", "MINIO_ROOT_PASSWORD=hunter2hunter2\nMINIO_OPTS='--address :9000'\n", ("server-secret-in-file", "fail", 1)),
        ("profiles.toml", f"active = 'c'\n[profiles.c]\nPREFECT_API_KEY = '{KEY}'\n", ("server-secret-in-file", "fail", 3)),
        ("prefect.toml", f"[api]\nkey = '{KEY}'\n", ("server-secret-in-file", "fail", 2)),
        ("conf/custom.ini", "[auth.anonymous]\nenabled = true\n", ("grafana-without-login", "fail", 2)),
        ("values.yaml", "grafana.ini:\n  auth.anonymous: {enabled: true}\n", ("grafana-without-login", "fail", 2)),
        ("values.yaml", "grafana:\n  adminPassword: admin\n  grafana.ini: {server: {}}\n", ("server-default-credential", "fail", 2)),
        ("config.yml", "_meta: {type: config}\nconfig:\n  dynamic: {http: {anonymous_auth_enabled: true}}\n", ("opensearch-admits-anonymous", "fail", 3)),
        ("internal_users.yml", f"_meta: {{type: internalusers}}\nadmin: {{hash: '{DEMO}'}}\n", ("server-default-credential", "fail", 2)),
        ("webserver_config.py", "import x\nAUTH_ROLE_PUBLIC = 'Admin'\n", ("orchestrator-without-authentication", "fail", 2)),
        ("webserver_config.py", "AUTH_ROLE_PUBLIC = os.environ['X']\n", ("orchestrator-without-authentication", "unknown", 1)),
        ("webserver_config.py", "if x:\n    AUTH_ROLE_PUBLIC = 'Admin'\n", ("orchestrator-without-authentication", "unknown", 2)),
        ("jupyter_server_config.d/a.json", '{"ServerApp": {"ip": "*", "token": "", "password": ""}}', ("jupyter-without-authentication", "fail", 1)),
        ("jupyter_server_config.d/a.json", '{"ServerApp": {"ip": "*", "token": ""}}', ("jupyter-without-authentication", "unknown", 1)),
        ("jupyter_server_config.d/a.json", '{"ServerApp": {"disable_check_xsrf": true}}', ("jupyter-without-xsrf-check", "fail", 1)),
        ("postgresql.auto.conf", "ssl = on\npassword_encryption = 'md5'\n", ("postgresql-keeps-md5-passwords", "fail", 2)),
        ("redis-6379.conf", "bind 0.0.0.0\nprotected-mode no\n", ("redis-without-password", "fail", 1)),
        ("mongodb.conf", "bind_ip = 0.0.0.0\nauth = false\n", ("mongodb-without-authorization", "fail", 1)),
        ("mongod.conf", "# a: b\nbind_ip_all = true\nnoauth = true\n", ("mongodb-without-authorization", "fail", 2)),
        ("model/configs/a.pbtxt", f'backend: "python"\nparameters {{ key: "API_KEY" value {{ string_value: "{KEY}" }} }}\n', ("model-configuration-holds-credential", "fail", 2)),
    ],
)  # fmt: skip
def test_what_is_told(tmp_path, name, text, told):
    assert told in findings(tmp_path, {name: text}, "ai-default")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("webserver_config.py", "# AUTH_ROLE_PUBLIC = 'Admin'\n"), ("webserver_config.py", "AUTH_TYPE = 1\n"), ("profiles.toml", "[a]\nb = 1\n"),
        ("minio.env", "A=1\n"), ("prefect.toml", "# nothing\n"), ("config.yml", "_meta: {type: roles}\nx: anonymous_auth_enabled\n"),
        ("a.yaml", "x: internalusers\n"), ("values.yaml", "grafana.ini: |\n  [x]\n"),
    ],
)  # fmt: skip
def test_what_says_nothing(tmp_path, name, text):
    assert servers(tmp_path, {name: text}) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("webserver_config.py", "AUTH_ROLE_PUBLIC = 'Public'\n"), ("webserver_config.py", "AUTH_ROLE_PUBLIC = None\n"),
        ("internal_users.yml", "_meta: {type: internalusers}\nadmin: {hash: $2y$12$x}\n"), ("minio.env", "MINIO_ROOT_PASSWORD=<password>\n"),
        ("jupyter_server_config.d/a.json", '{"ServerApp": {"jpserver_extensions": {"a": true}}}'),
        ("mongodb.conf", "bind_ip = 0.0.0.0\nauth = true\n"), ("values.yaml", "grafana.ini: {server: {root_url: x}}\n"),
        ("postgresql.auto.conf", "work_mem = 64MB\n"), ("minio.env", "MINIO_ROOT_PASSWORD=$PASSWORD\nMINIO_OPTS=\"--console-address ':9\"\n"),
    ],
)  # fmt: skip
def test_what_is_quiet(tmp_path, name, text):
    assert findings(tmp_path, {name: text}, "ai-default") == []
    assert len(servers(tmp_path, {})) == 1


def test_what_cannot_be_read_is_a_gap(tmp_path):
    files = {
        "prefect.toml": "a = [\n",
        "webserver_config.py": "AUTH_ROLE_PUBLIC = (\n",
        "profiles.toml": "PREFECT_ = [\n",
    }
    assert [each[:2] for each in gaps(tmp_path, files)] == [
        (name, "unreadable") for name in ("prefect.toml", "profiles.toml", "webserver_config.py")
    ]
    many = "".join(f"A{index}=1\n" for index in range(10_001))
    assert gaps(tmp_path / "x", {"minio.env": many}) == [("minio.env", "unreadable", 0)]
    assert gaps(tmp_path / "y", {"postgresql.auto.conf": "a = 'x\n"}) == [("postgresql.auto.conf", "unreadable", 1)]


def test_old_rows_of_mongodb(tmp_path):
    found = server(tmp_path, {"mongodb.conf": "port = 27018 # x\nkeyFile = /k\nfork = true\n"})
    assert (found.port, found.auth, found.host, found.tls) == (27018, True, "127.0.0.1", False)


def test_a_file_that_the_main_one_takes_in_is_its_part(tmp_path):
    files = {"db/postgresql.conf": "listen_addresses = '*'\n", "db/postgresql.auto.conf": "port = 5433\n"}
    (asset,) = servers(tmp_path, files)
    assert (asset.facts.port, asset.facts.host, asset.facts.tls) == (5433, "*", False)


def test_airflows_own_file_may_say_it(tmp_path):
    text = "[fab]\nauth_role_public = Admin\n[api]\nhost = 0.0.0.0\n"
    assert server(tmp_path, {"airflow.cfg": text}).auth is False
    assert server(tmp_path, {"airflow.cfg": "[fab]\nauth_role_public = Public\n"}).auth is UNSET
