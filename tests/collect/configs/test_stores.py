"""Vector databases, document stores and gateways from their own files."""

from __future__ import annotations

import pytest
from tests.collect.configs.on_disk import findings, gaps, server, servers

from holdfast.core.asset import Spot
from holdfast.core.fact import UNSET

QDRANT = "storage: {storage_path: ./storage}\nservice:\n  host: 0.0.0.0\n  http_port: 6333\n  grpc_port: 6334\n"
MODELS = "model_list:\n  - model_name: a\n    litellm_params: {model: openai/a, api_key: os.environ/KEY}\n"
CHROMA = "persist_path: ./db\nport: 8000\n"
MILVUS = "etcd: {}\nproxy: {port: 19530}\ncommon:\n  security:\n    authorizationEnabled: false\n"


@pytest.mark.parametrize(
    ("name", "text", "facts"),
    [
        ("config.yaml", QDRANT, {"product": "qdrant", "host": "0.0.0.0", "port": 6333, "auth": UNSET, "tls": UNSET}),
        ("config.yaml", f"{QDRANT}  api_key: abcdefgh\n  enable_tls: true\n  enable_cors: false\n",
         {"auth": True, "tls": True, "cors_any": False}),
        ("production.yaml", "service: {http_port: 1, grpc_port: 2}\n", {"port": 1, "host": UNSET}),
        ("config.yaml", MODELS, {"product": "litellm", "auth": UNSET, "file_secrets": []}),
        ("config.yaml", f"{MODELS}general_settings: {{master_key: sk-1234}}\n", {"auth": True, "default_secret": True}),
        ("config.yaml", f"{MODELS}general_settings: {{master_key: os.environ/K}}\n", {"auth": True, "file_secrets": []}),
        ("milvus.yaml", MILVUS, {"product": "milvus", "auth": False, "port": 19530, "default_secret": False}),
        ("user.yaml", MILVUS.replace("false", "true") + "    defaultRootPassword: Milvus\n    tlsMode: 1\n",
         {"auth": True, "default_secret": True, "tls": True}),
        ("config.yaml", CHROMA, {"product": "chroma", "host": "0.0.0.0", "loopback": False, "auth": False}),
        ("config.yaml", f'{CHROMA}listen_address: "127.0.0.1"\ncors_allow_origins: ["*"]\n', {"loopback": True, "cors_any": True}),
        ("serve.yaml", "model: a/b\nhost: 0.0.0.0\ntensor-parallel-size: 8\ntrust-remote-code: true\n",
         {"product": "vllm", "host": "0.0.0.0", "auth": UNSET, "trust_remote_code": True, "port": 8000}),
        ("serve.yaml", "model: a/b\nmax-model-len: 8\napi-key: [a1b2c3d4, b]\n", {"auth": True}),
        ("mongod.conf", "", {"product": "mongodb", "host": "127.0.0.1", "auth": False, "loopback": True, "tls": False}),
        ("mongod.conf", "net: {bindIp: 0.0.0.0, port: 27018}\n", {"loopback": False, "port": 27018, "auth": False}),
        ("mongod.conf", "net: {bindIpAll: true, tls: {mode: requireTLS}}\nsecurity: {authorization: enabled}\n",
         {"loopback": False, "auth": True, "tls": True}),
        ("mongod.conf", "security: {keyFile: /k}\n", {"auth": True}),
        ("elasticsearch.yml", "# nothing\n", {"product": "elasticsearch", "host": "localhost", "auth": UNSET}),
        ("elasticsearch.yml", "network.host: 0.0.0.0\nxpack.security.enabled: false\n", {"auth": False, "loopback": False, "tls": False}),
        ("elasticsearch.yml", "xpack: {security: {enabled: true, http: {ssl: {enabled: true}}}}\nhttp.port: 9201\n",
         {"auth": True, "tls": True, "port": 9201}),
        ("elasticsearch.yml", "http.cors.enabled: true\nhttp.cors.allow-origin: '*'\nnode.name: ${HOSTNAME}\n", {"cors_any": True}),
        ("conf.yaml", "authentication: {anonymous_access: {enabled: true}}\n",
         {"product": "weaviate", "auth": False, "loopback": False, "port": 8080, "tls": UNSET}),
        ("conf.yaml", "authentication:\n  anonymous_access: {enabled: false}\n  apikey: {enabled: true, allowed_keys: [a1b2c3d4e5]}\n", {"auth": True}),
        ("conf.yaml", "authentication: {anonymous_access: {enabled: false}}\n", {"auth": UNSET}),
        ("values.yaml", "authentication: {anonymous_access: {enabled: true}}\nenv:\n  AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: 'false'\n  AUTHENTICATION_APIKEY_ENABLED: 'true'\n",
         {"auth": True}),
        ("values.yaml", "weaviate:\n  authentication: {anonymous_access: {enabled: true}}\n", {"auth": False}),
        ("web.yml", "basic_auth_users: {a: $2y$10$x}\n", {"product": "prometheus", "auth": True, "tls": False, "loopback": UNSET}),
        ("web.yml", "tls_server_config:\n  cert_file: c\n  client_auth_type: RequireAndVerifyClientCert\n", {"auth": True, "tls": True}),
        ("web.yml", "tls_server_config: {cert_file: c, client_auth_type: RequestClientCert}\nbasic_auth_users: {}\n", {"auth": False}),
        ("opensearch.yml", "plugins.security.disabled: true\n", {"product": "opensearch", "auth": False}),
        ("opensearch.yml", "cluster.name: a\n", {"auth": UNSET}),
        ("opensearch.yml", "plugins.security.ssl.http.enabled: true\nnetwork.host: 0.0.0.0\n", {"auth": True, "tls": True}),
        ("opensearch.yml", "plugins.security.ssl.http.enabled: true\nplugins.security.disabled: true\n", {"auth": False}),
        # Files that hold a part of the settings
        ("milvus.yaml", "etcd: {a: 1}\nminio: {b: 1}\n", {"product": "milvus", "auth": UNSET}),
        ("user.yaml", "common: {security: {authorizationEnabled: false}}\n", {"product": "milvus", "auth": False}),
        ("production.yaml", "log_level: INFO\nservice: {host: 0.0.0.0, http_port: 6333}\n", {"product": "qdrant", "host": "0.0.0.0"}),
        ("production.yaml", "service: {host: 0.0.0.0, api_key: a1b2c3d4, enable_tls: true}\n", {"product": "qdrant", "auth": True, "tls": True}),
        ("config.yaml", "include: [models.yaml]\ngeneral_settings: {master_key: sk-1234}\n", {"product": "litellm", "default_secret": True}),
        ("values.yaml", "proxy_config:\n  general_settings: {master_key: sk-1234}\n", {"product": "litellm", "default_secret": True}),
        ("serve.yaml", "model: a/b\nhost: 0.0.0.0\nport: 8000\nuvicorn-log-level: info\n", {"product": "vllm", "loopback": False}),
        ("serve.yaml", "served-model-name: a\ntrust_remote_code: true\nallowed-local-media-path: /\n", {"product": "vllm", "trust_remote_code": True}),
        ("serve.yaml", "model: a\ntensor_parallel_size: 8\n", {"product": "vllm"}),
        ("serve.yaml", "model: a\nhost: 0.0.0.0\ntrust-remote-code: true\napi-key: sk-abcdef\n",
         {"product": "vllm", "auth": True, "trust_remote_code": True}),
        ("serve.yaml", "model: a\nallowed-local-media-path: /\n", {"product": "vllm"}),
        ("serve.yaml", "max-model-len: 8\ncompilation-config: {mode: 3}\n", {"product": "vllm", "host": "0.0.0.0"}),
    ],
)  # fmt: skip
def test_facts(tmp_path, name, text, facts):
    found = server(tmp_path, {name: text or "# empty\n"})
    assert {each: getattr(found, each) for each in facts} == facts


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "x: anonymous_access\n"), ("a.yaml", "authentication: anonymous_access\nweaviate: 1\n"),
        ("a.yaml", "x: tls_server_config\n"), ("a.yaml", "tls_server_config: {}\nserver: 1\n"),
        ("a.yaml", "service: {http_port: 1}\n"), ("a.yaml", "service: grpc_port\n"), ("a.yaml", "grpc_port: 1\n"),
        ("a.yaml", "model_list: [litellm_params]\n"), ("a.yaml", "x: litellm_params\n"), ("a.yaml", "model_list: []\nlitellm_params: 1\n"),
        ("a.yaml", "x: authorizationEnabled\n"), ("a.yaml", "etcd: 1\nproxy: 1\ncommon: authorizationEnabled\n"),
        ("a.yaml", "persist_path: 1\n"), ("a.yaml", "train: {}\nmax-model-len: 1\n"), ("a.yaml", "x: max-model-len\n"),
        ("milvus.yaml", "apiVersion: a\nkind: b\netcd: 1\nminio: 1\n"), ("milvus.yaml", "a: [\n"), ("milvus.yaml", "etcd: 1\n"),
        ("a.yaml", "service: {enable_tls: true}\n"), ("a.yaml", "service: {enable_tls: true, host: a, name: b}\n"),
        ("a.yaml", "general_settings: {a: 1}\n"), ("a.yaml", "tensor_parallel_size: 8\nmax_batch_size: 1\nmodel: a\n"),
        ("a.yaml", "tensor_parallel_size: 8\n"), ("a.yaml", "model: a\ntrust-remote-code: true\n"), ("a.yaml", "model-path: a\nport: 1\ntrust-remote-code: true\n"), ("a.yaml", "model_path: a\nserved_model_name: b\n"),
        ("mongod.conf", "- a\n"), ("a.yaml", "'gpu-memory-util'\n"),
    ],
)  # fmt: skip
def test_other_documents_say_nothing(tmp_path, name, text):
    assert servers(tmp_path, {name: text}) == []


