from __future__ import annotations

import pytest
from tests.formats.servers.launches import U, check, words

from holdfast.formats.servers.recognise import Launch, recognise

REDIS = "redis:7.4.1-alpine"

TABLE = [
    # Qdrant
    (Launch(image="qdrant/qdrant:v1.15.4"),
     {"product": "qdrant", "version": "1.15.4", "host": "0.0.0.0", "port": 6333, "auth": False, "tls": False, "cors_any": True}),
    (Launch(image="qdrant/qdrant", env={"QDRANT__SERVICE__API_KEY": "k", "QDRANT__SERVICE__ENABLE_TLS": "true", "QDRANT__SERVICE__ENABLE_CORS": "false"}),
     {"auth": True, "tls": True, "cors_any": False, "env.QDRANT__SERVICE__API_KEY": "***", "secret_in_env": True}),
    (Launch(image="qdrant/qdrant", config_mounts=("/qdrant/config/production.yaml",), env={"QDRANT__SERVICE__HOST": "127.0.0.1"}),
     {"auth": U, "host": "127.0.0.1", "tls": U, "options_complete": U}),
    (words("./entrypoint.sh", "qdrant/qdrant"), {"auth": False, "host": "0.0.0.0"}),
    (words("qdrant --config-path /c.yaml"), {"auth": U}),
    # Weaviate
    (Launch(image="cr.weaviate.io/semitechnologies/weaviate:1.33.0"),
     {"product": "weaviate", "version": "1.33.0", "host": "0.0.0.0", "port": 8080, "auth": False, "cors_any": True, "tls": False}),
    (words("--host 0.0.0.0 --port 8081 --scheme https", "semitechnologies/weaviate:1.33.0", args=True,
           env={"AUTHENTICATION_APIKEY_ENABLED": "true", "AUTHENTICATION_APIKEY_ALLOWED_KEYS": "k"}),
     {"auth": True, "tls": True, "port": 8081, "secret_in_env": True, "env.AUTHENTICATION_APIKEY_ALLOWED_KEYS": "***"}),
    (Launch(image="semitechnologies/weaviate:1.33.0", env={"AUTHENTICATION_APIKEY_ENABLED": "true", "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "true"}),
     {"auth": False}),
    (Launch(image="semitechnologies/weaviate", env_complete=False), {"auth": U, "cors_any": U}),
    (Launch(image="semitechnologies/weaviate", env={"AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "true"}, env_complete=False), {"auth": False}),
    (words("weaviate"), {"host": "localhost", "port": U}),
    # Milvus
    (words("milvus run standalone", "milvusdb/milvus:v2.6.2"),
     {"product": "milvus", "version": "2.6.2", "host": "0.0.0.0", "port": 19530, "auth": False, "tls": False, "default_secret": False}),
    (words("milvus run proxy", env={"COMMON_SECURITY_AUTHORIZATIONENABLED": "true"}), {"auth": True, "default_secret": U}),
    (words("milvus run proxy", env={"common.security.authorizationEnabled": "true", "COMMON_SECURITY_DEFAULTROOTPASSWORD": "Milvus", "COMMON_SECURITY_TLSMODE": "2"}),
     {"auth": True, "default_secret": True, "tls": True}),
    (words("milvus run proxy", env={"COMMON_SECURITY_AUTHORIZATIONENABLED": "true", "COMMON_SECURITY_DEFAULTROOTPASSWORD": None}), {"default_secret": U}),
    (words("milvus run standalone", mounts=["/milvus/configs"]), {"auth": U, "tls": U, "port": U, "default_secret": U}),
    # MongoDB's own image
    (Launch(image="mongodb/mongodb-community-server:8.0.4", env={"MONGODB_INITDB_ROOT_USERNAME": "u", "MONGODB_INITDB_ROOT_PASSWORD_FILE": "/p"}), {"auth": True}),
    (Launch(image="mongo:8.0.4", env={"MONGODB_INITDB_ROOT_USERNAME": "u", "MONGODB_INITDB_ROOT_PASSWORD": "p"}), {"auth": False}),
    # Chroma
    (Launch(image="chromadb/chroma:1.1.0"), {"product": "chroma", "version": "1.1.0", "host": "0.0.0.0", "port": 8000, "auth": False}),
    (words("chroma run --path /d", env={"ALLOW_RESET": "TRUE"}), {"host": "localhost", "loopback": True, "env.ALLOW_RESET": "TRUE"}),
    (Launch(image="chromadb/chroma:0.5.23", env={"CHROMA_SERVER_AUTHN_PROVIDER": "p", "CHROMA_SERVER_CORS_ALLOW_ORIGINS": '["*"]'}),
     {"auth": True, "cors_any": True}),
    (Launch(image="chromadb/chroma:1.1.0", env={"CHROMA_SERVER_AUTHN_PROVIDER": "p"}), {"auth": False}),
    (Launch(image="chromadb/chroma", env={"CHROMA_SERVER_AUTHN_PROVIDER": "p"}), {"auth": U}),
    (words("chroma run /srv/c.yaml --port 9"), {"host": U, "port": 9}),
    (words("run --host 127.0.0.1", "chromadb/chroma:1.1.0", args=True), {"loopback": True}),
    # Redis
    (Launch(image=REDIS), {"product": "redis", "version": "7.4.1", "host": "*", "loopback": False, "port": 6379, "auth": False, "tls": False}),
    (words("redis-server"), {"host": "*", "loopback": True, "auth": False}),
    (words("redis-server --protected-mode no --bind 0.0.0.0"), {"host": "0.0.0.0", "loopback": False}),
    (words("redis-server --bind 127.0.0.1 -::1"), {"host": "127.0.0.1 -::1", "loopback": True}),
    (words("--requirepass pw --save 60 1", REDIS, args=True), {"auth": True, "secret_in_argv": True, "options.save": "60 1", "options.requirepass": "***"}),
    (words("redis-server --user default on >hunter2 ~* +@all --port 0 --tls-port 6380"),
     {"auth": True, "secret_in_argv": True, "options.user": "default on >*** ~* +@all", "tls": True, "port": 6380}),
    (words("redis-server /etc/redis.conf --port 7000", REDIS, args=True), {"auth": U, "host": U, "loopback": U, "port": 7000, "tls": U}),
    (words("redis-server /etc/redis.conf --requirepass $P"), {"auth": True, "host": U, "secret_in_argv": False}),
    (Launch(image="redis/redis-stack:7.4.0-v3", env={"REDIS_ARGS": "--requirepass s3"}), {"auth": True, "secret_in_env": True, "secret_in_argv": True}),
    (Launch(image="redis/redis-stack:7.4.0-v3", env={"REDIS_ARGS": None}), {"auth": U}),
    (Launch(image="redis/redis-stack:7.4.0-v3", env={"REDIS_ARGS": "--requirepass 's3"}), {"auth": True}),
    (Launch(image="bitnami/redis:7.2.4", env={"REDIS_PASSWORD": None}), {"auth": True}),
    (words("valkey-server --bind=10.0.0.1", "valkey/valkey:8.1.0"), {"version": "8.1.0", "host": "10.0.0.1"}),
    # MongoDB
    (Launch(image="mongo:8.0.4"), {"product": "mongodb", "version": "8.0.4", "host": "0.0.0.0", "port": 27017, "auth": False, "tls": False}),
    (Launch(image="mongo:8.0.4", env={"MONGO_INITDB_ROOT_USERNAME": "root", "MONGO_INITDB_ROOT_PASSWORD": None}), {"auth": True}),
    (Launch(image="mongo:8.0.4", env={"MONGO_INITDB_ROOT_USERNAME": "root"}), {"auth": False}),
    (Launch(image="mongo:8.0.4", env={"MONGO_INITDB_ROOT_USERNAME": "root"}, env_complete=False), {"auth": U}),
    (words("mongod --bind_ip_all --keyFile /k --tlsMode requireTLS"), {"host": "0.0.0.0", "auth": True, "tls": True}),
    (words("mongod"), {"host": "127.0.0.1", "loopback": True, "auth": False}),
    (words("mongod -f /etc/m.conf --port 1"), {"auth": U, "host": U, "tls": U, "port": 1}),
    # MinIO
    (words("server /data --console-address :9001", "quay.io/minio/minio:RELEASE.2026-01-02T03-04-05Z", args=True),
     {"product": "minio", "version": "RELEASE.2026-01-02T03-04-05Z", "host": "*", "loopback": False, "port": 9000, "auth": True,
      "default_secret": True, "cors_any": True, "tls": False, "options.console-address": ":9001"}),
    (words("minio server /d --address 127.0.0.1:9100 --certs-dir /c", env={"MINIO_ROOT_PASSWORD": "long-one", "MINIO_API_CORS_ALLOW_ORIGIN": "https://a.test"}),
     {"loopback": True, "port": 9100, "tls": U, "default_secret": False, "cors_any": False}),
    (words("minio server /d", env={"MINIO_ROOT_PASSWORD": "minio123"}, mounts=["/root/.minio/certs"]), {"default_secret": True, "tls": U}),
    (words("minio server /d", env={"MINIO_ROOT_PASSWORD": None}), {"default_secret": U}),
    (words("minio server /d", env={"MINIO_CONFIG_ENV_FILE": "/e"}), {"default_secret": U, "host": U}),
    (words("minio server /d", more_env=True), {"default_secret": U}),
    # Elasticsearch and OpenSearch
    (Launch(image="docker.elastic.co/elasticsearch/elasticsearch:8.17.0"),
     {"product": "elasticsearch", "host": "0.0.0.0", "port": 9200, "auth": True, "tls": U, "cors_any": False, "default_secret": False}),
    (Launch(image="elasticsearch:7.17.9"), {"auth": False, "tls": False, "default_secret": False}),
    (Launch(image="elasticsearch:8.17.0", env={"xpack.security.enabled": "false"}), {"auth": False, "tls": False}),
    (Launch(image="elasticsearch:7.17.9", env={"xpack.security.enabled": "true", "ELASTIC_PASSWORD": "changeme"}),
     {"auth": True, "tls": False, "default_secret": True, "secret_in_env": True}),
    (Launch(image="elasticsearch:latest"), {"auth": U, "tls": U}),
    (words("elasticsearch -Expack.security.enabled=true -E http.port=9201 -Ehttp.cors.enabled=true -Ehttp.cors.allow-origin=*"),
     {"auth": True, "port": 9201, "host": "localhost", "cors_any": True}),
    (words("elasticsearch -Ehttp.cors.enabled=true -Ehttp.cors.allow-origin=$O -Expack.security.http.ssl.enabled=true x"), {"cors_any": U, "tls": True}),
    (Launch(image="opensearchproject/opensearch:2.17.0", env={"OPENSEARCH_INITIAL_ADMIN_PASSWORD": None}),
     {"product": "opensearch", "auth": True, "tls": U, "default_secret": U}),
    (Launch(image="opensearchproject/opensearch:2.17.0", env={"DISABLE_SECURITY_PLUGIN": "true"}), {"auth": False, "tls": False, "default_secret": False}),
    (Launch(image="opensearchproject/opensearch:2.17.0", env={"DISABLE_INSTALL_DEMO_CONFIG": "true"}), {"default_secret": False}),
    (Launch(image="opensearchproject/opensearch:2.9.0"), {"default_secret": True}),
    (Launch(image="opensearchproject/opensearch:2.11.1", config_mounts=("/usr/share/opensearch/config/opensearch.yml",)), {"default_secret": U}),
    (Launch(image="opensearchproject/opensearch:2.9.0", config_mounts=("/usr/share/opensearch/config/opensearch-security/internal_users.yml",)), {"default_secret": U}),
    (Launch(image="opensearchproject/opensearch:2.12.0"), {"default_secret": U}),
    (Launch(image="opensearchproject/opensearch:2"), {"default_secret": U}),
    (words("opensearch"), {"auth": U}),
    # PostgreSQL
    (Launch(image="pgvector/pgvector:pg17", env={"POSTGRES_PASSWORD": "p"}),
     {"product": "postgresql", "version": None, "host": "*", "port": 5432, "auth": True, "tls": False, "secret_in_env": True}),
    (Launch(image="postgres:17.2", env={"POSTGRES_HOST_AUTH_METHOD": "trust"}), {"version": "17.2", "auth": False}),
    (Launch(image="postgres:17.2", env_complete=False), {"auth": U}),
    (words("postgres -c listen_addresses='127.0.0.1' -c ssl=on -p 5433 -cfsync=off"),
     {"host": "127.0.0.1", "loopback": True, "tls": True, "port": 5433, "auth": U, "options.fsync": "off"}),
    (words("-c hba_file=/etc/hba.conf", "postgres:17.2", args=True), {"auth": U, "host": U}),
    (words("postgres -D"), {"options.data-directory": ""}),
]  # fmt: skip


@pytest.mark.parametrize(("launch", "expected"), TABLE)
def test_facts(launch, expected):
    check(launch, expected)


@pytest.mark.parametrize(
    "launch",
    [
        words("milvus run datanode"),
        words("chroma browse"),
        words("redis-cli ping", REDIS, args=True),
        words("redis-server --sentinel"),
        words("minio gateway s3"),
        words("mongosh", "mongo:8", args=True),
        Launch(image="minio/minio"),
        Launch(image="milvusdb/milvus:v2.6.2"),
    ],
)
def test_other_commands_of_the_same_products_are_no_servers(launch):
    assert recognise(launch) == []


@pytest.mark.parametrize(
    ("launch", "auth"),
    [
        (Launch(image="bitnami/redis:7.4"), True),
        (Launch(image="bitnami/redis:7.4", env={"ALLOW_EMPTY_PASSWORD": "yes"}), False),
        (words("redis-server", "bitnami/redis:7.4"), False),
    ],
)
def test_bitnamis_redis_refuses_to_start_without_a_password(launch, auth):
    assert [server.auth for server in recognise(launch)] == [auth]
