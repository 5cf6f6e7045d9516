"""Servers that an operator starts from an object of its own -> `server`: Prometheus, Milvus.

Source: github.com/prometheus-operator/prometheus-operator pkg/prometheus/promcfg.go (BuildCommonPrometheusArgs) and
pkg/prometheus/server/statefulset.go, pkg/apis/monitoring/v1; milvus.io/docs/authenticate.md (`spec.config` is
`milvus.yaml`); checked 2026-11-30.
"""

from __future__ import annotations

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from holdfast.collect.configs.settings import flat
from holdfast.collect.fields import TEMPLATED, Fields
from holdfast.collect.kubernetes.elements import Reader, Table, steps
from holdfast.core.asset import Spot
from holdfast.formats.servers.recognise import Launch, configured, recognise
from holdfast.formats.yaml import Mapping
from holdfast.kinds.server import Server

SWITCHES = {
    "enableAdminAPI": "web.enable-admin-api",
    "enableRemoteWriteReceiver": "web.enable-remote-write-receiver",
    "enableOTLPReceiver": "web.enable-otlp-receiver",
}
VERIFIED = "RequireAndVerifyClientCert"


def prometheus(fields: Fields) -> Server:
    """The server of a Prometheus object; without a policy for certificates the operator's web configuration asks none.

    Proxies among its containers are workloads of the operator's, so who reaches it through them is not decided here.
    """
    spec = fields.child("spec")
    words, complete = ["prometheus"], True
    for key, flag in SWITCHES.items():
        given = spec.get(key, f'options["{flag}"]')
        if isinstance(given, bool):
            words.append(f"--{flag}={str(given).lower()}")
        complete = complete and given in (None, True, False)
    if spec.text("reloadStrategy", 'options["web.enable-lifecycle"]', "HTTP") == "HTTP":
        words.append("--web.enable-lifecycle")
    if spec.get("listenLocal", "loopback") is True:
        words.append("--web.listen-address=127.0.0.1:9090")
    more = steps(spec, "additionalArgs")
    if isinstance(more, UnsetType):
        more, complete = [], False
    words += [f"--{each.data.get('name')}={each.data.get('value', 'true')}" for each in more]
    (server,) = recognise(Launch(argv=tuple(words), argv_complete=complete))
    tls = spec.child("web").child("tlsConfig")
    policy = tls.text("clientAuthType", "auth", None)
    speaks = "tlsConfig" in spec.child("web").data
    return replace(
        server,
        version=spec.text("version", "version", None),
        auth=UNSET if policy is UNSET else policy == VERIFIED,
        tls=speaks,
        env={},
    )


def milvus(fields: Fields) -> Server:
    """The proxy of a Milvus object, by what is put over `milvus.yaml`."""
    config = fields.child("spec").data.get("config")
    settings: dict[str, str | UnsetType] = {}
    if isinstance(config, Mapping):
        for name, value, line, column in flat(config):
            settings[name.replace("_", "-")] = "$" if TEMPLATED.search(value) else value
            if name == "common.security.authorizationEnabled":
                fields.spots["auth"] = Spot(fields.line + line - 1, column)
    found = configured("milvus", settings, "milvus", ("run", "standalone"), variables=False)
    assert found is not None  # `run standalone` always is one
    return found


READERS: Table = {
    ("monitoring.coreos.com", "Prometheus"): Reader(Server, prometheus),
    ("milvus.io", "Milvus"): Reader(Server, milvus),
}
