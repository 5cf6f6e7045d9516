"""What lies beside a file of tasks: the files that they copy, and the variables that name where these go.

Sources, checked 2026-11-30: documentation of ansible.builtin.copy and template (Ansible 12); "Search paths in Ansible":
a role's own `files` or `templates`, the role, then the same of the folder of the tasks; "Using variables": the `vars`
of a role go before those of a play, and these before its `defaults`.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from collections.abc import Mapping as Table
from functools import cached_property
from typing import Any

from holdfast.collect.fields import TEMPLATED
from holdfast.collect.host import ansible_files
from holdfast.collect.host.ansible_walk import Task
from holdfast.collect.host.parts import Part
from holdfast.collect.readers import DOCUMENTS, reader_of
from holdfast.collect.together import Files, confines
from holdfast.core.coverage import Gap, Read, Rendered, template
from holdfast.core.errors import FormatError
from holdfast.core.suppression import Directive
from holdfast.formats.yaml import Mapping, Sequence, load

LEVELS = ("tasks", "handlers")
"""Folders of tasks in a role."""
FOLDERS = {"copy": "files", "template": "templates"}
"""Module -> the folder in which its sources lie."""
EXPRESSION = re.compile(r"\{\{-?\s*([A-Za-z_]\w*)\s*-?\}\}", re.ASCII)
MANAGED = re.compile(rb"\{\{-?\s*ansible_managed\b[^}\n]{0,100}\}\}|\{#[^#]{0,2000}#\}")
"""What stands at the head of templates and says nothing."""
CLUSTER_KEY = re.compile(r"\.(?:key|jwks)$|jwt_hs256")
"""Keys of clusters, which are better kept elsewhere."""
HOLE = re.compile(rb"\{\{|\{%")
DEPTH = 5
"""How often a variable may be named in another one."""
EXPANDED = 1 << 22
"""Characters that the variables of one file of tasks may add; past that they stay as written."""
JUDGED = re.compile(
    r"(?i)sshd|ssh_config|authorized_keys|sudoers|docker|daemon\.json|containerd|sysctl|modprobe|pam_?d\b|fstab|crypttab"
    r"|exports|nftables|iptables|slurm|munge|systemd|auditd|audit_rules|rsyslog|journald|grub"
)
"""What the name of a place says whose files are judged, where a variable stands in it."""
SHOWN = 5
"""Files that a gap names."""


class Beside:
    """The files and variables beside one file of tasks."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.play: Table[str, Any] = {}
        """The variables of the play whose tasks follow."""
        self.rendered: list[str] = []
        """Templates without holes, which are judged as what they become."""
        self.left = EXPANDED
        """Characters that variables may still add."""
        self.missing: dict[str, int] = {}
        """Sources that are not here, `src` to `dest`, with the line of the task."""
        folder = posixpath.dirname(path)
        steps = folder.split("/")
        level = next((at for at in range(len(steps) - 1, -1, -1) if steps[at] in LEVELS), -1)
        self.role = "/".join(steps[:level]) if level >= 0 else None
        """The folder of the role, None for a playbook."""
        self.folders = list(dict.fromkeys(each for each in (self.role, folder) if each is not None))

    @cached_property
    def files(self) -> Files:
        """The files of the repository, or of the role where there is none; no file where the tasks are none."""
        return Files({}, *confines(self.folders[0])) if os.path.isfile(self.path) else Files({})

    @cached_property
    def variables(self) -> dict[str, dict[str, Any]]:
        """The literal `vars` and `defaults` of the role."""
        found: dict[str, dict[str, Any]] = {}
        for level in ("vars", "defaults") if self.role is not None else ():
            for name in ("main.yml", "main.yaml"):
                data = self.files.read(posixpath.join(self.role or "", level, name))
                try:
                    value = load(data) if data is not None else None
                except FormatError:
                    continue
                if isinstance(value, Mapping):
                    found[level] = dict(value)
        return found

    def value(self, name: str, own: Any = None) -> Any:
        """What a variable holds, None where nothing beside it says so."""
        tables = (own, self.variables.get("vars"), self.play, self.variables.get("defaults"))
        return next((table[name] for table in tables if isinstance(table, dict) and name in table), None)

    def resolved(self, value: Any, own: Any = None, depth: int = 0) -> Any:
        """A text with the variables put in that are known."""
        if not isinstance(value, str) or "{{" not in value or depth > DEPTH:
            return value

        def put(match: re.Match[str]) -> str:
            found = self.resolved(self.value(match[1], own), own, depth + 1) if self.left > 0 else None
            # An empty default stands for what somebody has to set.
            text = str(found) if isinstance(found, str | int | float) and found != "" else match[0]
            self.left -= len(text) + 1
            return text

        return EXPRESSION.sub(put, value)

    def items(self, row: Mapping) -> list[Any]:
        """The items that a task goes through, those of a variable that is known, too."""
        for key in ansible_files.LOOPS:
            match = EXPRESSION.fullmatch(row[key].strip()) if isinstance(row.get(key), str) else None
            value = self.value(match[1], row.get("vars")) if match is not None else None
            if isinstance(value, Mapping | Sequence):
                return ansible_files.looped(value)
        return ansible_files.items(row)

    def written(self, task: Task) -> Iterator[Part | Gap]:
        """What a task writes, with text of its own or that of a file beside it."""
        own = task.row.get("vars")
        for item in self.items(task.row):
            values = {
                key: self.resolved(ansible_files.filled(value, item), own) for key, value in task.arguments.items()
            }
            if task.module in FOLDERS and values.get("content") is None and values.get("state", "present") != "absent":
                yield from self.copied(task, values)
                continue
            yield from self.told(ansible_files.written(task.module, task.row, task.arguments, values))

    def told(self, parts: Iterator[Part]) -> Iterator[Part | Gap]:
        """Parts, and the gaps that those are whose place nobody knows though its name says that it is judged."""
        for part in parts:
            if TEMPLATED.search(part.path) and JUDGED.search(part.path) and self.reader(part.path) in ("", DOCUMENTS):
                yield template(self.path, part.line)
            else:
                yield part

    def copied(self, task: Task, values: Table[str, Any]) -> Iterator[Part | Gap]:
        """The file beside it that a task copies, by the place to which it goes."""
        source, target = values.get("src"), values.get("dest")
        if not isinstance(source, str) or not isinstance(target, str):
            return
        line = task.line
        if target.endswith("/") or not self.reader(target):
            inside = posixpath.join(target, posixpath.basename(source).removesuffix(".j2"))
            target = inside if self.reader(inside) else target
        reader = self.reader(target)
        if reader in ("", DOCUMENTS) and TEMPLATED.search(target) and JUDGED.search(target):
            yield template(self.path, line)
            return
        if not reader:
            return
        found = self.source(FOLDERS[task.module], source) if not values.get("remote_src") else None
        if found is None:
            if task.module == "template":
                yield template(self.path, line)
            elif not CLUSTER_KEY.search(target) and (reader != DOCUMENTS or target.startswith("/etc/")):
                self.missing.setdefault(f"{source} to {target}", line)
            return
        data = self.files.members[found]
        if task.module == "template":
            data = MANAGED.sub(b"", data)
            if HOLE.search(data):
                yield template(self.path, line)
                return
            self.rendered.append(found)
        if reader_of(found) != reader:  # else it is judged where it lies
            yield Part(target, data, 1, source=found)

    def source(self, kind: str, name: str) -> str | None:
        """The path of a file that a task names."""
        if TEMPLATED.search(name) or name.startswith(("/", "~")):
            return None
        for folder in self.folders:
            for below in (f"{kind}/{name}", name):
                place = posixpath.normpath(posixpath.join(folder, below))
                if self.files.read(place) is not None:
                    return place
        return None

    def reader(self, target: str) -> str:
        """Which reader judges what lies at a place of the host."""
        return reader_of(f"{self.path}#/{target.lstrip('/')}")

    def gaps(self) -> Iterator[Gap]:
        """The sources that are not here, once for all of them."""
        if self.missing:
            names = list(self.missing)
            more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
            reason = f"copies {', '.join(names[:SHOWN])}{more}: not here, and so not judged"
            yield Gap(self.path, reason, "left_out", next(iter(self.missing.values())))

    def said(self) -> Iterator[Read | Gap | Directive | Rendered]:
        """What is said of files that were read because tasks name them, and that no reader gets by itself."""
        if "files" in self.__dict__:
            yield from (each for each in self.files.also if isinstance(each, Gap) or not reader_of(each.path))
        yield from map(Rendered, self.rendered)
