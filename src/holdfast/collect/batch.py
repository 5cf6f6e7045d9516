"""A batch script for Slurm -> the job as a `workload`, and the `script` itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from holdfast.collect.job_variables import environment, variables
from holdfast.collect.shell import OPEN, conduct, interpreter
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import UNSET
from holdfast.core.image import split_image
from holdfast.formats.shell.reader import Command
from holdfast.formats.slurm.batch import Image, Option, images, options
from holdfast.kinds.script import Script, Use
from holdfast.kinds.workload import Container, Workload

SOURCE = "sbatch"
WRITTEN = ("output", "error")


def batch(text: str, path: str, commands: Sequence[Command]) -> Iterator[Asset]:
    """The job that a script describes; its account, limits and rights are the cluster's to decide."""
    given = list(options(text))
    spots = {"": Spot(1, 1)}
    facts = Script(name=path, interpreter="shell", called_by=["sbatch"], runs_as="user")
    facts = conduct(facts, text, spots).facts
    opened = facts.opens_files if isinstance(facts.opens_files, list) else []
    _write_open(given, opened, spots)
    yield Asset(f"script/{path}/script", facts, SOURCE, path, spots)
    yield _workload(text, path, given, commands)


def foreign(text: str, path: str) -> Iterator[Asset]:
    """The job that a script in another language than the shell's describes: of its conduct the options alone are read.

    Source: sbatch(1): the first line names the interpreter, of any language.
    """
    given = list(options(text))
    spots = {"": Spot(1, 1)}
    opened: list[Use] = []
    _write_open(given, opened, spots)
    facts = Script(
        name=path,
        interpreter=interpreter(text[:256].encode()),
        called_by=["sbatch"],
        runs_as="user",
        opens_files=opened,
    )
    yield Asset(f"script/{path}/script", facts, SOURCE, path, spots, glimpsed=True)
    yield _workload(text, path, given, ())


def _write_open(given: Sequence[Option], opened: list[Use], spots: dict[str, Spot]) -> None:
    """Adds what the job's output goes to in folders open to all."""
    for option in given:
        if option.name in WRITTEN and OPEN.match(option.value):
            spots[f"opens_files[{len(opened)}]"] = Spot(option.line, 1)
            opened.append(Use(name=option.value))


def _workload(text: str, path: str, given: Sequence[Option], commands: Sequence[Command]) -> Asset:
    name = next((option.value for option in given if option.name == "job-name" and option.value), "job")
    spots = {"": Spot(1, 1), "containers[0]": Spot(1, 1)}
    env = environment(variables(text, commands), spots)
    found = list(images(text))
    containers = [_container(image) for image in found] or [Container(name=name, image=None)]
    containers[0] = replace(containers[0], env=env)
    for index, image in enumerate(found):
        spots[f"containers[{index}]"] = spots[f"containers[{index}].image"] = Spot(image.line, image.column)
    facts = Workload(name=name, controller="SlurmJob", containers=containers)
    return Asset(f"workload/{path}/{name}", facts, SOURCE, path, spots, partial=True)


def _container(image: Image) -> Container:
    parts = split_image(image.reference)
    name = image.reference.rpartition("/")[2].partition(":")[0]
    if parts is None:  # a variable
        return Container(name=name, image=UNSET if "$" in image.reference else image.reference)
    return Container(
        name=name,
        image=image.reference,
        registry=parts.registry,
        repository=parts.repository,
        tag=parts.tag or None,
        digest=parts.digest or None,
    )
