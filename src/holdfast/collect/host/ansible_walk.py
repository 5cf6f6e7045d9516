"""The tasks of plays, roles and blocks of Ansible, with their modules and arguments."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any, NamedTuple

from holdfast.collect.host.alternatives import ALWAYS, Branch, conditions, hosts
from holdfast.collect.host.ansible_fetches import FETCHING
from holdfast.formats.yaml import Mapping, Sequence

INSTALLING = frozenset(
    ("apt", "yum", "dnf", "dnf5", "package", "apt_repository", "yum_repository", "zypper", "deb822_repository")
)
RUNNING = frozenset(("shell", "command", "raw", "script"))
COMMANDS = RUNNING | {"cron"}
"""Modules that are given commands."""
MAKING = frozenset(("file", "copy", "template", "lineinfile", "blockinfile", "assemble"))
ALSO = frozenset(("user", "docker_login", "debug", "cron", "set_fact", "luks_device", "git", "pip", "selinux", "ufw"))
SERVICES = frozenset(("service", "systemd", "systemd_service", "sysvinit"))
CONTAINERS = frozenset(("docker_container", "podman_container"))
RULES = frozenset(("iptables", "firewalld", "ufw", "nftables", "iptables_raw"))
"""Modules that set rules of a packet filter one by one."""
OTHER = frozenset(("sysctl", "modprobe", "mount", "sudoers", "replace", "ini_file", "pamd", "authorized_key"))
JUDGED = FETCHING | INSTALLING | RUNNING | MAKING | ALSO
"""Modules whose tasks are assets of their own; those of others are where something stands in them."""
MODULES = JUDGED | SERVICES | CONTAINERS | RULES | OTHER
COLLECTION = re.compile(r"[a-z]\w*\.\w+\.", re.ASCII)
"""Namespace and collection in front of a module's name."""
SAID = re.compile(
    rb"(?i)(?:pass(?:word|wd|phrase)?|token|secret|_key|credentials)[\w-]{0,40}[\"\']?[ \t]*[:=][ \t]*[^\s#]"
)
"""What a text with a credential holds."""
TASK = re.compile(
    rb"(?:^[ \t]*(?:-[ \t]+)?|[{,][ \t]*)(?:[a-z]\w*\.\w+\.)?(?:%s)[ \t]*:" % "|".join(sorted(MODULES)).encode()
    + rb"|^(?:-|[ \t])[ \t]*(?:hosts|tasks|become|roles)[ \t]*:",
    re.MULTILINE,
)
"""A module of Ansible, or a word of its plays; only a list at the root holds tasks."""
LISTS = ("pre_tasks", "tasks", "post_tasks", "handlers", "block", "rescue", "always", "roles")
KEYWORDS = frozenset(
    "action any_errors_fatal args async become become_exe become_flags become_method become_user changed_when "
    "check_mode collections connection debugger delay delegate_facts delegate_to diff environment failed_when "
    "fact_path force_handlers gather_facts gather_subset gather_timeout hosts ignore_errors ignore_unreachable "
    "import_playbook listen local_action loop loop_control max_fail_percentage module_defaults name no_log "
    "notify order poll port register remote_user retries role run_once serial strategy tags throttle timeout "
    "until vars vars_files vars_prompt when".split()
) | frozenset(LISTS)
"""Words of plays, blocks and tasks that are no modules. Source: Ansible 12, "Playbook Keywords"."""
DEPTH = 20


def promising(data: bytes) -> bool:
    """Whether a list may hold tasks of which something is asked."""
    return TASK.search(data) is not None or SAID.search(data) is not None


class Task(NamedTuple):
    """A task with its module and arguments."""

    row: Mapping
    module: str
    """Without its collection; `play`, `block` or `role` for what only holds variables."""
    arguments: Mapping
    text: str
    """What stands behind the module where that is no mapping."""
    line: int
    branch: Branch = ALWAYS
    """What has to hold for it to run."""


def tasks(value: Any, depth: int = 0, *, sure: bool = True, branch: Branch = ALWAYS) -> Iterator[Task]:
    """Every task in a list of plays, tasks and blocks, and these themselves for their variables.

    Where it is not `sure` that these are tasks at all, a module that is not known needs the name of its collection.
    The `branch` is what has to hold for all of them.
    """
    for row in value if isinstance(value, Sequence) and depth < DEPTH else ():
        if not isinstance(row, Mapping):
            continue
        held = [key for key in LISTS if isinstance(row.get(key), Sequence)]
        if held or "hosts" in row or "role" in row:
            sort = "role" if "role" in row else "play" if "hosts" in row else "block"
            yield Task(row, sort, row if sort == "role" else _nothing(row), "", row.mark.line + 1)
        own = hosts(row["hosts"]) if "hosts" in row else branch | conditions(row.get("when"))
        for key in held:
            yield from tasks(row.get(key), depth + 1, sure=sure, branch=own | _outcome(row, key))
        if not held and "role" not in row:
            yield from _task(row, own, sure=sure)


def _outcome(row: Mapping, key: str) -> Branch:
    """How a block has to end for one of its lists, where it says what to do when it fails."""
    if key not in ("block", "rescue") or not row.get("rescue"):
        return ALWAYS
    return frozenset([(f"block on line {row.mark.line + 1}", "done" if key == "block" else "failed")])


def _task(row: Mapping, branch: Branch, *, sure: bool) -> Iterator[Task]:
    named = [
        (COLLECTION.sub("", key, count=1) if "." in key else key, key)
        for key in row
        if key not in KEYWORDS and not key.startswith("with_")
    ]
    known = next((pair for pair in named if pair[0] in MODULES), None)
    for module, key in [known] if known else [pair for pair in named if sure or pair[0] != pair[1]][:1]:
        arguments = row[key]
        text = arguments if isinstance(arguments, str) else ""
        table = arguments if isinstance(arguments, Mapping) else pairs(text, row, key)
        yield Task(row, module, table, text, row.marks[key].line + 1, branch)


def _nothing(row: Mapping) -> Mapping:
    found = Mapping()
    found.mark, found.marks = row.mark, {}
    return found


def pairs(text: str, row: Mapping, key: str) -> Mapping:
    """Arguments in the short form, `dest=/x mode=0644`, and those that stand beside it under `args`."""
    found = _nothing(row)
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    for word in words:
        name, equals, value = word.partition("=")
        if equals and name.isidentifier():
            found[name] = value
            found.marks[name] = row.marks[key]
    beside = row.get("args")
    if isinstance(beside, Mapping):
        found.update(beside)
        found.marks.update(beside.marks)
    return found
