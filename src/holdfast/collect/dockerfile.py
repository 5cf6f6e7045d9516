"""A Dockerfile or Containerfile -> an `image`, and the servers that it starts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import UNSET, UnsetType

from holdfast.collect.downloads import program, runs_download
from holdfast.collect.launches import SHELLS, servers, shell_text
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap, template
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact, Secret
from holdfast.core.image import split_image
from holdfast.core.packages import Package, installed
from holdfast.formats.dockerfile.model import Assign, Command, Dockerfile, Transfer
from holdfast.formats.dockerfile.model import Image as Built
from holdfast.formats.dockerfile.reader import read
from holdfast.formats.servers.recognise import Launch
from holdfast.kinds.image import Copy, Image, Run, Stage, Variable

if TYPE_CHECKING:
    from holdfast.formats.shell.reader import Command as Shell

SOURCE = "dockerfile"
HOLE = re.compile(rb"\{\{|\{%|<%")
"""What a template puts in, or does, in place of the text itself: Jinja, Go or ERB."""
CLUSTER_KEY = re.compile(r"(?:^|/)(?:munge\.key|slurm\.key|slurm\.jwks|jwt_hs256\.key)(?![\w.-])")
REMOTE = re.compile(r"https?://|git@|git://|ssh://", re.IGNORECASE)


def _refused(file: Dockerfile, path: str) -> Iterator[Gap]:
    """The first line that the builder would refuse, which is where it stops, and how many more there are."""
    if file.problems:
        first = file.problems[0]
        more = f", and {len(file.problems) - 1} more" if len(file.problems) > 1 else ""
        yield Gap(path, f"the builder would refuse this line{more}: {first.what}", "unreadable", first.line)


def dockerfile(data: bytes, path: str) -> Iterator[Asset | Edge | Gap]:
    """The image of a build file; a line that the builder would refuse is a gap."""
    file: Dockerfile | None = None
    try:
        file = read(data)
        gaps = list(_refused(file, path))
    except FormatError as error:
        gaps = [Gap(path, f"not readable as a Dockerfile: {error.what}", "unreadable", error.line)]
    hole = HOLE.search(data) if gaps else None
    if hole is not None:
        yield template(path, data.count(b"\n", 0, hole.start()) + 1)
        return
    yield from gaps
    if file is None:
        return
    built = file.image()
    spots: dict[str, Spot] = {"": Spot(file.stages[0].line, file.stages[0].column)}
    hidden = tuple(_cluster_keys(file))
    asset = Asset(f"image/{path}/image", _image(file, built, path, spots), SOURCE, path, spots, hidden=hidden)
    yield asset
    start = built.entrypoint or built.cmd
    spot = Spot(start.line, start.column) if start else spots["stages[0]"]
    try:
        yield from servers(_launch(built), asset, "", spot)
    except FormatError as error:
        yield Gap(path, f"its command is not readable: {error.what}", "unreadable", spot.line)


def _cluster_keys(file: Dockerfile) -> Iterator[Secret]:
    """The keys of Slurm clusters that stand in the file itself."""
    for item in (each for stage in file.stages for each in stage.instructions):
        into = item.destination if isinstance(item, Transfer) else item.text if isinstance(item, Command) else ""
        if isinstance(item, Transfer | Command) and item.heredocs and CLUSTER_KEY.search(into):
            yield from (Secret(heredoc.text) for heredoc in item.heredocs)


def _launch(built: Built) -> Launch:
    return Launch(
        image="" if "$" in built.base else built.base,
        argv=tuple(_argv(built)),
        command_replaced=built.entrypoint is not None or built.cmd is None,
        env=dict(built.variables),
    )


def _argv(built: Built) -> list[str]:
    words: list[str] = []
    for command in (built.entrypoint, built.cmd):
        if command is not None:
            words += command.words
            if not command.exec_form and command is built.entrypoint:
                break  # a shell-form entrypoint ignores the command
    return words


def _image(file: Dockerfile, built: Built, path: str, spots: dict[str, Spot]) -> Image:
    if built.user is not None:
        spots["user"] = spots["root"] = Spot(built.user.line, built.user.column)
    start = built.cmd or built.entrypoint
    if start is not None:
        spots["argv"] = Spot(start.line, start.column)
    user = built.user.value if built.user is not None else None
    runs, packages = _runs(file, built, spots)
    return Image(
        name=path,
        stages=_stages(file, built, spots),
        user=UNSET if user and "$" in user else user,
        root=_is_root(user),
        variables=_variables(file, built, spots),
        ports=[int(port.partition("/")[0]) for port in built.ports if port.partition("/")[0].isdecimal()],
        runs=runs,
        packages=packages,
        copies=_copies(built, spots),
        argv=_argv(built),
        healthcheck=built.healthcheck is not None,
    )


def _is_root(user: str | None) -> bool | UnsetType:
    if user is None or "$" in user:
        return UNSET
    return user.partition(":")[0] in ("root", "0")


def _stages(file: Dockerfile, built: Built, spots: dict[str, Spot]) -> list[Stage]:
    result: list[Stage] = []
    shipped = {stage.index for stage in built.stages}
    for stage in file.stages:
        spots[f"stages[{len(result)}]"] = Spot(stage.line, stage.column)
        outside = stage.parent is None and stage.base != "scratch"
        reference = split_image(stage.base) if outside and "$" not in stage.base else None
        missing: UnsetType | None = UNSET if outside and reference is None else None
        result.append(
            Stage(
                name=stage.name or None,
                base=stage.base if reference else missing,
                registry=reference.registry if reference else missing,
                repository=reference.repository if reference else missing,
                tag=reference.tag if reference else missing,
                digest=reference.digest if reference else missing,
                final=stage.index == file.stages[-1].index,
                shipped=stage.index in shipped,
            )
        )
    return result


def _variables(file: Dockerfile, built: Built, spots: dict[str, Spot]) -> list[Variable]:
    result: list[Variable] = []
    pairs = [(pair, True) for pair in file.args]
    for stage in built.stages:
        for instruction in stage.instructions:
            if isinstance(instruction, Assign) and instruction.keyword in ("ENV", "ARG"):
                pairs += [(pair, instruction.keyword == "ARG") for pair in instruction.pairs]
    for pair, argument in pairs:
        spots[f"variables[{len(result)}]"] = Spot(pair.line, pair.column)
        value: Fact[Secret] = None if pair.value is None else UNSET if "$" in pair.value else Secret(pair.value)
        result.append(Variable(name=pair.name, value=value, argument=argument))
    return result


def _runs(file: Dockerfile, built: Built, spots: dict[str, Spot]) -> tuple[list[Run], Fact[list[Package]]]:
    """What every stage runs, and the packages that the shipped ones install so."""
    result: list[Run] = []
    packages: list[Package] = []
    shipped, complete = {stage.index for stage in built.stages}, True
    defaults = {pair.name: pair.value for pair in file.args}
    known: dict[int | None, dict[str, str]] = {None: {}}
    for stage in file.stages:
        known[stage.index] = dict(known[stage.parent])
        for command in stage.instructions:
            if isinstance(command, Assign):
                _set(known[stage.index], command, defaults)
            elif isinstance(command, Command) and command.keyword == "RUN":
                spots[f"runs[{len(result)}]"] = Spot(command.line, command.column)
                run, commands = _run(command, known[stage.index])
                result.append(run)
                complete = complete and commands is not None
                for found in commands or () if stage.index in shipped else ():
                    for package in installed(found.argv):
                        place = command.spot(found.line, found.column)
                        spots[f"packages[{len(packages)}]"] = Spot(place.line, place.column)
                        packages.append(package)
    return result, packages if complete else UNSET


def _set(known: dict[str, str], command: Assign, defaults: Mapping[str, str | None]) -> None:
    """Takes over what `ENV` and `ARG` set; an `ARG` without a value has the one from before the first stage."""
    for pair in command.pairs:
        value = defaults.get(pair.name) if pair.value is None else pair.value
        if value and "$" not in value:
            known[pair.name] = value


def _run(command: Command, known: Mapping[str, str]) -> tuple[Run, list[Shell] | None]:
    """A command of the build and the programs that it starts; None where they cannot be read."""
    insecure = command.flag("security") == "insecure" or command.flag("network") == "host"
    text = " ".join(command.argv) if command.exec_form else command.text
    at = shell_text(command.argv) if command.exec_form else 0
    from holdfast.formats.shell import reader

    if command.exec_form and not at:
        alone = reader.Command(command.argv, {}, 1, 1)
        return Run(text=text, programs=[program(command.argv)], piped_to_shell=False, insecure=insecure), [alone]
    if command.interpreter and program((command.interpreter.removeprefix("#!").split() or [""])[:1]) not in SHELLS:
        return Run(text=text, programs=[], piped_to_shell=False, insecure=insecure), []
    try:
        commands = reader.read(command.argv[at] if at else text, known)
    except FormatError:
        return Run(text=text, programs=UNSET, piped_to_shell=UNSET, insecure=insecure), None
    piped = any(runs_download(found) for found in commands)
    return Run(
        text=text, programs=[program(c.argv) for c in commands], piped_to_shell=piped, insecure=insecure
    ), commands


def _copies(built: Built, spots: dict[str, Spot]) -> list[Copy]:
    result: list[Copy] = []
    for stage in built.stages:
        for item in stage.instructions:
            if isinstance(item, Transfer) and not item.flag("from"):
                spots[f"copies[{len(result)}]"] = Spot(item.line, item.column)
                remote = item.keyword == "ADD" and any(REMOTE.match(source) for source in item.sources)
                result.append(
                    Copy(
                        sources=list(item.sources),
                        destination=item.destination,
                        remote=remote,
                        verified=bool(item.flag("checksum")),
                    )
                )
    return result
