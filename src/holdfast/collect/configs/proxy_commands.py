"""Commands that start a proxy -> `route` assets: Traefik's flags, `caddy reverse-proxy`, `caddy file-server`.

Source: doc.traefik.io/traefik/reference/install-configuration/configuration-options (flags, names in any case; the
same as variables `TRAEFIK_API_INSECURE`); caddyserver.com/docs/command-line (`reverse-proxy`: `--from` is localhost
unless told otherwise and a site's address, so the socket is open to every host; `file-server`: port 80, or 443 with a
`--domain`) and github.com/caddyserver/caddy admin.go (`CADDY_ADMIN`); checked 2026-11-30.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from holdfast.collect.configs.caddy import administration, site_ways
from holdfast.collect.configs.routes import route
from holdfast.collect.configs.traefik import traefik
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import UNSET
from holdfast.formats.caddyfile import Directive, Site
from holdfast.formats.servers.address import endpoint
from holdfast.formats.yaml import Mapping as Table
from holdfast.kinds.route import Route

FLAG = re.compile(r"--?([\w.-]{1,200})(?:=(.*))?", re.ASCII | re.DOTALL)
ENTRY = re.compile(r"entrypoints\.([\w-]+)\.(address|http\.middlewares|http\.tls.*)", re.ASCII)
ADMIN = "CADDY_ADMIN"
"""The variable that moves Caddy's administration API, unless its configuration does."""
VALUED = frozenset(("from", "to", "listen", "domain", "root", "header-up", "header-down", "access-log-output"))


def proxy_of(image: str, argv: Sequence[str]) -> str:
    """`traefik` or `caddy`, where a container or a command starts one; empty for all else."""
    name = argv[0].rpartition("/")[2] if argv else ""
    if name in ("traefik", "caddy"):
        return name
    repository = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    return repository if repository in ("traefik", "caddy") and (not name or name.startswith("-")) else ""


def proxied(
    image: str,
    argv: Sequence[str],
    env: Mapping[str, str | None],
    owner: Asset,
    name: str,
    spot: Spot,
    ports: frozenset[int] | None = None,
) -> Iterator[Asset]:
    """The ways that a command opens; `ports` are those that others than its own host reach, None where any may be."""
    words = argv[1:] if argv and not argv[0].startswith("-") else argv
    program = proxy_of(image, argv)
    if program == "traefik":
        found = traefik(static(words, env), owner.path, 1)
    elif program == "caddy" and words[:1] in (("reverse-proxy",), ("file-server",)):
        found = _caddy(words[0], words[1:], owner.path)
    elif program == "caddy" and env.get(ADMIN) not in (None, "", "off"):
        found = iter((administration(str(env[ADMIN]), owner.path, {}, Counter()),))
    else:
        return
    for asset in found:
        yield _placed(asset, owner, name, spot, ports)


def _placed(asset: Asset, owner: Asset, name: str, spot: Spot, ports: frozenset[int] | None) -> Asset:
    """A way at the place of the command that opens it."""
    own = asset.id.removeprefix(f"route/{owner.path}/")
    port = own.rpartition(":")[2].partition("/")[0]
    facts = asset.facts
    if isinstance(facts, Route) and ports is not None and port.isdecimal() and int(port) not in ports:
        facts = replace(facts, loopback=True)
    scope = f"{owner.id.partition('/')[2]}{'.' if name else ''}{name}"
    return replace(asset, id=f"route/{scope}/{own}", facts=facts, spots={"": spot}, source="config")


def static(words: Sequence[str], env: Mapping[str, str | None]) -> Table:
    """The static configuration that flags and variables of Traefik make, as far as it is looked at."""
    given = {name.removeprefix("TRAEFIK_").lower().replace("_", "."): value for name, value in env.items()
             if name.startswith("TRAEFIK_") and value is not None}  # fmt: skip
    for match in map(FLAG.fullmatch, words):
        if match is not None:
            given[match[1].lower()] = "true" if match[2] is None else match[2]
    entries: Table = Table()
    for key, value in given.items():
        found = ENTRY.fullmatch(key)
        if found is None:
            continue
        entry = entries.setdefault(found[1], Table())
        http = entry.setdefault("http", Table())
        if found[2] == "address":
            entry["address"] = value
        elif found[2] == "http.middlewares":
            http["middlewares"] = value.split(",")
        else:
            http["tls"] = Table()
    api = Table(insecure=given.get("api.insecure", "false"))
    return Table(api=api, entryPoints=entries)


def _caddy(verb: str, words: Sequence[str], path: str) -> Iterator[Asset]:
    """What `caddy reverse-proxy` and `caddy file-server` serve, as the site that they stand for."""
    given: dict[str, list[str]] = {}
    at = 0
    while at < len(words):
        match = FLAG.fullmatch(words[at])
        at += 1
        if match is None:
            continue
        if match[2] is None and match[1] in VALUED and at < len(words):
            given.setdefault(match[1], []).append(words[at])
            at += 1
        else:
            given.setdefault(match[1], []).append("true" if match[2] is None else match[2])
    if verb == "file-server":
        if "browse" not in given:
            return
        address = (given.get("domain") or given.get("listen") or [":80"])[-1]
        way = Directive("file_server", ("browse",), 1)
    else:
        address = (given.get("from") or ["localhost"])[-1]
        way = Directive("reverse_proxy", tuple(given.get("to", ())), 1)
    seen: Counter[str] = Counter()
    host, port = endpoint(address, "80" if address.startswith("http://") else "443")
    site = Site((address.replace("${", "{$"),), (way,), 1)
    for facts, _ in site_ways(site):
        services = facts.services if isinstance(facts.services, list) else []
        known = [each for each in services if "$" not in each]
        unseen = known != services and not facts.products
        found = replace(facts, services=known, products=UNSET if unseen else facts.products)
        yield route(found, path, None, {}, seen, f"{verb}:{host}:{port}")
