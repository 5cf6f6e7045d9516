"""The variables that job scripts, and the programs that Slurm runs, set to literal texts.

Source: sbatch(1) and srun(1) of Slurm 26.11, `--export`, `--wrap`; slurm.conf(5), TaskProlog; huggingface_hub 1.0,
command line; wandb 0.22, `wandb login`; tcsh(1), `setenv` (checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from holdfast.collect.pipelines.literals import SIZE, strong, tokens
from holdfast.core.asset import Asset, Spot
from holdfast.core.errors import FormatError
from holdfast.core.fact import Secret
from holdfast.kinds.workload import Container, EnvVar, Workload

if TYPE_CHECKING:
    from holdfast.formats.shell.reader import Command

EXPORT = re.compile(r"--export(?:=|[ \t]+)(\"[^\"\n]*\"|'[^'\n]*'|[^\s\"']+(?:\"[^\"\n]*\"|'[^'\n]*')?)")
PAIR = re.compile(r"(?:^|,)([A-Za-z_]\w*)=([^,]*)", re.ASCII)
PRINTED = re.compile(r"\bexport\s+([A-Za-z_]\w*)=([^\s\"';]+)", re.ASCII)
LOGINS = {("huggingface-cli", "login"): "HF_TOKEN", ("hf", "auth", "login"): "HF_TOKEN"}
ISSUERS = {
    "hf_": "HF_TOKEN",
    **dict.fromkeys(("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"), "GITHUB_TOKEN"),
    "sk-ant-": "ANTHROPIC_API_KEY",
    **dict.fromkeys(("sk-", "sk-proj-"), "OPENAI_API_KEY"),
    "nvapi-": "NVIDIA_API_KEY",
    "gsk_": "GROQ_API_KEY",
    "r8_": "REPLICATE_API_TOKEN",
    "AIza": "GOOGLE_API_KEY",
}
"""The beginning of a token -> the variable that its programs read it from."""
WANDB = re.compile(r"\bwandb\.login\([^()\n]{0,200}?\bkey\s{0,4}=\s{0,4}\\?[\"']([\w-]{40,200})\\?[\"']", re.ASCII)
ENVIRON = re.compile(
    r"\bos\.(?:environ\[|environ\.setdefault\(|putenv\()\s{0,9}[\"'](\w{1,80})[\"']\s{0,9}(?:\]\s{0,9}=|,)\s{0,9}"
    r"[\"']([^\"'\\\n]{1,4096})[\"']",
    re.ASCII,
)
"""How Python sets a variable. Source: Python 3.14, os.environ and os.putenv."""
MAX_VARIABLES = 1000
MAX_LINE = 4096
Found = tuple[str, str, Spot]
"""Name, value and place of a variable."""


def variables(text: str, commands: Sequence[Command]) -> Iterator[Found]:
    """Each variable, and credential that stands among the words, once by name and value, with its place."""
    seen: set[tuple[str, str]] = set()
    for name, value, spot in (*_assigned(text, commands), *_exported(text), *_given(commands), *_written(text)):
        if "$" not in value and (name, value) not in seen and len(seen) < MAX_VARIABLES:
            seen.add((name, value))
            yield name, value, spot


def environment(found: Iterator[Found], spots: dict[str, Spot]) -> list[EnvVar]:
    """The variables as those of a workload's only container; the places go into `spots`."""
    env: list[EnvVar] = []
    for name, value, spot in found:
        spots[f"containers[0].env[{len(env)}]"] = spot
        env.append(EnvVar(name=name, value=Secret(value), origin="literal"))
    return env


def alone(text: str, path: str, name: str, source: str) -> Iterator[Asset]:
    """What a script hands to jobs without being one, as a part of a job; nothing where it hands over no variables."""
    from holdfast.formats.shell import reader

    spots = {"": Spot(1, 1), "containers[0]": Spot(1, 1)}
    try:
        env = environment(variables(text, reader.read(text)), spots)
    except FormatError:
        return
    if env:
        containers = [Container(name=name, image=None, env=env)]
        facts = Workload(name=name, controller="SlurmJob", containers=containers)
        yield Asset(f"workload/{path}/{name}", facts, source, path, spots, partial=True)


def _assigned(text: str, commands: Sequence[Command]) -> Iterator[Found]:
    """What the script itself sets."""
    literal: dict[str, str] = {}
    last: Mapping[str, str] = {}
    for command in commands:
        if command.env is not last:  # commands share what did not change
            last = command.env
            literal.update((name, value) for name, value in last.items() if "$" not in value)
    for name, value in list(literal.items())[:MAX_VARIABLES]:
        match = re.search(rf"(?<![\w$]){re.escape(name)}=", text)
        if match is not None:
            yield name, value, _spot(text, match.start())


def _exported(text: str) -> Iterator[Found]:
    """What `--export` of sbatch, srun and salloc sets, in `#SBATCH` lines too."""
    for number, line in enumerate(text.split("\n"), 1):
        if "--export" not in line or (line.lstrip().startswith("#") and not line.startswith("#SBATCH")):
            continue
        for match in EXPORT.finditer(line, 0, MAX_LINE):
            for pair in PAIR.finditer(match[1].strip("\"'")):
                yield pair[1], pair[2].strip("\"'"), Spot(number, match.start() + 1)


def _given(commands: Sequence[Command]) -> Iterator[Found]:
    """What `setenv` sets, what is printed for Slurm to set (TaskProlog), and keys that logins get as words."""
    for command in commands:
        program, words = command.argv[0].rpartition("/")[2], command.argv[1:]
        spot = Spot(command.line, command.column)
        if program == "setenv" and len(words) == 2:
            yield words[0], words[1], spot
        elif program in ("echo", "printf", "print", "sbatch"):
            for match in PRINTED.finditer(" ".join(words)):
                yield match[1], match[2], spot
        elif program == "wandb" and words[:1] == ("login",):
            for word in words[1:]:
                if re.fullmatch(r"[\w-]{40,}", word):
                    yield "WANDB_API_KEY", word, spot
        for login, name in LOGINS.items():
            if (program, *words)[: len(login)] == login:
                token = _option(words, "--token")
                if token:
                    yield name, token, spot


def _written(text: str) -> Iterator[Found]:
    """Texts that are credentials by their looks, wherever they stand, and what Python sets or gives to a login."""
    text = text[:SIZE]
    for prefix, value in islice(tokens(text), MAX_VARIABLES):
        name = ISSUERS.get(prefix)
        if name is not None:
            yield name, value, _spot(text, text.find(value))
    for match in islice(ENVIRON.finditer(text), MAX_VARIABLES):
        yield match[1], match[2], _spot(text, match.start())
    for match in islice(WANDB.finditer(text), MAX_VARIABLES):
        if strong(match[1]):
            yield "WANDB_API_KEY", match[1], _spot(text, match.start(1))


def _option(words: Sequence[str], option: str) -> str:
    """The value of an option, as the next word or behind `=`."""
    for at, word in enumerate(words):
        if word == option:
            return words[at + 1] if at + 1 < len(words) else ""
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return ""


def _spot(text: str, at: int) -> Spot:
    return Spot(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
