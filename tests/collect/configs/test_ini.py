"""Airflow, Grafana, MLflow and Prometheus from their own files."""

from __future__ import annotations

import pytest
from tests.collect.configs.on_disk import findings, gaps, server, servers

from holdfast.core.asset import Spot
from holdfast.core.fact import UNSET


@pytest.mark.parametrize(
    ("name", "text", "facts"),
    [
        ("grafana.ini", "[server]\n;http_addr =\n", {"product": "grafana", "host": "0.0.0.0", "port": 3000, "auth": True, "tls": False,
                                                    "default_secret": UNSET}),
        ("grafana.ini", "[server]\nhttp_addr = 127.0.0.1\nhttp_port = 80\nprotocol = https\n[auth.anonymous]\nenabled = true\n",
         {"loopback": True, "port": 80, "tls": True, "auth": False}),
        ("grafana.ini", "[server]\nhttp_addr =\n[security]\nadmin_password = admin\n", {"host": "0.0.0.0", "default_secret": True}),
        ("grafana.ini", "[security]\nadmin_password = $__file{/x}\n", {"default_secret": UNSET, "file_secrets": []}),
        ("airflow.cfg", "[webserver]\nweb_server_host = 0.0.0.0\nweb_server_port = 80\nweb_server_ssl_cert =\n",
         {"product": "airflow", "host": "0.0.0.0", "port": 80, "tls": False, "auth": UNSET}),
        ("airflow.cfg", "[core]\nsimple_auth_manager_all_admins = True\n", {"auth": False, "host": UNSET}),
        ("airflow.cfg", "[api]\nauth_backends = airflow.api.auth.backend.default\n", {"auth": False}),
        ("basic_auth.ini", "[mlflow]\nadmin_username = admin\nadmin_password = password1234\n",
         {"product": "mlflow", "auth": True, "default_secret": True, "host": UNSET}),
        ("basic_auth.ini", "[mlflow]\nadmin_password = other\n", {"default_secret": False}),
        ("prometheus.yml", "scrape_configs:\n  - basic_auth: {password: hunter2hunter2}\n", {"product": "prometheus", "auth": UNSET}),
    ],
)  # fmt: skip
def test_facts(tmp_path, name, text, facts):
    found = server(tmp_path, {name: text})
    assert {each: getattr(found, each) for each in facts} == facts


def test_findings_lie_where_the_setting_stands(tmp_path):
    text = "[users]\nallow_sign_up = true\n[auth.anonymous]\nenabled = true\n[security]\nadmin_password = admin\n"
    assert [each for each in findings(tmp_path, {"grafana.ini": text}, "ai-default") if each[1] == "fail"] == [
        ("grafana-open-signup", "fail", 2), ("grafana-without-login", "fail", 4), ("server-default-credential", "fail", 6),
        ("server-secret-in-file", "fail", 6),
    ]  # fmt: skip
    (asset,) = servers(tmp_path, {})
    assert asset.spots["file_secrets[0]"] == Spot(6, 1)


@pytest.mark.parametrize("section", ["api", "webserver"])
def test_airflow_that_shows_its_configuration(tmp_path, section):
    # Of the release a configuration file says nothing; what is written down there is right in none.
    text = f"[{section}]\nexpose_config = "
    rule = "airflow-shows-its-configuration"
    assert (rule, "fail", 2) in findings(tmp_path, {"airflow.cfg": f"{text}True\n"}, "ai-default")
    other = findings(tmp_path, {"airflow.cfg": f"{text}non-sensitive-only\n"}, "ai-default")
    assert rule not in {each[0] for each in other}


def test_prometheus_that_checks_nobody(tmp_path):
    text = "remote_write:\n  - url: https://x\n    tls_config:\n      insecure_skip_verify: true\n"
    assert [each for each in findings(tmp_path, {"prometheus.yml": text}) if each[1] == "unknown"] == []
    assert ("server-skips-certificate-checks", "fail", 4) in findings(tmp_path, {"prometheus.yml": text}, "ai-default")


def test_other_files_say_nothing(tmp_path):
    assert servers(tmp_path, {"prometheus.yml": "- a\n", "basic_auth.ini": "[x]\ny = 1\n"}) == []
    assert gaps(tmp_path, {"prometheus.yml": "a: [\n", "grafana.ini": "[a\n", "airflow.cfg": "x\n", "basic_auth.ini": "x\n"}) == [
        ("airflow.cfg", "unreadable", 1), ("basic_auth.ini", "unreadable", 1), ("grafana.ini", "unreadable", 1),
        ("prometheus.yml", "unreadable", 2),
    ]  # fmt: skip
