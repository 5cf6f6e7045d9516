"""Plays, roles' tasks and handlers of Ansible -> `ansible_task`, and the files that they write."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from msgspec import UNSET

from holdfast.collect import readers
from holdfast.collect.downloads import text_runs_download
from holdfast.collect.fields import TEMPLATED
from holdfast.collect.host import ansible_files
from holdfast.collect.host.commands import credentials, installs, mentions_secret
from holdfast.collect.host.parts import Item, Part, read_parts
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import template
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.core.packages import Package, listed
from holdfast.formats.servers.masking import is_literal, names_secret
from holdfast.formats.yaml import Mapping, Sequence, load
from holdfast.kinds.ansible_task import AnsibleTask

FETCHING = frozenset(("get_url", "uri", "unarchive", "apt_key", "rpm_key"))
INSTALLING = frozenset(("apt", "yum", "dnf", "dnf5", "package", "apt_repository", "yum_repository", "zypper"))
NAMING = ("name", "pkg", "package", "deb")
"""Arguments that say what is installed."""
RUNNING = frozenset(("shell", "command", "raw", "script"))
MAKING = frozenset(("file", "copy", "template", "lineinfile", "blockinfile", "assemble"))
ALSO = frozenset(("user", "docker_login", "debug", "set_fact", "luks_device"))
OTHER = ALSO | {"sysctl", "modprobe", "mount", "sudoers", "git"}
JUDGED = FETCHING | INSTALLING | RUNNING | MAKING | ALSO
"""Modules whose tasks are assets of their own; the others only write files."""
MODULES = FETCHING | INSTALLING | RUNNING | MAKING | OTHER
PIP = frozenset(("pip",))
JUDGED, MODULES = JUDGED | PIP, MODULES | PIP
COLLECTION = re.compile(r"(?:ansible\.(?:builtin|posix|legacy)|community\.(?:general|docker|crypto))\.")
TASK = re.compile(
    rb"^[ \t]*(?:-[ \t]+)?(?:ansible\.(?:builtin|posix)\.|community\.(?:general|docker|crypto)\.)?(?:copy|template"
    rb"|lineinfile|blockinfile|sysctl|modprobe|mount|sudoers|get_url|uri|unarchive|shell|command|apt|yum|dnf|file|user"
    rb"|apt_repository|yum_repository|docker_login|luks_device|pip)[ \t]*:",
    re.MULTILINE,
)
"""A module of Ansible; only a list at the root holds tasks."""
TEXTS = ("cmd", "_raw_params", "content", "block", "line")
LISTS = ("pre_tasks", "tasks", "post_tasks", "handlers", "block", "rescue", "always")
DEPTH = 20
ON, OFF = (True, 1, "yes", "true", "on", "1"), (False, 0, "no", "false", "off", "0")
LOCAL = re.compile(r"http://(?:localhost|127\.|\[::1\])")
CLUSTER_KEY = re.compile(r"/(?:munge\.key|slurm\.key|slurm\.jwks|jwt_hs256\.key)$")
LUKS_FORMAT = re.compile(r"\bcryptsetup\b[^\n;&|]{0,300}?\bluksFormat\b[^\n;&|]{0,300}")
WEAK_DERIVATION = re.compile(r"--type[ =]luks1\b|-M ?luks1\b|--pbkdf[ =]pbkdf2\b")
KEY_FILE = re.compile(r"--key-file|(?<!\S)-d\b")
SYMBOLIC = re.compile(r"(?:^|,)[ugo]*[oa][ugoa]*[+=][rxXst]*w")


class Task(NamedTuple):
    """A task with its module and arguments."""

    row: Mapping
    module: str
    arguments: Mapping
    text: str
    """What stands behind the module where that is no mapping."""
    line: int


def read(data: bytes, path: str) -> Iterator[Item]:
    """The tasks of a file that holds some; anything else that is a list shows nothing."""
    try:
        document = load(data)
    except FormatError:
        return
    seen: Counter[str] = Counter()
    parts: list[Part] = []
    for task in _tasks(document, 0):
        if task.module in JUDGED:
            facts = _facts(task)
            name = str(facts.name)
            seen[name] += 1
            number = f"~{seen[name]}" if seen[name] > 1 else ""
            yield Asset(f"ansible_task/{path}/{name}{number}", facts, "ansible", path, {"": Spot(task.line, 1)})
        for part in ansible_files.written(task.module, task.row, task.arguments):
            reader = readers.reader_of(f"{path}#/{part.path.lstrip('/')}")
            if not reader or (not part.whole and reader not in ansible_files.LINEWISE):
                continue
            if TEMPLATED.search(part.data.decode("utf-8", "replace")):
                yield template(path, part.line)
            else:
                parts.append(part)
    yield from read_parts(path, parts)


def _tasks(value: Any, depth: int) -> Iterator[Task]:
    """Every task in a list of plays, tasks and blocks."""
    for row in value if isinstance(value, Sequence) and depth < DEPTH else ():
        if not isinstance(row, Mapping):
            continue
        for key in LISTS:
            yield from _tasks(row.get(key), depth + 1)
        for key, arguments in row.items():
            module = COLLECTION.sub("", key)
            if module in MODULES:
                text = arguments if isinstance(arguments, str) else ""
                table = arguments if isinstance(arguments, Mapping) else _pairs(text, row, key)
                yield Task(row, module, table, text, row.marks[key].line + 1)
                break


def _pairs(text: str, row: Mapping, key: str) -> Mapping:
    """Arguments in the short form, `dest=/x mode=0644`."""
    found = Mapping()
    found.mark, found.marks = row.mark, {}
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    for word in words:
        name, equals, value = word.partition("=")
        if equals and name.isidentifier():
            found[name] = value
            found.marks[name] = row.marks[key]
    return found


def _facts(task: Task) -> AnsibleTask:
    arguments, module = task.arguments, task.module
    text = task.text or " ".join(
        str(arguments.get(key, "")) for key in ("cmd", "_raw_params", "content", "block", "line")
    )
    every = [text, *(str(value) for value in arguments.values() if isinstance(value, str))]
    environment = task.row.get("environment")
    every += [f"{name}={value}" for name, value in (environment.items() if isinstance(environment, Mapping) else ())]
    named = [
        key for key, value in arguments.items() if names_secret(key) and isinstance(value, str) and _literal(value)
    ]
    url = str(arguments.get("url") or arguments.get("src") or "")
    fetches = module in ("get_url", "unarchive", "uri")
    remote = url.startswith("http://") and not LOCAL.match(url) and not TEMPLATED.match(url[7:])
    given = task.row.get("name")
    return AnsibleTask(
        name=given if isinstance(given, str) else module,
        module=module,
        certificates_checked=_switch(arguments, "validate_certs", default=True) if module in FETCHING else None,
        signatures_checked=_signatures(module, arguments),
        digest_checked=bool(arguments.get("checksum") or arguments.get("sha256sum")) if module == "get_url" else None,
        plain_http=remote if fetches else None,
        others_writable=_writable(arguments.get("mode")),
        opens_cluster_key=_key_open(module, arguments),
        runs_download=module in RUNNING and text_runs_download(text),
        packages=_packages(task),
        guessable_disk_key=_guessable(module, arguments, text),
        credentials=list(dict.fromkeys([*named, *(name for each in every for name in credentials(each))])),
        names_secret=any(map(mentions_secret, every)),
        hidden=_switch(task.row, "no_log", default=False),
    )


def _packages(task: Task) -> list[Package]:
    """What a task installs or fetches in a written version, once for each item that it goes through."""
    if task.module in RUNNING:
        return installs(task.text or str(task.arguments.get("cmd", "")))
    python = task.module in PIP
    keys = (
        NAMING
        if task.module in INSTALLING
        else ("name",)
        if python
        else ("url", "src")
        if task.module in FETCHING
        else ()
    )
    words: list[str] = []
    for key in keys:
        given = task.arguments.get(key)
        for value in given if isinstance(given, list) else [] if given is None else [given]:
            for item in ansible_files.items(task.row):
                word = str(ansible_files.filled(value, item))
                words += [word] if python else word.split(",")
    version = task.arguments.get("version") if python else None
    if version is not None:
        words = [f"{word}=={version}" for word in words]
    return list(listed(dict.fromkeys(map(str.strip, words)), python=python))


def _guessable(module: str, arguments: Mapping, text: str) -> Fact[bool]:
    """Whether a disk's key comes from a passphrase by PBKDF2, which LUKS1 knows alone: cryptsetup-luksFormat(8)."""
    if module in RUNNING:
        made = LUKS_FORMAT.search(text)
        return made is not None and WEAK_DERIVATION.search(made[0]) is not None and KEY_FILE.search(made[0]) is None
    if module != "luks_device":
        return None
    derivation = arguments.get("pbkdf")
    algorithm = derivation.get("algorithm") if isinstance(derivation, Mapping) else None
    if arguments.get("passphrase") is None and arguments.get("new_passphrase") is None:
        return False
    values = [value for value in (arguments.get("type"), algorithm, derivation) if isinstance(value, str)]
    if any(map(TEMPLATED.search, values)):
        return UNSET
    return arguments.get("type") == "luks1" or algorithm == "pbkdf2"


