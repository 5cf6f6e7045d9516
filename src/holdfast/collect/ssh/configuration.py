"""Configuration of OpenSSH -> the server, the client and the keys that it describes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from holdfast.collect.owned import runs_owned, words
from holdfast.collect.ssh.cases import FACTS
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.kinds.authorized_keys import AuthorizedKeys, Key
from holdfast.kinds.ssh_client import Setting as ClientSetting
from holdfast.kinds.ssh_client import SshClient
from holdfast.kinds.ssh_server import Case, Setting, SshServer

if TYPE_CHECKING:
    from holdfast.formats.ssh import reach
    from holdfast.formats.ssh.blocks import Block
    from holdfast.formats.ssh.includes import Include
    from holdfast.formats.ssh.model import Config

SOURCE = "config"
EVERYONE = "every connection"

_HOME = re.compile(r"(?:^|/)(?:(?:home/([^/]+)|(root))/\.ssh/authorized_keys2?|authorized_keys\.d/([^/]+))$")


def server(path: str, data: bytes, include: Include) -> Iterator[Asset | Edge | Gap]:
    """The server of an sshd_config; `include` finds the files that it includes (`formats.ssh.includes.Include`)."""
    from holdfast.formats.ssh.server import read

    try:
        config = read(data, path, include)
    except FormatError as error:
        yield Gap(path, f"not readable as sshd_config: {error.what}", "unreadable", error.line)
        return
    places = _Places(path)
    problems = [f"{each.path}:{each.line}: {each.what}" for each in config.refused]
    for name, place in (("problems", config.refused), ("starts", config.refused), ("needs", config.problems)):
        if place:
            places.add(name, place[0].path, place[0].line)
    versions = [each.since for each in config.problems if each.since]
    facts = SshServer(
        name=path,
        files=list(config.files),
        starts=not problems,
        problems=problems,
        needs=max(versions, key=_age) if versions else None,
        cases=UNSET if problems else _cases(config, places),
        settings=UNSET if problems else _settings(config, places),
    )
    yield Asset(f"ssh_server/{path}/sshd", facts, SOURCE, path, places.spots)


def _age(version: str) -> tuple[int, ...]:
    """Orders versions; a patched build is not older than any."""
    parts = version.split(".")
    return tuple(int(part) for part in parts) if parts[0].isdigit() else (99,)


class _Places:
    """Places in a configuration and the files that it includes."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.spots: dict[str, Spot] = {"": Spot(1, 1)}

    def add(self, fact: str, path: str, line: int) -> None:
        """Records where a fact stands."""
        self.spots[fact] = Spot(line, 1, "", "" if path == self._path else path)


def _connections(block: Block | None) -> str:
    """Which connections meet a block; a line that nobody would read to its end is cut."""
    return shorten(block.text, 200, placeholder=" ...") if block else EVERYONE


def _cases(config: Config, places: _Places) -> list[Case]:
    from holdfast.formats.ssh import reach

    found: list[Case] = []
    common: dict[str, Any] = {}
    for each in reach.cases(config):
        facts = {name: fact(each) for name, (fact, _) in FACTS.items()}
        if each.block is None:
            common = facts
            facts = {name: value if _certain(config, each, name) else UNSET for name, value in facts.items()}
        else:
            facts = {
                name: value if _own(each, name) and value != common[name] else None for name, value in facts.items()
            }
            if each.block.excludes_user("root"):
                facts["root_login"] = None
        if each.block and all(value is None for value in facts.values()):
            continue
        base = f"cases[{len(found)}]"
        if each.block:
            places.add(base, each.block.path, each.block.line)
        for name, (_, slots) in FACTS.items():
            given = [setting for slot in slots for setting in each.settings.get(slot, ())]
            own = [setting for setting in given if setting.block is each.block] or given
            if own and facts[name] is not None:
                places.add(f"{base}.{name}", own[0].path, own[0].line)
        found.append(
            Case(
                name=_connections(each.block),
                file=each.block.path if each.block else config.path,
                **facts,
            )
        )
    for unseen in config.unseen:
        places.add(f"cases[{len(found)}]", unseen.path, unseen.line)
        found.append(Case(name=f"Include {unseen.pattern}", file=unseen.path))
    return found


def _own(case: reach.Case, name: str) -> bool:
    """Whether a setting of the case's own block has a part in the fact."""
    return any(case.given_here(slot) for slot in FACTS[name][1])


