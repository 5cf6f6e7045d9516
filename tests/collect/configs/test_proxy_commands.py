"""Proxies that are configured by commands and labels."""

from __future__ import annotations

import pytest
from tests.collect.configs.on_disk import findings, routes

from holdfast.core.asset import Spot
from holdfast.core.fact import UNSET

OPEN, ADMIN = "ai-server-route-without-authentication", "proxy-administration-reachable"


def told(root, files: dict[str, str], rule: str) -> list[tuple[str, int]]:
    return [(status, line) for name, status, line in findings(root, files) if name == rule]


@pytest.mark.parametrize(
    ("command", "rule", "status"),
    [
        ("caddy reverse-proxy --from :80 --to ollama:11434", OPEN, "fail"), ("caddy reverse-proxy --to=ollama:11434", OPEN, "fail"),
        ("sudo caddy reverse-proxy --from :80 --to $UP", OPEN, "unknown"), ("caddy reverse-proxy --from http://a.example --to web:80", OPEN, ""),
        ("caddy file-server --browse", "route-lists-files", "fail"), ("caddy file-server --root /srv", "route-lists-files", ""),
        ("traefik --api.insecure", ADMIN, "fail"), ("traefik --api.insecure=false --log.level=DEBUG", ADMIN, ""),
        ("traefik --API.Insecure=true --entryPoints.traefik.address=127.0.0.1:8080", ADMIN, ""), ("TRAEFIK_API_INSECURE=true traefik --ping", ADMIN, "fail"),
        ("traefik --entrypoints.traefik.address=:9000 --api.insecure=true --entrypoints.web.http.tls=true --entrypoints.web.http.middlewares=a@file x", ADMIN, "fail"),
    ],
)  # fmt: skip
def test_commands(tmp_path, command, rule, status):
    expected = [(status, 2)] if status else []
    assert told(tmp_path, {"up.sh": f"#!/bin/sh\n{command}\n"}, rule) == expected
    assert (
        told(tmp_path, {"up.sh": "", "a.service": f"[Service]\nExecStart=/bin/sh -c '{command}'\n"}, rule) == expected
    )


def test_two_commands_of_one_script(tmp_path):
    text = "#!/bin/sh\ncaddy reverse-proxy --from :80 --to vllm:8000\ncaddy reverse-proxy --from :80 --to ollama:1\n"
    first, second = routes(tmp_path, {"up.sh": text})
    assert (first.facts.products, second.facts.products, second.spots[""]) == (["vllm"], ["ollama"], Spot(3, 1))
    assert first.id != second.id


COMPOSE = """\
services:
  proxy:
    image: traefik:v3.1
    command: ["--api.insecure=true", "--entrypoints.web.address=:80"]
    ports: [{ports}]
  llm:
    image: ollama/ollama
    labels:
      traefik.enable: "{enable}"
      traefik.http.routers.llm.rule: Host(`ai.example`)
      {more}
"""


def compose(ports: str = '"80:80", "8080:8080"', enable: str = "true", more: str = "") -> dict[str, str]:
    return {"compose.yaml": COMPOSE.format(ports=ports, enable=enable, more=more)}


@pytest.mark.parametrize(
    ("ports", "status"), [('"80:80", "8080:8080"', "fail"), ('"80:80"', ""), ('"127.0.0.1:8080:8080"', ""), ("", "")]
)
def test_the_open_api_in_a_container(tmp_path, ports, status):
    assert told(tmp_path, compose(ports), ADMIN) == ([(status, 4)] if status else [])


def test_the_open_api_in_a_pod(tmp_path):
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - {name: t, image: 'traefik:v3', args: [--api.insecure=true]}\n"
    assert told(tmp_path, {"pod.yaml": pod}, ADMIN) == [("fail", 6)]


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ({}, "fail"), ({"enable": "false"}, ""), ({"ports": ""}, ""), ({"more": "traefik.http.routers.llm.middlewares: gone@file"}, "unknown"),
        ({"more": "traefik.http.routers.llm.middlewares: a\n      traefik.http.middlewares.a.basicauth.users: x"}, ""),
        ({"more": "traefik.http.services.other.loadbalancer.server.port: 11434"}, "fail"),
        ({"more": "traefik.http.routers.llm.tls: 'true'"}, "fail"), ({"more": "traefik.http.routers.llm.service: gone@file"}, "unknown"),
    ],
)  # fmt: skip
def test_labels(tmp_path, parts, status):
    assert told(tmp_path, compose(**parts), OPEN) == ([(status, 10)] if status else [])


def test_what_labels_say(tmp_path):
    more = "traefik.http.routers.llm.tls.certresolver: le\n      traefik.http.routers.llm.entrypoints: web\n      traefik.http.services.llm.loadbalancer.server.port: 11434"
    (found,) = [asset.facts for asset in routes(tmp_path, compose(more=more)) if asset.facts.name == "llm"]
    assert (found.services, found.tls, found.hosts, found.products) == (["llm:11434"], True, ["ai.example"], ["ollama"])
    tcp = "traefik.tcp.routers.r.rule: HostSNI(`*`)\n      traefik.tcp.services.r.loadbalancer.server.port: 6379"
    assert told(tmp_path, compose(more=tcp), "proxy-forwards-internal-port") == [("fail", 11)]


def test_a_router_to_something_that_nobody_can_tell(tmp_path):
    text = (
        COMPOSE.replace("llm", "app")
        .format(ports="", enable="true", more="traefik.http.routers.app.service: x@file")
        .replace("ollama/ollama", "a:1")
    )
    (found,) = [asset.facts for asset in routes(tmp_path, {"compose.yaml": text}) if asset.facts.name == "app"]
    assert found.products is UNSET


def test_services_that_traefik_does_not_take(tmp_path):
    explicit = {
        "compose.yaml": compose()["compose.yaml"].replace(
            '["--api', '["--providers.docker.exposedByDefault=false", "--api'
        )
    }
    assert told(tmp_path, explicit, OPEN) == [("fail", 10)]
    unsaid = explicit["compose.yaml"].replace('      traefik.enable: "true"\n', "")
    assert told(tmp_path, {"compose.yaml": unsaid}, OPEN) == []
    assert told(tmp_path, {"compose.yaml": unsaid.replace("=false", "=true")}, OPEN) == [("fail", 9)]


@pytest.mark.parametrize(
    ("address", "ports", "status"),
    [
        ("0.0.0.0:2019", '"2019:2019"', "fail"), (":2019", '"80:80"', ""), ("localhost:2019", '"2019:2019"', ""), ("off", '"2019:2019"', ""),
        ("$${WHERE}:2019", '"2019:2019"', "unknown"),
    ],
)  # fmt: skip
def test_the_administration_of_caddy_by_a_variable(tmp_path, address, ports, status):
    text = (
        f"services:\n  web:\n    image: caddy:2\n    environment: {{CADDY_ADMIN: '{address}'}}\n    ports: [{ports}]\n"
    )
    assert [each for each, _ in told(tmp_path, {"compose.yaml": text}, ADMIN)] == ([status] if status else [])


def test_a_file_server_with_a_name(tmp_path):
    (asset,) = routes(tmp_path, {"up.sh": "#!/bin/sh\ncaddy file-server --browse --domain files.example x\n"})
    assert (asset.facts.hosts, asset.facts.tls) == (["files.example"], True)
