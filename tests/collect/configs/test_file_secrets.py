"""Credentials in the files of servers, in a repository."""

from __future__ import annotations

import pytest
from tests.collect.configs.on_disk import HOST, findings, server, servers, write

KEY = "sk-proj-a1b2c3d4e5f6a7b8c9d0"
MODEL = "model_list: [{model_name: a, litellm_params: {model: openai/x}}]\n"


def told(tmp_path, name, text):
    return [each[2] for each in findings(tmp_path, {name: text}) if each[0] == "server-secret-in-file"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("config.yaml", f"model_list: [{{model_name: a, litellm_params: {{model: openai/x, api_key: {KEY}}}}}]"),
        ("config.yaml", f"environment_variables: {{OPENAI_API_KEY: {KEY}}}\n{MODEL}"),
        ("config.yaml", f"general_settings: {{master_key: sk-my-own-key}}\n{MODEL}"),
        ("jupyterhub_config.py", "c.GitHubOAuthenticator.client_secret = 'a1b2c3d4e5f6a7b8'"),
        ("jupyterhub_config.py", "c.JupyterHub.services = [{'name': 'cull', 'api_token': 'a1b2c3d4e5f6a7b8'}]"),
        ("prometheus.yml", "scrape_configs: [{job_name: a, basic_auth: {username: u, password: hunter22}}]"),
        ("prometheus.yml", "scrape_configs: [{job_name: a, authorization: {credentials: hunter22}}]"),
        ("airflow.cfg", "[database]\nsql_alchemy_conn = postgresql://airflow:hunter22@db/airflow"),
    ],
)
def test_a_literal_is_told(tmp_path, name, text):
    assert told(tmp_path, name, text + "\n") == [1 if "airflow" not in name else 2]


@pytest.mark.parametrize(
    "value", ["os.environ/KEY", "fake-key", "sk-1234", "changeme", "<key>", "YOUR_API_KEY", "xxxx", "sk-...", "not-needed", "no-key-required", "'{FERNET_KEY}'", "''", "none", "empty", "${KEY}", "anything", "put-it-here", "mocked-token"],
)  # fmt: skip
def test_what_stands_for_a_credential_is_not(tmp_path, value):
    assert told(tmp_path, "config.yaml", f"{MODEL}environment_variables: {{OPENAI_API_KEY: {value}}}\n") == []


def test_the_name_of_a_secret_is_none(tmp_path):
    text = "hub: {}\nsingleuser: {a: {existing_secret: my-secret, existing_auth_secret: b}}\n"
    assert told(tmp_path, "values.yaml", text) == []


def test_a_tree_of_a_host_in_a_repository_is_one_of_the_repository(tmp_path):
    (asset,) = servers(tmp_path, {"etc/redis/redis.conf": "requirepass hunter2hunter2\n"})
    assert asset.facts.on_host is False


@pytest.mark.parametrize("name", ["etc/grafana/grafana.ini", "etc/redis/redis.conf"])
def test_on_the_host_that_uses_it_the_permissions_count(tmp_path, name):
    text = {"etc/grafana/grafana.ini": "[security]\nadmin_password = hunter2hunter2\n"}.get(
        name, "requirepass hunter2hunter2\n"
    )
    write(tmp_path, {**HOST, name: text})
    (tmp_path / name).chmod(0o644)
    found = {each[:2] for each in findings(tmp_path / "etc", {})}
    assert ("server-secret-readable-by-all", "fail") in found
    assert "server-secret-in-file" not in {each[0] for each in found}
    (tmp_path / name).chmod(0o640)
    assert "server-secret-readable-by-all" not in {each[0] for each in findings(tmp_path / "etc", {})}
    assert server(tmp_path / "etc", {}).on_host is True
