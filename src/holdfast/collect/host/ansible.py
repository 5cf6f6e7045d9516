"""Plays, roles' tasks and handlers of Ansible -> `ansible_task`, and the files and containers that they make."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from holdfast.collect.downloads import Downloads
from holdfast.collect.fields import TEMPLATED
from holdfast.collect.host import ansible_containers, ansible_files
from holdfast.collect.host.acts import Acts, acts
from holdfast.collect.host.ansible_facts import facts_of, secrets, shell_text
from holdfast.collect.host.ansible_sources import Beside
from holdfast.collect.host.ansible_walk import COMMANDS, CONTAINERS, JUDGED, RULES, TASK, Task, tasks
from holdfast.collect.host.parts import Item, Part, read_parts
from holdfast.collect.host.settings import unreadable
from holdfast.collect.launches import of_workload
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap, Read, Rendered, template
from holdfast.core.errors import FormatError
from holdfast.core.fact import Secret
from holdfast.core.suppression import Directive
from holdfast.formats.yaml import load

PLACE = re.compile(r"(?:^|/)(?:tasks|handlers|playbooks)/")
"""Folders whose lists are tasks, whatever modules they name."""
PARTS = 5_000
"""Files that the tasks of one file write and that are judged."""
SIZE = 64 << 20
"""Bytes of them altogether."""
FULL = f"writes more than {PARTS} files or {SIZE} bytes with all loops: what follows was not judged"
FILTERING = "sets rules of a packet filter one by one: not judged without the rest"


def read(data: bytes, path: str) -> Iterator[Item | Read | Directive | Rendered]:
    """The tasks of a file that holds some; anything else that is a list shows nothing."""
    named, placed = TASK.search(data) is not None, PLACE.search(path) is not None
    try:
        document = load(data)
    except FormatError as error:
        if named and placed:
            yield unreadable(path, data, "tasks of Ansible", error)
        return
    sure = named or placed
    yield from _File(path).items(list(tasks(document, sure=sure)))


def vars_of(task: Task, outer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The variables that hold for the tasks behind a play or a block: a play begins anew."""
    given = task.row.get("vars")
    own = given if isinstance(given, dict) else {}
    return own if task.module == "play" else {**outer, **own}


class _File:
    """One file of tasks."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.seen: Counter[str] = Counter()
        self.containers: Counter[str] = Counter()
        self.fetched = Downloads()
        self.parts: list[Part] = []
        self.beside = Beside(path)
        self.size = 0
        self.full = False
        """Whether more is written than is judged."""
        self.filtering = 0

    def items(self, found: list[Task]) -> Iterator[Item | Read | Directive | Rendered]:
        """What the tasks are and make."""
        for task in found:
            if task.module in RULES and not self.filtering and task.arguments.get("state") != "disabled":
                self.filtering = task.line
            done = self.done(task)
            yield from self.task(task, done)
            if task.module in CONTAINERS:
                yield from self.started(task)
            if task.module in ("play", "block"):
                self.beside.play = vars_of(task, self.beside.play)
            for part in (*self.beside.written(task), *done.parts) if not self.full else ():
                if isinstance(part, Gap):
                    yield part
                    continue
                if not self.beside.reader(part.path):
                    continue
                if not part.source and TEMPLATED.search(part.data.decode("utf-8", "replace")):
                    yield template(self.path, part.line)
                else:
                    self.parts.append(part._replace(branch=task.branch))
                    self.size += len(part.data)
            if not self.full and (len(self.parts) > PARTS or self.size > SIZE):
                self.full = True
                yield Gap(self.path, FULL, "left_out", task.line)
        if self.filtering:
            yield Gap(self.path, FILTERING, "left_out", self.filtering)
        yield from self.beside.gaps()
        yield from read_parts(self.path, self.parts)
        yield from self.beside.said()

    def done(self, task: Task) -> Acts:
        """What the commands of a task do, once for each item of a literal list that it goes through."""
        found = Acts()
        if task.module not in COMMANDS:
            return found
        text = shell_text(task)
        line = task.line + ("\n" in text)
        for item in ansible_files.items(task.row) if "item" in text else [None]:
            one = acts(str(ansible_files.filled(text, item)), line)
            found.parts += one.parts
            found.off += [each for each in one.off if each not in found.off]
            found.opened += one.opened
            found.passwords += one.passwords
        return found

    def task(self, task: Task, done: Acts) -> Iterator[Asset]:
        """The task itself, where something is asked of its module or stands in it."""
        facts = facts_of(task, done, self.fetched)
        if task.module not in JUDGED and not facts.credentials and not facts.protections_off:
            return
        name = str(facts.name)
        self.seen[name] += 1
        number = f"~{self.seen[name]}" if self.seen[name] > 1 else ""
        held = secrets(task, done)
        spots = {"": Spot(task.line, 1)}
        if held:
            spots["credentials"] = next(iter(held.values())).spot
        hidden = tuple(Secret(literal.text) for literal in held.values())
        yield Asset(f"ansible_task/{self.path}/{name}{number}", facts, "ansible", self.path, spots, hidden=hidden)

    def started(self, task: Task) -> Iterator[Item]:
        """The containers that a task starts, with the servers in them."""
        for item in ansible_files.items(task.row):
            values = {key: ansible_files.filled(value, item) for key, value in task.arguments.items()}
            found = ansible_containers.container(task.module, values, self.path, Spot(task.line, 1), self.containers)
            if found is not None:
                yield found
                yield from of_workload(found)