def _literal(value: Any) -> bool:
    return isinstance(value, str) and not TEMPLATED.search(value) and is_literal(value) and value not in ("!", "*", "")


def _switch(arguments: Mapping, key: str, *, default: bool) -> Fact[bool]:
    value = arguments.get(key)
    value = value.lower() if isinstance(value, str) else value
    return default if value is None else True if value in ON else False if value in OFF else UNSET


def _signatures(module: str, arguments: Mapping) -> Fact[bool]:
    """Whether packages must be signed."""
    if module not in INSTALLING:
        return None
    if "trusted=yes" in str(arguments.get("repo", "")):
        return False
    key = {"apt": "allow_unauthenticated", "zypper": "disable_gpg_check"}.get(module, "disable_gpg_check")
    if module == "yum_repository":
        return _switch(arguments, "gpgcheck", default=True)
    answer = _switch(arguments, key, default=False)
    return not answer if isinstance(answer, bool) else answer


def _key_open(module: str, arguments: Mapping) -> Fact[bool]:
    """Whether others than its owner may read the key of a cluster; without a mode that depends on the host."""
    names = (arguments.get("dest"), arguments.get("path"))
    if module not in MAKING | FETCHING or not any(isinstance(name, str) and CLUSTER_KEY.search(name) for name in names):
        return None
    mode = _octal(arguments.get("mode"))
    return UNSET if mode is None else bool(mode & 0o077)


def _octal(mode: Any) -> int | None:
    """A mode as a number: YAML reads 0400 as 256, and the text "0400" is octal; None for any other form."""
    if isinstance(mode, str):
        return int(mode, 8) if re.fullmatch(r"[0-7]{3,4}", mode) else None
    return mode if isinstance(mode, int) and not isinstance(mode, bool) and mode >= 0 else None


def _writable(mode: Any) -> Fact[bool]:
    """Whether a mode lets every account write; a sticky folder does not count."""
    if mode is None or mode == "preserve":
        return None
    if isinstance(mode, str) and not mode.isdigit():
        return UNSET if TEMPLATED.search(mode) else SYMBOLIC.search(mode) is not None
    # YAML reads 0644 as the number 420; 644 without a zero is meant in octal, too, and is another number then.
    number = (
        int(mode, 8)
        if isinstance(mode, str) and set(mode) <= set("01234567")
        else mode
        if isinstance(mode, int)
        else -1
    )
    return UNSET if number < 0 else bool(number & 0o002) and not number & 0o1000
