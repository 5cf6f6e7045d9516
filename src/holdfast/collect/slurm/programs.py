"""The programs that Slurm's daemons run: what they do with what the job's owner chose, and who may change them.

Source: slurm.conf(5) "PROLOG AND EPILOG SCRIPTS", the Prolog and Epilog Guide of Slurm 26.11 (checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import cast

from msgspec import UNSET, Struct
from msgspec.structs import replace

from holdfast.collect.job_variables import alone
from holdfast.collect.permissions import permissions
from holdfast.collect.shell import Conduct, conduct, interpreter
from holdfast.collect.slurm.beside import beside
from holdfast.collect.slurm.helpers import Following, Helper
from holdfast.collect.slurm.settings import HOME, Settings
from holdfast.collect.together import Files, places
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.fact import Fact
from holdfast.formats.slurm.conf import Pair
from holdfast.kinds.script import Script
from holdfast.kinds.slurm_cluster import Program

ROOT, CONTROLLER, USER = "root", "controller", "user"
PROGRAMS = {
    "prolog": ("Prolog", ROOT),
    "epilog": ("Epilog", ROOT),
    "prologslurmctld": ("PrologSlurmctld", CONTROLLER),
    "epilogslurmctld": ("EpilogSlurmctld", CONTROLLER),
    "taskprolog": ("TaskProlog", USER),
    "taskepilog": ("TaskEpilog", USER),
    "srunprolog": ("SrunProlog", USER),
    "srunepilog": ("SrunEpilog", USER),
    "healthcheckprogram": ("HealthCheckProgram", ROOT),
    "rebootprogram": ("RebootProgram", ROOT),
    "unkillablestepprogram": ("UnkillableStepProgram", ROOT),
    "resumeprogram": ("ResumeProgram", CONTROLLER),
    "resumefailprogram": ("ResumeFailProgram", CONTROLLER),
    "suspendprogram": ("SuspendProgram", CONTROLLER),
    "slurmctldprimaryonprog": ("SlurmctldPrimaryOnProg", CONTROLLER),
    "slurmctldprimaryoffprog": ("SlurmctldPrimaryOffProg", CONTROLLER),
    "mailprog": ("MailProg", CONTROLLER),
    "resvprolog": ("ResvProlog", CONTROLLER),
    "resvepilog": ("ResvEpilog", CONTROLLER),
    "jobcomppassscript": ("JobCompPassScript", CONTROLLER),
}
"""Setting -> its name, and the account that runs the program."""
BESIDE = (
    ("burst_buffer.conf", "getsysstate", "GetSysState", CONTROLLER),
    ("burst_buffer.conf", "getsysstatus", "GetSysStatus", CONTROLLER),
    ("job_container.conf", "initscript", "InitScript", ROOT),
    ("job_container.conf", "clonensscript", "CloneNSScript", ROOT),
    ("job_container.conf", "clonensepilog", "CloneNSEpilog", ROOT),
)
"""File, key, name and account of programs that files beside slurm.conf name."""
GPU_TOOLS = frozenset(("nvidia-smi", "dcgmi", "nhc", "rocm-smi", "amd-smi", "nvidia-mig-parted"))
"""Programs that check or reset GPUs."""
ENDING = frozenset(("pkill", "killall", "kill", "skill", "loginctl"))
"""Programs that end processes."""
USUAL = re.compile(
    r"(?:.*/)?(?:(?P<folder>prolog|epilog)\.d/(?!\.|README)(?![^/]*(?:~|\.(?:md|rst|txt|j2|orig|bak|rpm\w+|dpkg-\w+))$)[^/]+"
    r"|slurm/(?:slurm\.)?(?P<file>prolog|epilog)(?:\.sh|\.bash|\.clean)?)"
)
"""Where programs for jobs usually lie."""
MAX_GLOB = 200
"""Programs that one pattern may name."""


class Programs(Struct):
    """The programs of a cluster."""

    assets: list[Asset]
    gaps: list[Gap]
    commands: dict[str, frozenset[str]]
    """Setting in lower case -> names of the commands that its programs run, as far as they are known."""
    unclear: set[str]
    """The settings of which one could not be read, or runs what is not known."""


def programs(files: Files, settings: Settings) -> Programs:
    """The programs that the settings name, and what these run, with what each of them does."""
    found = Programs([], [], {}, set())
    callers: dict[str, Helper] = {}
    for name, account, pair in _uses(files, settings):
        paths = list(_paths(files, pair, settings.path))
        for path in paths:
            callers.setdefault(path, Helper()).uses.append((name, account, pair))
        if not paths:
            found.unclear.add(name.lower())
            found.gaps.append(_missing(files, name, pair))
    following = Following(files, settings.path, callers)
    while callers:
        for path, helper in callers.items():
            script, does = _program(files, path, helper)
            if script is None:
                continue
            names = [name for name, *_ in helper.uses]
            found.assets += [script, *variables(files, path, names[0])]
            found.gaps += following.follow(path, helper, does)
            for name in names:
                found.commands[name.lower()] = found.commands.get(name.lower(), frozenset()) | does.seen
                if does.commands is None or path in following.unclear:
                    found.unclear.add(name.lower())
        callers = following.level()
    return found


def _uses(files: Files, settings: Settings) -> Iterator[tuple[str, str, Pair]]:
    """Every program that slurm.conf and the files beside it name: its setting, the account that runs it, the place."""
    for key, (name, account) in PROGRAMS.items():
        for pair in _pairs(settings, key):
            yield name, account, pair
    if settings.plugin("jobcomptype", "programs", None) == "script":
        for pair in _pairs(settings, "jobcomploc"):
            yield "JobCompLoc", CONTROLLER, pair
    others = {name: beside(files, settings, name) for name in dict.fromkeys(name for name, *_ in BESIDE)}
    for file, key, name, account in BESIDE:
        other = others[file]
        if isinstance(other, Settings):
            records = [record.pairs[key] for record in other.conf.records if key in record.pairs]
            for pair in (*_pairs(other, key), *records):
                yield name, account, pair


def by_name(path: str) -> str:
    """The setting that the folder or name of a program stands for where no slurm.conf was seen to name it, or nothing.

    Source: slurm.conf(5), examples of Prolog and Epilog; NVIDIA DeepOps, `/etc/slurm/prolog.d` (checked 2026-11-30).
    """
    match = USUAL.fullmatch(path)
    return (match["folder"] or match["file"]).capitalize() if match is not None else ""


def unnamed(files: Files, path: str, setting: str) -> Asset:
    """Such a program, which slurmd runs as root."""
    helper = Helper(uses=[(setting, ROOT, Pair(setting.lower(), path, path, 1, 1, ""))])
    return cast("Asset", _program(files, path, helper)[0])


def named(files: Files, settings: Settings) -> Fact[list[Program]]:
    """Every program that a setting names, whether or not its file is here; the last is open where there may be more."""
    found: list[Program] = []
    for name, account, pair in _uses(files, settings):
        settings.place(f"programs[{len(found)}]", pair)
        found.append(Program(setting=name, path=pair.value, runs_as=account))
    if settings.complete and settings.unsure.isdisjoint(PROGRAMS):
        return found
    return [*found, Program()] if found else UNSET


def _pairs(settings: Settings, key: str) -> list[Pair]:
    repeated = [pair for pair in settings.conf.repeated if pair.key == key]
    single = settings.conf.settings.get(key)
    return [pair for pair in repeated or ([single] if single else []) if pair.value and pair.value != "/bin/true"]


def _missing(files: Files, name: str, pair: Pair) -> Gap:
    """A program that cannot be seen: on its own host it should be there, beside a copy of slurm.conf it need not."""
    reason = f"the {name} program `{pair.value}` is not here: what it does was not examined"
    return Gap(pair.path, reason, "left_out" if files.host is None else "unreadable", pair.line)


def _paths(files: Files, pair: Pair, main: str) -> Iterator[str]:
    """The files that a setting names; Prolog and Epilog may be patterns."""
    folder, _, last = pair.value.rpartition("/")
    if not any(sign in last for sign in "*?["):
        path = files.find(pair.value, main, HOME)
        if path is not None:
            yield path
        return
    for name in _listed(files, folder, main):
        if fnmatchcase(name, last) and not name.startswith("."):
            path = files.find(f"{folder}/{name}" if folder else name, main, HOME)
            if path is not None:
                yield path


def _listed(files: Files, folder: str, main: str) -> list[str]:
    return next((names for place in places(folder or ".", main, HOME) if (names := files.entries(place))), [])[
        :MAX_GLOB
    ]


def variables(files: Files, path: str, setting: str) -> Iterator[Asset]:
    """What a program sets to literal texts, for itself or (a task prolog) for each job."""
    data = files.read(path) or b""
    if interpreter(data) == "shell":
        yield from alone(data.decode("utf-8", "replace"), path, setting, files.source)


def _program(files: Files, path: str, helper: Helper) -> tuple[Asset | None, Conduct]:
    """The asset of a program, and what it does; none for a binary one that another program runs."""
    data = files.read(path) or b""
    accounts = {account for _, account, _ in helper.uses}
    facts = Script(
        name=path,
        interpreter=interpreter(data),
        called_by=list(dict.fromkeys(name for name, *_ in helper.uses)),
        runs_as=ROOT if ROOT in accounts else CONTROLLER if CONTROLLER in accounts else USER,
        permissions=permissions(path, files.host),
    )
    does = Conduct(facts, None)
    if helper.called and facts.interpreter is None:
        return None, does
    if helper.called and (helper.sourced or facts.interpreter is UNSET):
        facts = replace(facts, interpreter="shell")
    spots = {"": Spot(1, 1)}
    if facts.interpreter == "shell":
        text = data.decode("utf-8", "replace")
        does = conduct(facts, text, spots, helper.given(text))
    return Asset(f"script/{path}/script", does.facts, files.source, path, spots), does
