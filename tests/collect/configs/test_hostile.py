"""Documents and files of any shape give assets or gaps, never a crash."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.collect.files import text
from holdfast.collect.shapes import SHAPES
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap

KEYS = (
    "static_resources listeners clusters admin address socket_address port_value filter_chains filters typed_config @type"
    " http_filters route_config virtual_hosts routes match prefix route cluster weighted_clusters name load_assignment"
    " endpoints lb_endpoints endpoint transport_socket common_tls_context domains entryPoints api insecure http routers rule"
    " service services loadBalancer servers url middlewares tls options weighted chain serversTransport hub proxy singleuser"
    " config model_list litellm_params general_settings master_key http_port grpc_port storage host etcd common security"
    " authorizationEnabled persist_path port max-model-len host provider head_start_ray_commands net bindIp remote_write"
    " scrape_configs ServerApp token rules requires minVersion jupyterhub tls_server_config basic_auth_users client_auth_type"
    " authentication anonymous_access enabled apikey env weaviate Version Statement Principal Resource Effect Action"
    " apps servers listen handle handler upstreams dial not remote_ip tls_connection_policies automatic_https disable"
).split()
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 70_000), st.sampled_from(["", "x", "0.0.0.0", "$A", "a@file", ":80", "https://a:1", "arn:aws:s3:::a", "subroute", "reverse_proxy"]),
    st.sampled_from(["x.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager", "ray start --head 'x"]),
)  # fmt: skip
TREES = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=40,
)
SIGNED = " ".join(each.sign.decode() for each in SHAPES)


def looked_at(name: str, data: str) -> None:
    for item in text(name, data.encode()):
        assert isinstance(item, Asset | Edge | Gap)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), TREES, max_size=6))
def test_documents_of_any_shape(tree):
    # A comment holds every sign, so that every format looks.
    looked_at("a.yaml", f"# {SIGNED}\n{json.dumps(tree)}\n")


@settings(max_examples=60, deadline=None)
@given(
    TREES,
    st.sampled_from(
        ["mongod.conf", "elasticsearch.yml", "opensearch.yml", "prometheus.yml", "jupyter_server_config.json"]
    ),
)
def test_files_of_any_shape(tree, name):
    looked_at(name, json.dumps(tree))


WORDS = {
    "nginx.conf": "http { } server location /a ~ ; listen 80 443 ssl [::]:80 proxy_pass http://a https://$b/ upstream if ( $scheme ) return 301 auth_basic off allow all deny set $a satisfy any include * limit_req internal",
    "haproxy.cfg": "\nfrontend \nbackend \nlisten \ndefaults \nglobal a from \n bind :80 *:1,:2 ssl verify none \n server x:1 \n acl src \n http-request deny auth if unless use_backend default_backend stick-table \n stats auth enable http_req_rate( ssl-min-ver ssl-default-bind-options",
    "Caddyfile": "{ } \n a.b :80 reverse_proxy to https:// tls protocols tls1.2 basic_auth @a /x import (s) admin handle route transport http bind respond file_server browse",
    "redis.conf": "bind port \n user default on nopass > x # include a* aclfile ' \" -1 ::1 requirepass",
    "pg_hba.conf": 'local host hostssl all , \n " 10.0.0.0/8 ::/0 trust md5 reject include @x samehost 255.0.0.0 \\',
    "postgresql.conf": "listen_addresses = ' * port include_dir ssl on # \n hba_file primary_conninfo password=",
    "airflow.cfg": "[core] \n = a : auth_backends ; # [api] host",
    "grafana.ini": "[auth.anonymous] \n enabled = true [security] admin_password http_addr",
    "jupyterhub_config.py": "c . JupyterHub [ ' ] = \n ip ( ) { : } os.environ if x : 1 True , + def",
    "config.pbtxt": 'name : "a" backend "python" parameters { key "HF_TOKEN" value string_value "\\x41" } [ ] , ; < > dynamic_batching max_queue_size -1 1e5 # \n instance_group kind KIND_GPU',
    "model.json": '{ "model" : "a" , "trust_remote_code" true } [ ] 1 "max_model_len" null',
    "traefik.toml": "[api] \n insecure = true [http.routers.a] \" ' rule [[a]] service",
}


@pytest.mark.parametrize("name", WORDS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_texts_of_their_words(name, data):
    words = WORDS[name].split(" ")
    looked_at(name, " ".join(data.draw(st.lists(st.sampled_from(words), max_size=40))))
