"""Programs that run another command: `exec`, `sudo -u x`, `env A=b`, `sh -c '...'`.

Sources: Bash Reference Manual 4 and 6.1; sudo(8), su(1), runuser(1), env(1), nice(1), timeout(1),
stdbuf(1), time(1), numactl(8), xargs(1), ssh(1), tmux(1), screen(1), srun(1), sbatch(1), apptainer-exec(1);
the READMEs of tini, dumb-init, gosu and su-exec.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

__all__ = ["account", "remote", "script", "unwrap"]


class _Wrapper(Struct, frozen=True):
    """How many words of its own stand between a program and the command that it runs."""

    valued: frozenset[str] = frozenset()
    """Options whose value is the next word."""
    operands: int = 0
    """Words of its own before the command."""
    assigns: bool = False
    """Whether `NAME=value` words may stand before the command."""
    asks: frozenset[str] = frozenset()
    """Options with which it runs nothing."""
    subcommands: frozenset[str] = frozenset()
    """The words of which one must stand before the command, with options of its own after it."""
    joins: bool = False
    """Whether a single word in the command's place is shell text."""


def _wrapper(
    valued: str = "",
    operands: int = 0,
    assigns: bool = False,
    asks: str = "",
    subcommands: str = "",
    joins: bool = False,
) -> _Wrapper:
    return _Wrapper(
        frozenset(valued.split()),
        operands,
        assigns,
        frozenset(asks.split()),
        frozenset(subcommands.split()),
        joins,
    )


_IMAGE_RUNNER = _wrapper(
    "-B --bind -H --home -W --workdir -S --scratch --env --env-file --mount --overlay --pwd --cwd --network"
    " --security --apply-cgroups --app --fakeroot-uid --add-caps --drop-caps",
    operands=1,
    subcommands="exec run",
)


_WRAPPERS: Mapping[str, _Wrapper] = {
    "exec": _wrapper("-a"),
    "command": _wrapper(asks="-v -V"),
    "nohup": _wrapper(),
    "setsid": _wrapper(),
    "time": _wrapper("-f -o --format --output"),
    "env": _wrapper("-u -C --unset --chdir", assigns=True),
    "sudo": _wrapper(
        "-u -g -h -p -C -D -R -r -t -T -U --user --group --host --prompt --close-from --chdir --chroot",
        assigns=True,
        asks="-l -v -K -V --list --validate --remove-timestamp --version",
    ),
    "nice": _wrapper("-n --adjustment"),
    "timeout": _wrapper("-s -k --signal --kill-after", operands=1),
    "stdbuf": _wrapper("-i -o -e --input --output --error"),
    "tini": _wrapper("-p -e"),
    "dumb-init": _wrapper("-r --rewrite"),
    "gosu": _wrapper(operands=1),
    "su-exec": _wrapper(operands=1),
    "doas": _wrapper("-C -u", asks="-L -s"),
    "flock": _wrapper("-E -w --timeout --conflict-exit-code", operands=1, asks="-c --command"),
    "ionice": _wrapper("-c -n --class --classdata"),
    "chroot": _wrapper(operands=1),
    "systemd-run": _wrapper(
        "-p -t -u -M -H -E --property --unit --slice --description --uid --gid --nice --setenv --working-directory"
        " --machine --host --service-type --on-active --on-calendar"
    ),
    "winpty": _wrapper(),
    "eval": _wrapper(joins=True),
    "xargs": _wrapper("-a -d -E -I -L -n -P -s --arg-file --delimiter --max-args --max-procs --replace"),
    "runuser": _wrapper("-u -g -G --user --group --supp-group", asks="-c -l --command --login -"),
    "ssh": _wrapper("-b -B -c -D -E -e -F -I -i -J -L -l -m -O -o -p -P -Q -R -S -W -w", operands=1, joins=True),
    "tmux": _wrapper("-L -S -f -s -n -c -t -x -y -F -e", subcommands="new new-session neww new-window", joins=True),
    "screen": _wrapper("-S -c -e -h -p -s -t -T", asks="-X -r -x -ls -list -wipe"),
    "srun": _wrapper(
        "-A -C -c -D -d -e -E -G -I -i -J -L -m -M -N -n -o -p -q -r -S -t -T -w -W -x --account --chdir --comment"
        " --constraint --container-image --container-mounts --container-name --container-workdir --cpus-per-gpu"
        " --cpus-per-task --error --exclude --export --gpus --gpus-per-node --gpus-per-task --gres --input --jobid"
        " --job-name --mem --mem-per-cpu --mem-per-gpu --mpi --nodelist --nodes --ntasks --ntasks-per-node --output"
        " --partition --qos --reservation --time"
    ),
    "apptainer": _IMAGE_RUNNER,
    "singularity": _IMAGE_RUNNER,
    "numactl": _wrapper("-i -p -P -m -N -C -w --interleave --preferred --membind --cpunodebind --physcpubind"),
}
_SHELLS = frozenset(("sh", "bash", "dash", "ash", "zsh", "ksh"))
_LOGIN = frozenset(("su", "runuser"))
_SHELL = _wrapper("-o -O +o +O --init-file --rcfile")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=", re.ASCII)