def test_what_cannot_be_read_is_a_gap(tmp_path):
    assert gaps(tmp_path, {"mongod.conf": "net: [\n"}) == [("mongod.conf", "unreadable", 2)]


def test_findings_lie_where_the_setting_stands(tmp_path):
    files = {
        "config.yaml": f"{MODELS}general_settings:\n  master_key: sk-1234\n  allow_requests_on_db_unavailable: true\n"
    }
    found = [each for each in findings(tmp_path, files, "ai-default") if each[1] == "fail"]
    assert found == [("litellm-fails-open", "fail", 6), ("server-default-credential", "fail", 5)]
    (asset,) = servers(tmp_path, {})
    assert asset.spots["file_secrets[0]"] == Spot(5, 3)


def test_what_stock_files_say(tmp_path):
    """Milvus ships with authorization off on every address, so a first configuration is a true finding."""
    assert ("vector-database-without-authentication", "fail", 5) in findings(
        tmp_path, {"milvus.yaml": MILVUS}, "ai-default"
    )
    (tmp_path / "milvus.yaml").unlink()
    # What packages of MongoDB ship: bound to the host itself.
    stock = "storage:\n  dbPath: /var/lib/mongodb\nnet:\n  port: 27017\n  bindIp: 127.0.0.1\n"
    assert findings(tmp_path, {"mongod.conf": stock}) == []


def test_settings_of_files_count_as_the_variables_that_stand_for_them(tmp_path):
    text = f"{QDRANT}  api_key: abcdefgh\ncluster: {{enabled: true, p2p: {{enable_tls: false}}}}\n"
    assert server(tmp_path, {"config.yaml": text}).env["QDRANT__CLUSTER__ENABLED"] == "true"
    assert ("qdrant-peers-without-tls", "fail") in {each[:2] for each in findings(tmp_path, {})}
