"""Servers that operators start: Prometheus and Milvus."""

from __future__ import annotations

import pytest
from tests.collect.configs.on_disk import findings, servers

from holdfast.core.fact import UNSET

PROMETHEUS = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: k8s, namespace: monitoring}}\nspec: {spec}\n"
MILVUS = "apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata: {{name: store}}\nspec: {spec}\n"


@pytest.mark.parametrize(
    ("spec", "facts", "options"),
    [
        ("{version: v3.5.0}", {"product": "prometheus", "version": "v3.5.0", "auth": False, "tls": False, "loopback": False, "port": 9090},
         {"web.enable-lifecycle": "true"}),
        ("{enableAdminAPI: true, enableOTLPReceiver: false, reloadStrategy: ProcessSignal}", {"options_complete": True},
         {"web.enable-admin-api": "true", "web.enable-otlp-receiver": "false"}),
        ("{enableAdminAPI: '{{ a }}'}", {"options_complete": UNSET}, {"web.enable-lifecycle": "true"}),
        ("{listenLocal: true}", {"loopback": True}, {"web.enable-lifecycle": "true", "web.listen-address": "127.0.0.1:9090"}),
        ("{web: {tlsConfig: {clientAuthType: RequireAndVerifyClientCert}}}", {"auth": True, "tls": True}, {"web.enable-lifecycle": "true"}),
        ("{web: {tlsConfig: {clientAuthType: '{{ a }}'}}}", {"auth": UNSET}, {"web.enable-lifecycle": "true"}),
        ("{additionalArgs: [{name: web.enable-admin-api}, {name: log.level, value: debug}]}", {},
         {"web.enable-lifecycle": "true", "web.enable-admin-api": "true", "log.level": "debug"}),
        ("{additionalArgs: x}", {"options_complete": UNSET}, {"web.enable-lifecycle": "true"}),
    ],
)  # fmt: skip
def test_prometheus(tmp_path, spec, facts, options):
    (found,) = servers(tmp_path, {"a.yaml": PROMETHEUS.format(spec=spec)})
    assert {name: getattr(found.facts, name) for name in facts} == facts
    assert found.facts.options == options


def test_a_finding_about_prometheus_points_at_the_switch(tmp_path):
    text = PROMETHEUS.format(spec="\n  replicas: 2\n  enableAdminAPI: true")
    assert findings(tmp_path, {"a.yaml": text}, "ai-default") == [("prometheus-administration-open", "fail", 6)]


@pytest.mark.parametrize(
    ("spec", "auth", "tls"),
    [
        ("{mode: standalone}", False, False), ("{config: {common: {security: {authorizationEnabled: true, tlsMode: 1}}}}", True, True),
        ("{config: {common: {security: {authorizationEnabled: '{{ a }}'}}}}", UNSET, False), ("{config: x}", False, False),
    ],
)  # fmt: skip
def test_milvus(tmp_path, spec, auth, tls):
    (found,) = servers(tmp_path, {"a.yaml": MILVUS.format(spec=spec)})
    assert (found.facts.product, found.facts.auth, found.facts.tls, found.facts.loopback) == (
        "milvus",
        auth,
        tls,
        False,
    )


def test_a_finding_about_milvus_points_at_the_setting(tmp_path):
    text = MILVUS.format(spec="\n  config:\n    common:\n      security:\n        authorizationEnabled: false")
    assert ("vector-database-without-authentication", "fail", 8) in findings(tmp_path, {"a.yaml": text}, "ai-default")
