"""The files in a ConfigMap are read as files of their names or contents are, at their places in the manifest."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest

from holdfast.collect.files import examine
from holdfast.collect.kubernetes.config_maps import MAX_BYTES, MAX_KEYS, may_be_secret
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.kinds.config_map import ConfigMap
from holdfast.kinds.device_plugin import DevicePlugin
from holdfast.kinds.kubelet import Kubelet
from holdfast.kinds.route import Route
from holdfast.kinds.server import Server

HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: ml}\ndata:\n"


def seen(text: str, path: str = "k/c.yaml") -> tuple[list[Asset], list[Gap]]:
    found = list(examine(path, text.encode()))
    return [item for item in found if isinstance(item, Asset)], [item for item in found if isinstance(item, Gap)]


def key(name: str, text: str, style: str = "|") -> str:
    rows = "".join(f"    {row}\n" if row else "\n" for row in dedent(text).strip("\n").split("\n"))
    return f"  {name}: {style}\n{rows}"


REDIS = "# mine\nbind 0.0.0.0\nprotected-mode no\n"
NGINX = "server {\n  listen 80;\n  location / { proxy_pass http://ollama:11434; }\n}\n"
LITELLM = """
model_list: [{model_name: a, litellm_params: {model: openai/x}}]
general_settings:
  master_key: sk-1234