def _certain(config: Config, case: reach.Case, name: str) -> bool:
    """Whether no file that could not be read sets the fact before the setting that is known."""
    first = {id(setting): place for place, setting in reversed(list(enumerate(config.settings)))}
    for unseen in config.unseen:
        if unseen.block is not None and not unseen.block.universal:
            continue
        for slot in FACTS[name][1]:
            given = case.settings.get(slot)
            if not given or first[id(given[0])] >= unseen.before:
                return False
    return True


def _settings(config: Config, places: _Places) -> list[Setting]:
    from holdfast.formats.ssh import reach

    found: list[Setting] = []
    for keyword, values in reach.reachable(config).items():
        for each in values:
            if not each.line:
                continue
            places.add(f"settings[{len(found)}]", each.path, each.line)
            connections = _connections(each.block)
            found.append(Setting(keyword=keyword, value=" ".join(each.values), connections=connections, file=each.path))
    return found


def client(path: str, data: bytes, include: Include) -> Iterator[Asset | Edge | Gap]:
    """The client of an ssh_config; the one of the system is called `/etc/ssh/ssh_config` or lies in that folder."""
    from holdfast.formats.ssh.client import read

    try:
        config = read(data, path, include, user="etc/ssh/" not in path)
    except FormatError as error:
        yield Gap(path, f"not readable as ssh_config: {error.what}", "unreadable", error.line)
        return
    places = _Places(path)
    found: list[ClientSetting] = []
    for keyword in dict.fromkeys(each.keyword for each in config.settings):
        for each in config.reachable(keyword):
            places.add(f"settings[{len(found)}]", each.path, each.line)
            found.append(
                ClientSetting(
                    keyword=keyword,
                    value=" ".join(each.args),
                    hosts=each.block.text if each.block else "every host",
                    everywhere=each.everywhere,
                    file=each.path,
                )
            )
    for unseen, _ in config.unseen:
        places.add(f"settings[{len(found)}]", unseen.path, unseen.line)
        found.append(ClientSetting(hosts=f"Include {' '.join(unseen.args)}", file=unseen.path))
    problems = [f"{each.path}:{each.line}: {each.what}" for each in config.problems]
    if config.problems:
        places.add("problems", config.problems[0].path, config.problems[0].line)
    facts = SshClient(name=path, files=list(config.files), problems=problems, settings=UNSET if problems else found)
    yield Asset(f"ssh_client/{path}/ssh", facts, SOURCE, path, places.spots)


def keys(path: str, data: bytes) -> Iterator[Asset | Edge | Gap]:
    """The keys of an authorized_keys file."""
    from holdfast.formats.ssh.authorized_keys import read

    try:
        file = read(data)
    except FormatError as error:
        yield Gap(path, f"not readable as authorized_keys: {error.what}", "unreadable", error.line)
        return
    spots: dict[str, Spot] = {"": Spot(1, 1)}
    found: list[Key] = []
    for each in file.keys:
        command = next(iter(each.values("command")), None)
        spots[f"keys[{len(found)}]"] = Spot(each.line, 1)
        found.append(
            Key(
                type=each.type,
                bits=each.bits,
                fingerprint=each.fingerprint,
                comment=each.comment or None,
                options=list(dict.fromkeys(option.name for option in each.options)),
                command=command,
                own_command=None if command is None else runs_owned(words(command)) is not None,
                sources=_limits(next(iter(each.values("from")), "*")),
                expires=next(iter(each.values("expiry-time")), None),
                certificate_authority=each.has("cert-authority"),
                port_forwarding=each.permits("port-forwarding"),
                agent_forwarding=each.permits("agent-forwarding"),
                terminal=each.permits("pty"),
            )
        )
    if file.problems:
        spots["ignored"] = Spot(file.problems[0].line, 1)
    facts = AuthorizedKeys(
        name=path,
        account=_account(path),
        keys=found,
        ignored=[f"line {each.line}: {each.what}" for each in file.problems],
    )
    yield Asset(f"authorized_keys/{path}/keys", facts, SOURCE, path, spots)


def _limits(sources: str) -> str | None:
    """A list of addresses and names; None for one that leaves none out."""
    everywhere = {"*", "0.0.0.0/0", "::/0"} & {entry.strip() for entry in sources.split(",")}
    return None if everywhere else sources


def _account(path: str) -> str | None:
    match = _HOME.search(path)
    return (match[1] or match[2] or match[3]) if match else None
