"""What one task of Ansible says -> the facts of an `ansible_task`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from holdfast.collect.downloads import Downloads
from holdfast.collect.fields import TEMPLATED
from holdfast.collect.host import ansible_fetches, ansible_files, ansible_variables
from holdfast.collect.host.acts import PROTECTIONS, SYMBOLIC, Acts
from holdfast.collect.host.ansible_fetches import FETCHING, switch
from holdfast.collect.host.ansible_variables import Literal
from holdfast.collect.host.ansible_walk import COMMANDS, INSTALLING, MAKING, MODULES, SERVICES, Task
from holdfast.collect.host.commands import PLACEHOLDER, credentials, installs, mentions_secret
from holdfast.core.asset import Spot
from holdfast.core.fact import Fact
from holdfast.core.packages import Package, listed
from holdfast.formats.servers.masking import is_literal, names_secret
from holdfast.formats.yaml import Mapping
from holdfast.kinds.ansible_task import AnsibleTask

NAMING = ("name", "pkg", "package", "deb")
"""Arguments that say what is installed."""
CLUSTER_KEY = re.compile(r"/(?:munge\.key|slurm\.key|slurm\.jwks|jwt_hs256\.key)$")
LUKS_FORMAT = re.compile(r"\bcryptsetup\b[^\n;&|]{0,300}?\bluksFormat\b[^\n;&|]{0,300}")
WEAK_DERIVATION = re.compile(r"--type[ =]luks1\b|-M ?luks1\b|--pbkdf[ =]pbkdf2\b")
KEY_FILE = re.compile(r"--key-file|(?<!\S)-d\b")
PLACES = frozenset("creates removes chdir path dest src".split())
"""Arguments that name files."""
AUTHORIZING = frozenset(("authorization", "proxy-authorization", "cookie"))
SCHEME = re.compile(r"(?:(?:Bearer|Basic|Token|token|bearer|basic)\s+)?(\S{8,})")
"""A credential in a header, behind the word that says of which sort it is."""
TEXTS = ("cmd", "_raw_params", "content", "block", "line")


def facts_of(task: Task, done: Acts, fetched: Downloads) -> AnsibleTask:
    """The facts of a task whose commands do `done`, after those that fetched what `fetched` holds."""
    arguments, module = task.arguments, task.module
    text = shell_text(task)
    environment = task.row.get("environment")
    every = [text, *(str(value) for value in arguments.values() if isinstance(value, str))]
    shown = [text, *(str(value) for key, value in arguments.items() if isinstance(value, str) and key not in PLACES)]
    named = [f"{name}={value}" for name, value in (environment.items() if isinstance(environment, Mapping) else ())]
    every += named
    if module == "debug" and isinstance(arguments.get("var"), str):
        shown.append(f"{{{{ {arguments['var']} }}}}")
    script = text if module in COMMANDS else ""
    given = task.row.get("name")
    return AnsibleTask(
        name=given if isinstance(given, str) else module,
        module=module,
        certificates_checked=ansible_fetches.certificates(module, arguments, script),
        signatures_checked=_signatures(module, arguments),
        digest_checked=ansible_fetches.digest(module, arguments),
        plain_http=ansible_fetches.in_clear(module, arguments, script),
        others_writable=True if done.opened else _writable(arguments.get("mode")),
        opens_cluster_key=_key_open(module, arguments),
        runs_download=module in COMMANDS and fetched.text(text),
        packages=_packages(task),
        guessable_disk_key=_guessable(module, arguments, text),
        credentials=list(
            dict.fromkeys([*secrets(task, done), *(name for each in every for name in credentials(each))])
        ),
        names_secret=any(map(mentions_secret, [*shown, *named])),
        hidden=switch(task.row, "no_log", default=False),
        protections_off=list(dict.fromkeys([*done.off, *_turned_off(task)])),
    )


def shell_text(task: Task) -> str:
    """The text that a task runs or writes."""
    words = task.arguments.get("argv")
    if task.module == "command" and isinstance(words, list):
        return shlex.join(map(str, words))
    if task.module == "cron":
        return str(task.arguments.get("job", ""))
    return task.text or " ".join(str(task.arguments[key]) for key in TEXTS if key in task.arguments)


def secrets(task: Task, done: Acts) -> dict[str, Literal]:
    """The literal credentials among arguments, variables, environment and what commands set, by their names."""
    found = {
        key: Literal(value, _place(task, key))
        for key, value in task.arguments.items()
        if isinstance(value, str)
        and names_secret(key)
        and _literal(value)
        and not ansible_variables.NO_VALUE.match(key)
        and (task.module in MODULES or ansible_variables.is_credential(key, value))
    }
    for key, literal in _headers(task.arguments.get("headers")):
        found.setdefault(key, literal)
    for key in ("vars", "environment"):
        for name, literal in ansible_variables.credentials(task.row.get(key)).items():
            found.setdefault(name, literal)
    here = Spot(task.line, 1)
    return found | {f"{account}.password": Literal(word, here) for account, word in done.passwords}


def _headers(given: Any) -> Iterator[tuple[str, Literal]]:
    """The headers of a request that carry a credential which stands there."""
    for name, value in given.items() if isinstance(given, Mapping) else ():
        match = SCHEME.fullmatch(value) if isinstance(value, str) and _literal(value) else None
        said = isinstance(name, str) and (name.lower() in AUTHORIZING or names_secret(name))
        if match is not None and said and not PLACEHOLDER.search(match[1]):
            mark = given.marks.get(name) or given.mark
            yield f"headers.{name}", Literal(match[1], Spot(mark.line + 1, mark.column + 1))


def _place(task: Task, key: str) -> Spot:
    mark = task.arguments.marks.get(key)
    return Spot(mark.line + 1, mark.column + 1) if mark is not None else Spot(task.line, 1)


def _turned_off(task: Task) -> list[str]:
    """The protections that a module turns off or removes."""
    arguments, module = task.arguments, task.module
    state = arguments.get("state")
    if module == "selinux":
        return ["SELinux"] if state in ("disabled", "permissive") else []
    if module == "ufw":
        return ["ufw"] if state == "disabled" else []
    removed = module in INSTALLING and state in ("absent", "removed")
    ended = module in SERVICES and (
        state == "stopped"
        or switch(arguments, "enabled", default=True) is False
        or switch(arguments, "masked", default=False) is True
    )
    if not removed and not ended:
        return []
    given = [arguments.get(key) for key in ("name", "pkg", "service")]
    words = [word for value in given for word in (value if isinstance(value, list) else [value])]
    found = [str(ansible_files.filled(word, item)) for word in words for item in ansible_files.items(task.row)]
    return [name for name in dict.fromkeys(word.removesuffix(".service") for word in found) if name in PROTECTIONS]


def _packages(task: Task) -> list[Package]:
    """What a task installs or fetches in a written version, once for each item that it goes through."""
    if task.module in COMMANDS:
        return installs(shell_text(task))
    python = task.module == "pip"
    keys = NAMING if python or task.module in INSTALLING else ("url", "src") if task.module in FETCHING else ()
    version = task.arguments.get("version") if python else None
    words: list[str] = []
    for key in keys:
        given = task.arguments.get(key)
        for value in given if isinstance(given, list) else [] if given is None else [given]:
            for item in ansible_files.items(task.row):
                word = str(ansible_files.filled(value, item))
                words += [word] if python else word.split(",")
    if version is not None:
        words = [f"{word}=={version}" for word in words]
    return list(listed(dict.fromkeys(map(str.strip, words)), python=python))


def _guessable(module: str, arguments: Mapping, text: str) -> Fact[bool]:
    """Whether a disk's key comes from a passphrase by PBKDF2, which LUKS1 knows alone: cryptsetup-luksFormat(8)."""
    if module in COMMANDS:
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


def _signatures(module: str, arguments: Mapping) -> Fact[bool]:
    """Whether packages must be signed."""
    if module not in INSTALLING:
        return None
    if "trusted=yes" in str(arguments.get("repo", "")):
        return False
    if module == "deb822_repository":
        answers = [switch(arguments, key, default=False) for key in ("trusted", "allow_insecure")]
        return False if True in answers else UNSET if UNSET in answers else True
    key = {"apt": "allow_unauthenticated", "zypper": "disable_gpg_check"}.get(module, "disable_gpg_check")
    if module == "yum_repository":
        return switch(arguments, "gpgcheck", default=True)
    answer = switch(arguments, key, default=False)
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