"""
JUPYTER = 'c.ServerApp.ip = "0.0.0.0"\nc.ServerApp.token = ""\n'
KUBELET = """
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: true}}
"""


@pytest.mark.parametrize(
    ("name", "text", "known", "fact", "line"),
    [
        ("redis.conf", REDIS, "server/k/c.yaml/ConfigMap.ml.c/redis.conf/config.redis", "loopback", 8),
        ("redis-config", REDIS, "server/k/c.yaml/ConfigMap.ml.c/redis-config/config.redis", "loopback", 8),
        ("nginx.conf", NGINX, "route/k/c.yaml/ConfigMap.ml.c/nginx.conf/default:80/", "products", 9),
        ("default.conf", NGINX, "route/k/c.yaml/ConfigMap.ml.c/default.conf/default:80/", "products", 9),
        ("config.yaml", LITELLM, "server/k/c.yaml/ConfigMap.ml.c/config.yaml/config.litellm", "default_secret", 9),
        ("settings", LITELLM, "server/k/c.yaml/ConfigMap.ml.c/settings/config.litellm", "default_secret", 9),
        ("jupyter_server_config.py", JUPYTER, "server/k/c.yaml/ConfigMap.ml.c/jupyter_server_config.py/config.jupyter", "auth", 8),
        ("notebook.py", JUPYTER, "server/k/c.yaml/ConfigMap.ml.c/notebook.py/config.jupyter", "auth", 8),
        ("kubelet", KUBELET, "kubelet/k/c.yaml/ConfigMap.ml.c/kubelet/KubeletConfiguration..", "anonymous_auth", 9),
        ("run.sh", "#!/bin/sh\nexec ollama serve\n", "server/k/c.yaml/ConfigMap.ml.c/run.sh/script.ollama", "", 8),
        ("run", "#!/bin/sh\nexec ollama serve\n", "server/k/c.yaml/ConfigMap.ml.c/run/script.ollama", "", 8),
    ],
)  # fmt: skip
def test_a_key_is_read_by_its_name_or_its_text(name: str, text: str, known: str, fact: str, line: int) -> None:
    assets, gaps = seen(HEAD + "  other: x\n" + key(name, text))
    assert gaps == []
    by_id = {asset.id: asset for asset in assets}
    assert known in by_id
    asset = by_id[known]
    assert (asset.path, asset.spot(fact).path) == ("k/c.yaml", "")
    assert asset.spot(fact).line == line
    assert asset.spot(fact).pointer == f"/data/{name}"
    assert isinstance(asset.facts, Server | Route | Kubelet)


def test_places_of_texts_without_rows_of_their_own_are_that_of_the_key() -> None:
    for text in (
        HEAD + '  redis.conf: "bind 0.0.0.0\\nprotected-mode no"\n',
        HEAD + key("redis.conf", "bind 0.0.0.0\n", ">"),
        HEAD.replace("data:\n", "data: {redis.conf: 'bind 0.0.0.0'}\n"),
    ):
        [asset] = seen(text)[0]
        assert {spot.line for spot in asset.spots.values()} == {text[: text.index("redis.conf")].count("\n") + 1}
    whole = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"redis.conf": REDIS}}
    [asset] = seen(json.dumps(whole), "c.json")[0]
    assert {spot.line for spot in asset.spots.values()} == {1}


def test_columns_count_from_the_margin_of_the_manifest() -> None:
    [asset] = seen(HEAD + key("redis.conf", REDIS, "|2-"))[0]
    assert (asset.spot("host").line, asset.spot("host").column) == (7, 5)


def test_config_maps_in_lists_and_of_one_name_are_told_apart() -> None:
    item = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"redis.conf": "bind 0.0.0.0"}}
    assets, _ = seen(json.dumps({"apiVersion": "v1", "kind": "List", "items": [item, item]}), "c.json")
    assert [asset.id for asset in assets] == [
        "server/c.json/ConfigMap..c/redis.conf/config.redis",
        "server/c.json/ConfigMap..c~2/redis.conf/config.redis",
    ]
    assert assets[1].spot("").pointer == "/items/1/data/redis.conf"


def test_what_belongs_together_is_read_together() -> None:
    main = "cluster.conf: x\n"
    text = HEAD + key("redis.conf", "include /etc/redis/more.conf\nport 6379\n") + f"  {main}"
    [asset], gaps = seen(text)
    assert isinstance(asset.facts, Server)
    assert [(gap.path, gap.line, gap.kind) for gap in gaps] == [("k/c.yaml", 6, "left_out")]


def test_annotations_of_the_config_map_hold_for_its_files() -> None:
    note = "metadata: {name: c, annotations: {ANNOTATION: 'redis-without-password: test until 2030-01-01'}}"
    text = HEAD.replace("metadata: {name: c, namespace: ml}", note) + key("redis.conf", REDIS)
    from holdfast.core.suppression import ANNOTATION

    [asset] = seen(text.replace("ANNOTATION", ANNOTATION))[0]
    assert len(asset.suppressions) == 1


def test_templates_are_told_and_other_texts_are_not() -> None:
    _, gaps = seen(HEAD + key("config", "version: v1\nsharing: {{ .x }}\n"))
    assert [(gap.kind, gap.path, gap.line) for gap in gaps] == [("template", "k/c.yaml", 7)]
    for name, text in (
        ("readme.md", "apiVersion: is a key\n  - of: [objects\n"),
        ("notes", "apiVersion: v1\n  kind: [x\n"),
        ("kustomization.yaml", "resources: [a]\n"),
        ("values.yaml.tpl", "apiVersion: {{ x }}\n"),
        ("app.properties", "server {\n}\n"),
    ):
        assert seen(HEAD + key(name, text)) == ([], []), name
    _, gaps = seen(HEAD + key("kubelet.yaml", "apiVersion: v1\nkind: [x\n"))
    assert [gap.kind for gap in gaps] == ["unreadable"]
    assert seen(HEAD.replace("data:\n", "data: x\n")) == ([], [])
    assert seen(HEAD + "  a: 5\n  b:\n") == ([], [])


def test_a_config_map_in_a_config_map_is_not_opened() -> None:
    assert seen(HEAD + key("c.yaml", HEAD + key("redis.conf", REDIS)))[0] == []


def test_what_is_opened_has_bounds() -> None:
    text = HEAD + key("a.conf", "protected-mode no\n#" + "x" * MAX_BYTES) + key("redis.conf", REDIS)
    assets, gaps = seen(text)
    assert assets == []
    assert [gap.kind for gap in gaps] == ["unreadable"]
    many = HEAD + "".join(f"  k{number}: x\n" for number in range(MAX_KEYS)) + key("redis.conf", REDIS)
    assert [gap.kind for gap in seen(many)[1]] == ["unreadable"]


def test_a_configuration_of_the_device_plugin_comes_once() -> None:
    text = "version: v1\nsharing: {timeSlicing: {resources: [{name: nvidia.com/gpu, replicas: 4}]}}\n"
    assets, _ = seen(HEAD + key("any", text))
    assert [type(asset.facts) for asset in assets] == [DevicePlugin]


@pytest.mark.parametrize(
    ("row", "values"),
    [
        ("OPENAI_API_KEY: sk-proj-0123456789abcdef", ["sk-proj-0123456789abcdef"]),
        ("anything: hf_0123456789abcdefghij", ["hf_0123456789abcdefghij"]),
        ("KAGGLE_KEY: a1", ["a1"]),
        ("url: 'postgres://u:hunter2@db/x'", ["postgres://u:hunter2@db/x"]),
        ("password: '<password>'", [None]),
        ("MAX_TOKENS: '4096'", None),
        ("pad_token: '<pad>'", None),
        ("password: 5", None),
        ('tls_private_key: "-----BEGIN\\nX"', None),
    ],
)  # fmt: skip
def test_keys_that_are_credentials(row: str, values: list[str | None] | None) -> None:
    assets, _ = seen(HEAD + f"  a: b\n  {row}\n")
    if values is None:
        assert assets == []
        return
    [asset] = assets
    assert isinstance(asset.facts, ConfigMap)
    assert isinstance(asset.facts.entries, list)
    assert [None if each.value is None else str.__str__(each.value) for each in asset.facts.entries] == values  # type: ignore[arg-type]
    assert (asset.id, asset.spot("entries[0].value").line) == ("config_map/k/c.yaml/ConfigMap.ml.c", 6)


@pytest.mark.parametrize("value", ["false", "none", " null "])
def test_words_that_say_there_is_none_are_no_credentials(value):
    assert not may_be_secret("sidecar.automountServiceAccountToken", value)
    assert may_be_secret("sidecar.serviceToken", "abcdefgh12345678")
