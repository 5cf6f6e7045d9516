"""Command lines that rent a machine: `vastai create instance`, `runpodctl pod create`.

Source: vast-cli, `create instance`, `launch instance`; runpodctl reference, `pod create` and `template create`
(checked 2026-11-30).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.rented.machine import Machine, assets, several, variables
from holdfast.collect.rented.runpod import DEFAULT_PORTS, request, volume
from holdfast.collect.rented.templates import docker_options, vast
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.formats.servers.flags import Flags, Syntax, parse
from holdfast.formats.yaml import Mapping, load

VAST = Syntax(
    switches=frozenset(
        "ssh jupyter direct jupyter-lab lang-utf8 python-utf8 force cancel-unavail raw explain help".split()
    ),
    lists=frozenset(("args",)),
)
RUNPOD = Syntax(
    switches=frozenset(
        "ssh global-networking public-ip secureCloud communityCloud startSSH startJupyter serverless help".split()
    )
)
PROGRAMS = {"vastai": "vastai", "vast": "vastai", "vast.py": "vastai", "runpodctl": "runpodctl"}
API = re.compile(
    r"https?://(?:(rest\.runpod\.io/v\d+/(?:pods|templates))|console\.vast\.ai/api/v\d+/(asks|template))\b"
)
"""Where requests go that rent machines, or make templates for such."""
DATA = frozenset(("-d", "--data", "--data-raw", "--data-binary", "--json"))
VERBS = {
    "vastai": {("create", "instance"), ("launch", "instance"), ("create", "instances"), ("create", "template")},
    "runpodctl": {("pod", "create"), ("create", "pod"), ("create", "pods"), ("template", "create")},
}


def rented(
    argv: Sequence[str], path: str, source: str, spot: Spot, seen: Counter[str]
) -> Iterator[Asset | Edge] | None:
    """The machine that a command rents, None for every other command; `seen` counts the names of its file."""
    name = argv[0].rpartition("/")[2] if argv else ""
    if name in ("curl", "http", "https"):
        return _posted(argv, path, source, spot, seen)
    program = PROGRAMS.get(name, "")
    verbs = VERBS.get(program)
    if verbs is None or tuple(argv[1:3]) not in verbs:
        return None
    flags = parse(list(_joined(argv[3:])), VAST if program == "vastai" else RUNPOD)
    machine = (
        _vast(flags, argv[1], template=argv[2] == "template")
        if program == "vastai"
        else _runpod(flags, template=argv[1] == "template")
    )
    seen[machine.name] += 1
    if seen[machine.name] > 1:
        machine.name = f"{machine.name}~{seen[machine.name]}"
    machine.spots[""] = spot
    return assets(machine, path, source)


def _posted(
    argv: Sequence[str], path: str, source: str, spot: Spot, seen: Counter[str]
) -> Iterator[Asset | Edge] | None:
    """The machine that a request to RunPod or Vast.ai rents, where its body stands in the command."""
    to = next((match for match in map(API.match, argv) if match), None)
    body = next((word for flag, word in pairwise(argv) if flag in DATA), "")
    if to is None or not body.startswith("{"):
        return None
    try:
        document = load(body.encode())
    except FormatError:
        return None
    if not isinstance(document, Mapping):
        return None
    found = list(request(document, path, 1) if to[1] else vast(document, path, 1, reusable=to[2] == "template"))
    seen["posted"] += 1
    return (_moved(each, f"~{seen['posted']}" if seen["posted"] > 1 else "", source, spot) for each in found)


def _moved(item: Asset | Edge, suffix: str, source: str, spot: Spot) -> Asset | Edge:
    """What a request makes, at the place of its command."""
    if isinstance(item, Edge):
        return Edge(f"{item.source}{suffix}", item.relation, f"{item.target}{suffix}")
    return replace(item, id=f"{item.id}{suffix}", source=source, spots=dict.fromkeys(item.spots, spot))


def _joined(words: Sequence[str]) -> Iterator[str]:
    """The words with `--env` and its value as one: that value looks like flags of its own."""
    following = iter(words)
    for word in following:
        yield f"{word}={next(following, '')}" if word in ("--env", "--onstart-cmd", "--login") else word


def _vast(flags: Flags, verb: str, *, template: bool) -> Machine:
    """An instance of Vast.ai.

    Whose host an offer is stands in the search that found it; `launch` searches itself, among all verified hosts.
    """
    given = flags.options
    env, ports = docker_options(given.get("env", ""))
    return Machine(
        name=given.get("label", "vast"),
        provider="vast",
        spots={},
        image=_text(given.get("image")) if "template_hash" not in given and "template-hash" not in given else UNSET,
        env=variables(env),
        env_from=UNSET,
        ports=ports,
        region=UNSET,
        trust="marketplace" if verb == "launch" else UNSET,
        reusable=template,
        interruptible="bid-price" in given,
    )


def _runpod(flags: Flags, *, template: bool) -> Machine:
    """A pod or template of RunPod: Secure Cloud unless told otherwise."""
    given = flags.options
    cloud = given.get("cloud-type", "COMMUNITY" if "communityCloud" in given else "SECURE").upper()
    ports = given.get("ports")
    region = given.get("data-center-ids", given.get("dataCenterId", ""))
    trust: Fact[str] = UNSET if template else {"SECURE": "partner", "COMMUNITY": "marketplace"}.get(cloud, UNSET)
    return Machine(
        name=given.get("name", "pod"),
        provider="runpod",
        spots={},
        image=_text(given.get("image", given.get("imageName"))) if "template-id" not in given else UNSET,
        env=variables(_json_env(given)),
        env_from=UNSET,
        ports=DEFAULT_PORTS if ports is None and "template-id" not in given else _listed(ports),
        region=UNSET if "$" in region or "," in region else region or None,
        places=several(UNSET if "$" in region else region.split(",")),
        trust=trust,
        volume_encrypted=UNSET if template else volume(given.get("network-volume-id")),
        shown_to_all=UNSET if template else None,
        reusable=template,
    )


def _json_env(given: dict[str, str]) -> Iterator[tuple[str, str | None]]:
    """`--env '{"A": "b"}'`, or `--env A=b` of older releases."""
    text = given.get("env", "")
    try:
        values = json.loads(text) if text.startswith("{") else None
    except (ValueError, RecursionError):
        values = None
    if isinstance(values, dict):
        yield from ((name, str(value)) for name, value in values.items())
    elif "=" in text:
        name, _, value = text.partition("=")
        yield name, value


def _text(value: str | None) -> Fact[str]:
    return UNSET if value is not None and "$" in value else value


def _listed(value: str | None) -> Fact[list[str]]:
    return UNSET if value is None or "$" in value else [item for item in value.split(",") if item]
