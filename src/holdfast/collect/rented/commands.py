"""Command lines that rent a machine: `vastai create instance`, `runpodctl pod create`, `sky launch`.

Source: vast-cli, `create instance`, `launch instance` (vast.py: SSH unless `--args` is given, which leaves the image's
own program in its place, as a template without `--ssh` does); runpodctl reference, `pod create` and `template create`
(`--args` are those of the container); SkyPilot CLI reference, `sky launch`, `sky jobs launch` (options replace what
the task says); checked 2026-11-30.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.rented.machine import Machine, assets, several, trust_of, variables
from holdfast.collect.rented.runpod import DEFAULT_PORTS, is_query, query, request, volume, words
from holdfast.collect.rented.templates import docker_options, vast
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
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
SKY = Syntax(
    switches=frozenset(
        "dryrun detach-run d yes y down retry-until-up r no-setup fast async no-async use-spot no-use-spot clone-disk"
        " detach-setup s help h disk-tier-none interactive".split()
    ),
    aliases={"c": "cluster", "n": "name", "t": "instance-type"},
)
TELLING = frozenset("env secret env-file ports cloud infra region gpus image-id instance-type".split())
"""Options of SkyPilot that say something of the machine."""
SKY_VERBS = (("launch",), ("jobs", "launch"), ("serve", "up"))
TASK = re.compile(r".*\.ya?ml", re.IGNORECASE)
PROGRAMS = {"vastai": "vastai", "vast": "vastai", "vast.py": "vastai", "runpodctl": "runpodctl"}
API = re.compile(
    r"https?://(?:(rest\.runpod\.io/v\d+/(?:pods|templates)|api\.runpod\.io/graphql)|console\.vast\.ai/api/v\d+/(asks|template))\b"
)
"""Where requests go that rent machines, or make templates for such."""
DATA = frozenset(("-d", "--data", "--data-raw", "--data-binary", "--json"))
JOINED = frozenset(("--env", "--onstart-cmd", "--login", "--args", "--docker-args"))
VERBS = {
    "vastai": {("create", "instance"), ("launch", "instance"), ("create", "instances"), ("create", "template")},
    "runpodctl": {("pod", "create"), ("create", "pod"), ("create", "pods"), ("template", "create")},
}


def rented(
    argv: Sequence[str], path: str, source: str, spot: Spot, seen: Counter[str]
) -> Iterator[Asset | Edge | Gap] | None:
    """The machine that a command rents, None for every other command; `seen` counts the names of its file."""
    name = argv[0].rpartition("/")[2] if argv else ""
    if name in ("curl", "http", "https"):
        return _posted(argv, path, source, spot, seen)
    if name == "sky":
        asked = _sky(argv)
        return None if asked is None else _made(asked, path, source, spot, seen)
    program = PROGRAMS.get(name, "")
    verbs = VERBS.get(program)
    if verbs is None or tuple(argv[1:3]) not in verbs:
        return None
    own = argv.index("--args") if program == "vastai" and "--args" in argv else len(argv)
    flags = parse(list(_joined(argv[3:own])), VAST if program == "vastai" else RUNPOD)
    machine = (
        _vast(flags, argv[1], template=argv[2] == "template", arguments=argv[own + 1 :])
        if program == "vastai"
        else _runpod(flags, template=argv[1] == "template")
    )
    return _made(machine, path, source, spot, seen)


def _made(machine: Machine, path: str, source: str, spot: Spot, seen: Counter[str]) -> Iterator[Asset | Edge]:
    """What a command makes, under a name of its own."""
    seen[machine.name] += 1
    if seen[machine.name] > 1:
        machine.name = f"{machine.name}~{seen[machine.name]}"
    machine.spots[""] = spot
    return assets(machine, path, source)


def _posted(
    argv: Sequence[str], path: str, source: str, spot: Spot, seen: Counter[str]
) -> Iterator[Asset | Edge | Gap] | None:
    """The machine that a request to RunPod or Vast.ai rents, where its body stands in the command."""
    to = next((match for match in (API.match(word.removeprefix("--url=")) for word in argv) if match), None)
    body = next(filter(None, (_body(word, following) for word, following in pairwise((*argv, "")))), "")
    if to is None or not body.startswith("{"):
        return None
    try:
        document = load(body.encode())
    except FormatError:
        return None
    if not isinstance(document, Mapping):
        return None
    found: list[Asset | Edge | Gap]
    if is_query(document):
        found = list(query(document, path, 1))
    else:
        found = list(request(document, path, 1) if to[1] else vast(document, path, 1, reusable=to[2] == "template"))
    seen["posted"] += 1
    suffix = f"~{seen['posted']}" if seen["posted"] > 1 else ""
    return (_moved(each, suffix, source, spot) for each in found)


def _body(flag: str, following: str) -> str:
    """What a word of curl sends: `--data X`, `--data=X` or `-dX`."""
    if flag in DATA:
        return following
    name, equals, value = flag.partition("=")
    if equals and name in DATA:
        return value
    return flag[2:] if flag.startswith("-d") else ""


def _moved(item: Asset | Edge | Gap, suffix: str, source: str, spot: Spot) -> Asset | Edge | Gap:
    """What a request makes, at the place of its command."""
    if isinstance(item, Gap):
        return replace(item, line=spot.line)
    if isinstance(item, Edge):
        return Edge(f"{item.source}{suffix}", item.relation, f"{item.target}{suffix}")
    return replace(item, id=f"{item.id}{suffix}", source=source, spots=dict.fromkeys(item.spots, spot))


def _joined(words: Sequence[str]) -> Iterator[str]:
    """The words with `--env` and its value as one: that value looks like flags of its own."""
    following = iter(words)
    for word in following:
        yield f"{word}={next(following, '')}" if word in JOINED else word


def _vast(flags: Flags, verb: str, *, template: bool, arguments: Sequence[str]) -> Machine:
    """An instance of Vast.ai; `arguments` are those for the image's own program, if that is to start.

    Whose host an offer is stands in the search that found it; `launch` searches itself, among all verified hosts.
    """
    given = flags.options
    env, ports = docker_options(given.get("env", ""))
    hashed = "template_hash" in given or "template-hash" in given
    script = given.get("onstart-cmd")
    own = bool(arguments) or (template and {"ssh", "jupyter"}.isdisjoint(given))
    argv: Fact[list[str]] = UNSET if own or hashed or "onstart" in given else ["bash"]
    return Machine(
        name=given.get("label", "vast"),
        provider="vast",
        spots={},
        image=UNSET if hashed else _text(given.get("image")),
        env=variables(env),
        env_from=UNSET,
        argv=list(arguments) or (argv if script is None else ["bash", "-c", script]),
        entrypoint_replaced=not own,
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
        env=variables(_json_env(flags)),
        env_from=UNSET,
        argv=words(given.get("args", given.get("docker-args", ""))),
        ports=DEFAULT_PORTS if ports is None and "template-id" not in given else _listed(ports),
        region=UNSET if "$" in region or "," in region else region or None,
        places=several(UNSET if "$" in region else region.split(",")),
        trust=trust,
        volume_encrypted=UNSET if template else volume(given.get("network-volume-id")),
        shown_to_all=UNSET if template else None,
        reusable=template,
    )


def _json_env(flags: Flags) -> Iterator[tuple[str, str | None]]:
    """`--env '{"A": "b"}'`, or `--env A=b` of older releases, once for each."""
    for text in (value for name, value in flags.given if name == "env"):
        try:
            values = json.loads(text) if text.startswith("{") else None
        except (ValueError, RecursionError):
            values = None
        if isinstance(values, dict):
            yield from ((name, str(value)) for name, value in values.items())
        elif "=" in text:
            name, _, value = text.partition("=")
            yield name, value


def _sky(argv: Sequence[str]) -> Machine | None:
    """The machine of SkyPilot of which a command says something; the task in its file is examined where it lies."""
    verbs = next((verbs for verbs in SKY_VERBS if tuple(argv[1 : 1 + len(verbs)]) == verbs), None)
    if verbs is None:
        return None
    flags = parse(list(argv[1 + len(verbs) :]), SKY)
    given = flags.options
    if TELLING.isdisjoint(given):
        return None
    filed = any(map(TASK.fullmatch, flags.positional))
    cloud, _, place = given.get("infra", given.get("cloud", "")).partition("/")
    provider: Fact[str] = cloud.lower() if cloud not in ("", "*") and "$" not in cloud else UNSET
    region = given.get("region", place.partition("/")[0])
    ports = [value for name, value in flags.given if name == "ports"]
    image = given.get("image-id")
    return Machine(
        name=given.get("cluster", given.get("name", "sky")),
        provider=provider,
        spots={},
        image=_text(image.removeprefix("docker:")) if image is not None and image.startswith("docker:") else UNSET,
        env=variables(_assigned(flags)),
        env_from=UNSET if filed or "env-file" in given else [],
        argv=UNSET if filed or not flags.positional else ["bash", "-c", " ".join(flags.positional)],
        entrypoint_replaced=True,
        ports=UNSET if any("$" in port for port in ports) or (filed and not ports) else ports,
        region=UNSET if "$" in region or (filed and not region) else region or None,
        trust=UNSET if provider is UNSET or (filed and provider == "vast") else trust_of([provider]),
        interruptible="use-spot" in given or (UNSET if filed else False),
    )


def _assigned(flags: Flags) -> Iterator[tuple[str, str | None]]:
    """`--env A=b`, and `--secret A=b`; a name alone is that of a variable where the command runs."""
    for option, text in flags.given:
        if option in ("env", "secret"):
            name, equals, value = text.partition("=")
            yield name, value if equals else None


def _text(value: str | None) -> Fact[str]:
    return UNSET if value is not None and "$" in value else value


def _listed(value: str | None) -> Fact[list[str]]:
    return UNSET if value is None or "$" in value else [item for item in value.split(",") if item]
