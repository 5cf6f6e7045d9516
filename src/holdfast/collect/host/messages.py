"""rsyslog and journald of a host: where messages go -> `logging`."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from msgspec import UNSET

from holdfast.collect.host.node import below, drop_ins
from holdfast.collect.host.settings import unreadable
from holdfast.collect.owned import runs_owned, words
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.formats import key_values, rsyslog
from holdfast.formats.servers.address import endpoint, loopback
from holdfast.kinds.logging import Logging, LogSource, LogTarget

__all__ = ["Configured", "Messages", "certain"]

AGENTS = ("fluent-bit", "td-agent", "fluent", "vector", "filebeat", "promtail", "alloy", "otelcol", "otelcol-contrib",
          "datadog-agent", "splunk", "nxlog", "google-cloud-ops-agent", "amazon-cloudwatch-agent")  # fmt: skip
"""Folders of `etc` that agents which ship logs bring along."""
EMPTY = ("", "no", "none")


def certain(answer: bool, whole: bool) -> Fact[bool]:
    """An answer that only holds when all was read, unless what was read is enough."""
    return True if answer else False if whole else UNSET


class Configured:
    """One host's files of `name = value` rows, with what could not be read of them."""

    def __init__(self, files: Files, root: str) -> None:
        self.files = files
        self.root = root
        self.gaps: list[Gap] = []
        self.whole = True

    def settings(self, *paths: str) -> dict[str, tuple[key_values.Setting, str]]:
        """Key in lower case -> the setting that holds, the last, with its file."""
        found: dict[str, tuple[key_values.Setting, str]] = {}
        for path in paths:
            data = self.files.read(path)
            if data is None:
                continue
            try:
                found.update({each.key.lower(): (each, path) for each in key_values.read(data)})
            except FormatError as error:
                self.gaps.append(unreadable(path, data, "settings", error))
                self.whole = False
        return found


class Messages(Configured):
    """Where messages of one host go."""

    told = False
    """Whether rsyslog's main file was seen with all that it includes."""

    def logging(self, path: str) -> Asset:
        """Where messages go."""
        spots = {"": Spot(1, 1, "", path)}
        targets: list[LogTarget] = []
        takes, programs, sources = False, list[str](), list[LogSource]()
        for place, file in self.rsyslog():
            takes = takes or bool(file.inputs)
            for taken in file.inputs:
                spots[f"sources[{len(sources)}]"] = Spot(taken.line, 1, "", place)
                local = bool(taken.address) and loopback(taken.address) is True
                sources.append(LogSource(name=f"{taken.module} {taken.port}", tls=taken.tls, loopback=local))
            for program in file.programs:
                own = runs_owned(words(program.command))
                if own is not None:
                    spots[f"own_programs[{len(programs)}]"] = Spot(program.line, 1, "", place)
                    programs.append(own)
            for each in file.forwards:
                spots[f"targets[{len(targets)}]"] = Spot(each.line, 1, "", place)
                targets.append(
                    LogTarget(
                        address=f"{each.target}:{each.port}",
                        protocol=each.protocol,
                        tls=each.tls,
                        anonymous=each.anonymous,
                        loopback=UNSET if not each.target else loopback(each.target) is True,
                    )
                )
        self.upload(targets, spots)
        journal_files = self.family("journald.conf")
        storage = self.settings(*journal_files).get("storage")
        if storage is not None:
            spots["journal"] = Spot(storage[0].line, 1, "", storage[1])
        facts = Logging(
            name=self.root or ".",
            targets=targets,
            ships=self.ships(targets),
            takes_from_others=takes,
            sources=sources,
            own_programs=programs,
            journal=storage[0].value.lower() if storage is not None else "auto" if self.has(*journal_files) else UNSET,
        )
        return Asset(f"logging/{self.root}logging", facts, self.files.source, path, spots)

    def upload(self, targets: list[LogTarget], spots: dict[str, Spot]) -> None:
        """Adds where journald's messages are uploaded to."""
        upload = self.settings(*self.family("journal-upload.conf")).get("url")
        if upload is None or upload[0].value.lower() in EMPTY:
            return
        spots[f"targets[{len(targets)}]"] = Spot(upload[0].line, 1, "", upload[1])
        url = upload[0].value
        secure = not url.startswith("http://")
        host = endpoint(url if "://" in url else f"https://{url}")[0]
        targets.append(
            LogTarget(
                address=url,
                protocol="https" if secure else "http",
                tls=secure,
                anonymous=False,
                loopback=loopback(host) is True,
            )
        )

    def family(self, name: str) -> list[str]:
        """A file of systemd and its drop-ins that are here."""
        main = below(self.files, self.root, f"etc/systemd/{name}")
        return [
            path
            for path in (main, *drop_ins(self.files, self.root, f"systemd/{name}.d"))
            if self.files.read(path) is not None
        ]

    def ships(self, targets: list[LogTarget]) -> Fact[bool]:
        """Whether messages leave the host."""
        agents = {*self.files.entries(f"{self.root}etc")} & {*AGENTS}
        whole = self.whole and (self.files.host is not None or self.told)
        return certain(bool(agents) or any(target.loopback is not True for target in targets), whole)

    def has(self, *paths: str) -> bool:
        """Whether a main file is among these, or drop-ins alone of a host's own tree."""
        main = any(not path.rpartition("/")[0].endswith(".d") for path in paths)
        return main or (bool(paths) and self.files.host is not None)

    def rsyslog(self) -> Iterator[tuple[str, rsyslog.Rsyslog]]:
        """Rsyslog's files, those that it includes after the one that does."""
        main = below(self.files, self.root, "etc/rsyslog.conf")
        folder = f"{self.root}etc/rsyslog.d"
        folder = folder if self.files.entries(folder) else f"{self.root}rsyslog.d"
        beside = [f"{folder}/{name}" for name in self.files.entries(folder) if name.endswith(".conf")]
        waiting = [main] if self.files.read(main) is not None else beside
        seen: set[str] = set()
        self.told = self.files.read(main) is not None
        while waiting and len(seen) < 200:
            path = waiting.pop(0)
            data = self.files.read(path)
            if data is None or path in seen:
                continue
            seen.add(path)
            try:
                file = rsyslog.read(data)
            except FormatError as error:
                self.gaps.append(unreadable(path, data, "rsyslog's configuration", error))
                self.whole = False
                continue
            yield path, file
            for include in file.includes:
                where, _, name = include.pattern.rpartition("/")
                where = f"{self.root}{where.lstrip('/')}"
                names = [each for each in self.files.entries(where) if fnmatchcase(each, name)]
                self.told = self.told and bool(names)
                waiting += [f"{where}/{each}" for each in names]
