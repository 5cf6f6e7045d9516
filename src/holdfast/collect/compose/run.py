"""`docker run` and its like -> the compose service that it amounts to, and so a `workload`.

Sources: docker-run(1), podman-run(1), nerdctl's command reference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from holdfast.collect.compose.service import workload
from holdfast.collect.fields import Composed, Fields
from holdfast.core.asset import Asset, Spot
from holdfast.formats.yaml import Mapping
from holdfast.formats.yaml import Sequence as List

ENGINES = frozenset(("docker", "podman", "nerdctl", "nvidia-docker"))
STARTS = re.compile(r"\b(?:docker|podman|nerdctl)\b[^\n]{0,200}\b(?:run|create)\b")
"""What text must hold to start a container."""
SWITCHES = frozenset(
    "-d --detach -i --interactive -t --tty --rm --init -P --publish-all --no-healthcheck --oom-kill-disable --sig-proxy"
    " --disable-content-trust -q --quiet --replace --privileged --read-only --env-host --http-proxy --no-hosts"
    " --no-hostname --rmi --read-only-tmpfs --help --debug -D --tls --tlsverify --remote -r".split()
)
"""Options that take no further word; all others do."""
LETTERS = {"e": "env", "v": "volume", "p": "publish", "u": "user", "m": "memory", "l": "label"}
LISTS = {
    "env": "environment",
    "env-file": "env_file",
    "publish": "ports",
    "volume": "volumes",
    "mount": "volumes",
    "device": "devices",
    "cap-add": "cap_add",
    "cap-drop": "cap_drop",
    "security-opt": "security_opt",
    "label": "labels",
    "tmpfs": "tmpfs",
}
"""Option -> the key of a service that lists its values."""
VALUES = {
    "pid": "pid",
    "ipc": "ipc",
    "userns": "userns_mode",
    "network": "network_mode",
    "net": "network_mode",
    "runtime": "runtime",
    "user": "user",
    "shm-size": "shm_size",
    "memory": "mem_limit",
    "cpus": "cpus",
}
"""Option -> the key of a service that holds its last value."""
TRUTHS = {"privileged": "privileged", "read-only": "read_only"}
COMPUTED = re.compile(r"\$\([^()]{0,1000}\)|`[^`]{0,1000}`")
HERE = re.compile(r"^(?:\$\(pwd\)|`pwd`|\$\{?PWD\}?)(?=[/:]|$)")
HOME = re.compile(r"^\$\{?HOME\}?(?=[/:]|$)")
"""Folders of whoever runs the script, whose own paths do not matter."""
IMAGE = re.compile(r"\$\{?\w*(?:image|img|tag|repo)", re.ASCII | re.IGNORECASE)
"""A variable that by its name stands for the image, and not for options."""
UNRESOLVED = re.compile(r"[$%]")


class Mark(NamedTuple):
    """Where a command stands, counted from 0."""

    line: int
    column: int


class Started(NamedTuple):
    """A container that a command starts, as written."""

    engine: str
    options: list[tuple[str, str]]
    """Long name and value; a switch is `true`."""
    image: str
    words: list[str]
    """What follows the image."""
    whole: bool
    """Whether no unresolved word may stand for further options."""


def started(argv: Sequence[str]) -> Started | None:
    """The container that `docker run`, `podman create` or the like starts; None for every other command."""
    engine = argv[0].rpartition("/")[2] if argv else ""
    if engine not in ENGINES:
        return None
    words = [COMPUTED.sub("${_}", HOME.sub("~", HERE.sub(".", word))) for word in argv]
    position, _, whole = _options(words, 1)
    if words[position : position + 1] == ["container"]:
        position += 1
    if position >= len(words) or words[position] not in ("run", "create"):
        return None
    position, options, rest_whole = _options(words, position + 1)
    if position >= len(words):
        return None
    return Started(engine, options, words[position], words[position + 1 :], whole and rest_whole)


def container(argv: Sequence[str], path: str, source: str, spot: Spot, seen: Counter[str]) -> Asset | None:
    """The workload that a command starts, None where it starts none; `seen` counts the names of its file."""
    found = started(argv)
    return None if found is None else asset_of(found, path, source, spot, seen)


def asset_of(found: Started, path: str, source: str, spot: Spot, seen: Counter[str]) -> Asset:
    """The workload that a container is, at the place of the command that starts it."""
    service = _service(found, Mark(spot.line - 1, spot.column - 1))
    service.partial = not found.whole
    given = next((value for name, value in reversed(found.options) if name == "name"), "")
    name = (
        given
        if given and not UNRESOLVED.search(given)
        else found.image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    )
    spots: dict[str, Spot] = {}
    facts = workload(name or "container", Fields(service, "", "", spots, 1), Mapping())
    facts = replace(facts, controller=found.engine.removeprefix("nvidia-"))
    place = f"{facts.controller}.{facts.name}"
    seen[place] += 1
    suffix = f"~{seen[place]}" if seen[place] > 1 else ""
    places = {**dict.fromkeys(spots, spot), "": spot, "containers[0]": spot}
    return Asset(f"workload/{path}/{place}{suffix}", facts, source, path, places)


def _options(words: Sequence[str], position: int) -> tuple[int, list[tuple[str, str]], bool]:
    """The options from `position` on, where they end, and whether they were all seen."""
    found: list[tuple[str, str]] = []
    whole = True
    while position < len(words):
        word = words[position]
        if word.startswith("$") and position + 1 < len(words) and not IMAGE.match(word):
            whole = False
            position += 1
            continue
        if len(word) < 2 or word[0] != "-":
            break
        position += 1
        if word == "--":
            break
        for name, value in _split(word):
            following = words[position] if position < len(words) else ""
            taken = value is None and not following.startswith("--")  # an unknown switch takes nothing
            found.append((name, following if taken else value or "true"))
            position += taken
    return position, found, whole


def _split(word: str) -> Iterator[tuple[str, str | None]]:
    """The options in one word, `-itp 80:80` being three; None for a value that is the next word."""
    name, equals, value = word.partition("=")
    if word.startswith("--"):
        yield name[2:], value if equals else "true" if name in SWITCHES else None
        return
    for at, letter in enumerate(word[1:], 2):
        long = LETTERS.get(letter, letter)
        if f"-{letter}" in SWITCHES:
            yield long, "true"
            continue
        yield long, word[at:].removeprefix("=") or None
        return


def _service(found: Started, mark: Mark) -> Composed:
    keys: dict[str, Any] = {"image": found.image}
    for name, value in found.options:
        if name == "mount":
            keys.setdefault("volumes", []).append(_mount(value, mark))
        elif name in LISTS:
            key = LISTS[name]
            if isinstance(keys.setdefault(key, []), list):
                keys[key].append(value)
        elif name in VALUES:
            keys[VALUES[name]] = value
        elif name in TRUTHS:
            keys[TRUTHS[name]] = value != "false"
        elif name in ("P", "publish-all"):
            keys["ports"] = "all that the image declares"
        elif name == "gpus":
            keys["gpus"] = _gpus(value, mark)
        elif name == "entrypoint":
            keys["entrypoint"] = [value] if value else ""  # which clears the image's
        elif name == "health-cmd":
            keys["healthcheck"] = _mapping({"test": value}, mark)
    if found.words:
        keys["command"] = found.words
    return _mapping({key: _list(item, mark) if type(item) is list else item for key, item in keys.items()}, mark)


def _mount(text: str, mark: Mark) -> Composed:
    """`--mount type=bind,source=/a,target=/b,readonly`."""
    names = {"src": "source", "dst": "target", "destination": "target", "readonly": "read_only", "ro": "read_only"}
    keys: dict[str, Any] = {}
    for item in text.split(","):
        name, equals, value = item.partition("=")
        keys[names.get(name, name)] = value if equals else True
    if isinstance(keys.get("read_only"), str):
        keys["read_only"] = keys["read_only"] in ("true", "1")
    return _mapping(keys, mark)


def _gpus(text: str, mark: Mark) -> Any:
    """`--gpus all`, `--gpus 2`, `--gpus '"device=0,1"'`."""
    plain = text.strip("\"'")
    devices = re.search(r"device=([^\"']+)", plain)
    count = re.search(r"count=(\w+)", plain)
    if devices:
        return _list([_mapping({"device_ids": _list(devices[1].split(","), mark)}, mark)], mark)
    return count[1] if count else plain


def _mapping(keys: dict[str, Any], mark: Mark) -> Composed:
    mapping = Composed(keys)
    mapping.mark, mapping.marks = mark, dict.fromkeys(keys, mark)
    mapping.places, mapping.partial = {}, False
    return mapping


def _list(items: Sequence[Any], mark: Mark) -> List:
    result = List(items)
    result.mark, result.marks = mark, [mark] * len(items)
    return result