def unwrap(words: Sequence[str]) -> tuple[Sequence[str], dict[str, str]]:
    """The command itself, always a tail of `words`, and the variables that its wrappers set for it.

    A wrapper with no command after it stays: `exec >log`, `sudo -l`.
    """
    env: dict[str, str] = {}
    while wrapper := _WRAPPERS.get(words[0].rpartition("/")[2]):
        at, options = _start(words, wrapper)
        if not wrapper.asks.isdisjoint(options) or _text(words, at, wrapper):
            break
        found: dict[str, str] = {}
        while wrapper.assigns and at < len(words) and _ASSIGNMENT.match(words[at]):
            name, _, found[name] = words[at].partition("=")
            at += 1
        if at >= len(words):
            break
        env |= found
        words = words[at:]
    return words, env


def account(words: Sequence[str], left: int) -> str:
    """The account that a command of which `left` words are behind its wrappers runs as; empty where none is named."""
    found = ""
    before = words[: len(words) - left + 1]  # `su` runs the text behind its `-c` and is no wrapper
    for at, word in enumerate(before):
        name = word.rpartition("/")[2]
        more = words[at + 1 :] if name in _LOGIN else before[at + 1 :]
        if name in ("sudo", "doas", "runuser"):
            named = [word.partition("=")[2] for word in more if word.startswith("--user=")]
            named += [value for flag, value in itertools.pairwise(more) if flag in ("-u", "--user")]
            named += [word[2:] for word in more if name != "doas" and word.startswith("-u") and len(word) > 2]
            found = named[0] if named else found
        if name in ("gosu", "su-exec"):
            found = next(iter(more), found)
        if name in _LOGIN and not found:
            found = _login(more)
    return found


def _login(words: Sequence[str]) -> str:
    """The first word behind `su` that is neither an option nor an option's value."""
    at = 0
    while at < len(words):
        if words[at] in ("-c", "--command", "-s", "--shell", "-g", "--group", "-G", "--supp-group", "-u", "--user"):
            at += 2
        elif words[at].startswith("-"):
            at += 1
        else:
            return words[at]
    return ""


def script(argv: Sequence[str]) -> int:
    """The index of the word that a shell reads as a script (`sh -c x`, `eval x`, `trap x EXIT`), 0 if there is none."""
    name = argv[0].rpartition("/")[2]
    if name in _LOGIN:
        at = next((at for at, word in enumerate(argv) if word in ("-c", "--command")), len(argv)) + 1
        return at if at < len(argv) else 0
    if name == "sbatch":
        at = next((at for at, word in enumerate(argv) if word == "--wrap"), len(argv)) + 1
        return at if at < len(argv) else 0
    if name == "trap":
        at = 2 if list(argv[1:2]) == ["--"] else 1
        return at if len(argv) > at + 1 and not argv[at].startswith("-") and argv[at] else 0
    if (wrapper := _WRAPPERS.get(name)) and wrapper.joins:
        at, _ = _start(argv, wrapper)
        return at if _text(argv, at, wrapper) else 0
    if name not in _SHELLS:
        return 0
    at, options = _options(argv, _SHELL)
    asked = any("c" in option[1:] for option in options if not option.startswith("--"))
    return at if asked and at < len(argv) else 0


def remote(argv: Sequence[str]) -> int:
    """The index of the first word that `ssh` hands to the shell at the other end, 0 if there is none."""
    at, _ = _start(argv, _WRAPPERS["ssh"])
    return at if at < len(argv) else 0


def _start(words: Sequence[str], wrapper: _Wrapper) -> tuple[int, list[str]]:
    """The index of the command that `words[0]` runs, past the end where there is none, and the options before it."""
    at, options = _options(words, wrapper)
    if wrapper.subcommands:
        if at >= len(words) or words[at] not in wrapper.subcommands:
            return len(words), options
        after, more = _options(words[at:], wrapper)
        at, options = at + after, options + more
    return at + wrapper.operands, options


def _text(words: Sequence[str], at: int, wrapper: _Wrapper) -> bool:
    """Whether the command at `at` is one word of shell text."""
    return wrapper.joins and at == len(words) - 1 and " " in words[at]


def _options(words: Sequence[str], wrapper: _Wrapper) -> tuple[int, list[str]]:
    """The index after the options of `words[0]`, and the options."""
    at = 1
    options: list[str] = []
    while at < len(words) and len(words[at]) > 1 and words[at][0] == "-":
        option = words[at]
        at += 1
        if option == "--":
            break
        options.append(option)
        if option.startswith("--"):
            at += option in wrapper.valued
        else:
            # `-Eu root`: only the last letter of a cluster takes its value from the next word.
            takers = [index for index, letter in enumerate(option[1:], 2) if f"-{letter}" in wrapper.valued]
            at += bool(takers) and takers[0] == len(option)
    return at, options
