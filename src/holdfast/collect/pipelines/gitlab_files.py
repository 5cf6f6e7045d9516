"""GitLab CI configurations with the files of their repository that they include.

A name under `local` counts from the root of the repository, which a tree of files does not tell: the nearest folder
above in which there is such a file is taken for it. Included files are read wherever they lie within the target's
confines and whatever they are called; what is included from elsewhere is said once a file.

Source, checked 2026-11-30: GitLab Docs, "CI/CD YAML syntax reference" (`include`, `include:local` with wildcards) and
"Use CI/CD configuration from other files".
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator

from holdfast.collect.pipelines import gitlab
from holdfast.collect.pipelines.gitlab import Named
from holdfast.collect.pipelines.gitlab_values import lost
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats import yaml

MAX_ABOVE = 32
"""Folders above a file that may be the root of its repository."""
MAX_WILDCARDS = 3
"""More of them in a name are not followed."""
MAX_FOLDERS = 2000
"""Folders that are looked into for all names with wildcards."""
MAX_NAME = 1000
WILDCARD = re.compile(r"\*\*|\*")


def read(files: Files) -> Iterator[Asset | Edge | Gap]:
    """The pipelines of all files, and of those that they include."""
    found = Found(files)
    for path in files:
        if path not in found.seen:
            yield from found.one(path, included=False)
    while found.waiting:
        yield from found.one(found.waiting.pop(0), included=True)
    yield from found.unresolved()


class Found:
    """What was read, and what is still to be read because a file includes it."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.members = frozenset(files)
        self.seen: set[str] = set()
        self.waiting: list[str] = []
        self.roots: dict[str, str] = {}
        """File -> the root of the repository from which another file included it."""
        self.folders = MAX_FOLDERS
        self.jobs: set[str] = set()
        """Jobs and templates of all files."""
        self.elsewhere = False
        """Whether some are kept where nobody looked."""
        self.lost: list[tuple[str, int, str, str]] = []
        """File, line, job and what it extends that its file does not hold."""

    def one(self, path: str, *, included: bool) -> Iterator[Asset | Edge | Gap]:
        """The pipelines of one file; one that is included is a pipeline whatever it is called."""
        data = None if path in self.seen else self.files.read(path)
        self.seen.add(path)
        line = 1
        try:
            for text in yaml.documents(data or b""):
                line = text.line
                document = yaml.load(text.text)
                if isinstance(document, yaml.Mapping) and (included or gitlab.is_workflow(path, document)):
                    yield from self.document(document, path, line)
        except FormatError as error:
            yield Gap(path, f"not readable as YAML: {error.what}", "unreadable", line + max(error.line - 1, 0))

    def document(self, document: yaml.Mapping, path: str, line: int) -> Iterator[Asset | Edge | Gap]:
        """The pipeline of one document, and what it includes."""
        self.jobs.update(document)
        for job, base, circle in dict.fromkeys(lost(document)):
            at = line + document.marks[job].line
            if circle:
                reason = f"the jobs {job[:100]} and {base[:100]} extend one another: GitLab refuses it"
                yield Gap(path, reason, "unreadable", at)
            else:
                self.lost.append((path, at, job, base))
        named: list[Named] = []
        for item in gitlab.read(document, path, line, named):
            yield item
            if isinstance(item, Asset):
                yield from self.included(item, named)

    def unresolved(self) -> Iterator[Gap]:
        """What a job extends that is in no file, where all files were seen."""
        for path, line, job, base in self.lost if not self.elsewhere else ():
            if base not in self.jobs:
                reason = f"{base[:100]}, which the job {job[:100]} extends, is in none of the files"
                yield Gap(path, reason, "unreadable", line)

    def included(self, asset: Asset, named: list[Named]) -> Iterator[Edge | Gap]:
        """Edges to the files that are included, and what is not read."""
        for each in dict.fromkeys(each for each in named if each.local):
            targets = self.located(each.name, asset.path)
            for target in targets:
                yield Edge(asset.id, "includes", f"pipeline/{target}/{gitlab.SOURCE}")
                if target not in self.members and target not in self.seen:
                    self.waiting.append(target)
            self.elsewhere |= not targets
            if not targets:
                yield Gap(asset.path, _reason(each.name), "left_out", each.line)
        elsewhere = [each for each in named if not each.local]
        self.elsewhere |= bool(elsewhere)
        if elsewhere:
            first, more = elsewhere[0], len({each.name for each in elsewhere}) - 1
            rest = f" and {more} more" if more else ""
            reason = f"what it includes from elsewhere is not read: {first.name[:200]}{rest}"
            yield Gap(asset.path, reason, "left_out", first.line)

    def located(self, name: str, of: str) -> list[str]:
        """The paths of the files that `of` includes by a name."""
        name = name.lstrip("/")
        if "$" in name or not name or len(name) > MAX_NAME or len(WILDCARD.findall(name)) > MAX_WILDCARDS:
            return []
        for root in self.above(of):
            found = self.below(root, name)
            if found:
                self.roots.update(dict.fromkeys(found, root))
                return found
        return []

    def above(self, of: str) -> Iterator[str]:
        """Folders that may be the root of the repository of a file, the most likely one first."""
        if of in self.roots:
            yield self.roots[of]
        folder = posixpath.dirname(of)
        for _ in range(MAX_ABOVE):
            yield folder
            if folder in ("", "/"):
                return
            folder = posixpath.dirname(folder)

    def below(self, root: str, name: str) -> list[str]:
        """The files of a name below a folder; `*` stands for a part of a name, `**` for folders, too."""
        if "*" not in name:
            path = posixpath.normpath(posixpath.join(root, name))
            return [path] if self.files.read(path) is not None else []
        pattern = re.compile(_pattern(posixpath.join(root, name)))
        fixed = posixpath.dirname(posixpath.join(root, name).partition("*")[0])
        deep = "*" in posixpath.dirname(name) or "**" in name
        return [
            path
            for path in sorted({*self.members, *self.listed(fixed, deep=deep)})
            if pattern.fullmatch(path) and self.files.read(path) is not None
        ]

    def listed(self, folder: str, *, deep: bool) -> Iterator[str]:
        """What lies in a folder, and with `deep` in those below it, until `MAX_FOLDERS` were looked into."""
        folders = [folder]
        while folders and self.folders > 0:
            self.folders -= 1
            above = folders.pop()
            inside = [posixpath.join(above, each) for each in self.files.entries(above or ".")]
            yield from inside
            if deep:
                names = (each for each in inside if "." not in posixpath.basename(each)[1:])
                folders += [each for each in names if not os.path.islink(each)]


def _pattern(name: str) -> str:
    pieces = WILDCARD.split(name)
    signs = [".*" if sign == "**" else "[^/]*" for sign in WILDCARD.findall(name)] + [""]
    return "".join(re.escape(piece) + sign for piece, sign in zip(pieces, signs, strict=True))


def _reason(name: str) -> str:
    if "$" in name:
        return f"which file it includes as {name[:200]} is decided when the pipeline runs"
    return f"the file {name[:200]} that it includes is not there, or beyond what is examined"
