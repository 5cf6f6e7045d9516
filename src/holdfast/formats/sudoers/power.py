"""What a command of sudoers gives: everything, a way to everything, or what it says.

Source: sudoers(5), "Wildcards" and "Preventing shell escapes"; the programs are those whose own manual pages describe
a shell, an editor, a hook, a plug-in or a way to write any file.
"""

from __future__ import annotations

import posixpath
import re
from typing import NamedTuple

from holdfast.formats.sudoers.words import unquoted

__all__ = ["Power", "power"]

ESCAPES = frozenset(
    # shells, and what runs another program for its user
    "sh bash dash zsh ksh fish csh tcsh su sudo env nohup nice ionice timeout watch xargs find parallel screen tmux"
    " script strace ltrace gdb lldb cuda-gdb nsys ncu perf chroot unshare nsenter setpriv"
    " start-stop-daemon systemd-run at crontab"
    # interpreters
    " python python2 python3 perl ruby node lua php awk gawk mawk sed expect tclsh make cmake ninja go cargo java"
    # editors and pagers
    " vi vim nvim view vimdiff nano pico emacs ed ex joe less more most man sudoedit visudo vipw vigr"
    " systemctl journalctl"
    # what reads or writes any file, or installs a program
    " cp mv ln dd tee install rsync scp tar zip unzip cpio chmod chown chattr setfacl mount umount losetup cryptsetup"
    " apt apt-get aptitude dpkg yum dnf rpm zypper pip pip3 conda npm snap git hg svn ssh sftp ftp curl wget nc"
    " ncat socat"
    # engines and managers that start what they are told as root
    " docker podman nerdctl ctr crictl runc crun lxc apptainer singularity enroot kubectl helm virsh qemu-system-x86_64"
    " ansible ansible-playbook puppet salt-call insmod modprobe kexec bpftool tcpdump"
    # jobs, which run as whoever submits them
    " srun sbatch salloc".split()
)
"""Programs that give a shell or any file to whoever may choose their arguments."""
EDITORS = frozenset("vi vim nvim view vimdiff ex nano pico emacs ed joe visudo vipw vigr".split())
PAGERS = frozenset("less more most man".split())
"""Programs that start a shell or write another file from within, whatever file they were given.

Sources: vim(1), nano(1) `^R^X`, emacs(1), ed(1), less(1) `!`, more(1) `!`, man(1) `--pager`; checked 2026-11-30.
"""
SCRIPTED = re.compile(r"-[eE]s|-Z|--headless|--?batch|--script")
RESTRICTED = re.compile(r"-[a-zA-Z]*R|-r|--restricted")
HARMLESS = {
    **dict.fromkeys(EDITORS, SCRIPTED), **dict.fromkeys(("nano", "pico", "ed"), RESTRICTED),
    "visudo": re.compile(r"-[a-zA-Z]*c|--check"),
    "man": re.compile(r"-[a-zA-Z]*[kfwWP]|--(?:pager|apropos|whatis|where|path|location)(?:=.*)?"),
}  # fmt: skip
"""Program -> options with which it asks nobody, or starts no shell."""
EDITING = {"crontab": re.compile(r"-[a-z]*e"), "systemctl": re.compile(r"edit")}
"""Program -> the word with which it opens an editor."""
WRITES = re.compile(r"[*?\[]|write\b|token\b")
"""What scontrol's arguments begin with where it writes any file or makes a token for root. Source: scontrol(1)."""
GPU = frozenset(
    "nvidia-smi nvidia-persistenced nvidia-cuda-mps-control nv-fabricmanager dcgmi dcgm nvidia-ctk nvflash rocm-smi"
    " amd-smi mst mlxconfig flint mlxfwmanager".split()
)
"""Programs that set up GPUs and fabric adapters for everybody on the node."""
OWN = re.compile(r"(?:~|/home/|/Users/|/tmp/|/var/tmp/|/dev/shm/|/scratch/|/data/|/mnt/|/work/|/shared/|\.{1,2}/)")
"""Where plain users write files."""
VERSION = re.compile(r"^(python|pip|perl|ruby|lua|php)[\d.]+$")
_WILD = re.compile(r"(?<!\\)[*?\[]")


class Power(NamedTuple):
    """A command's program and what its user may choose."""

    program: str
    """The last part of its path; empty for `ALL` and for a folder."""
    arguments: str | None
    """The arguments that are asked for, empty for none; None for any."""
    everything: bool
    """Whether it stands for any program: `ALL`, or a pattern that fits each in a folder of programs."""
    wild: bool
    """Whether a pattern stands in its arguments, which fits blanks and slashes, too."""
    escape: bool
    """Whether it leads to any program or file, given the arguments that may be chosen."""
    gpu: bool
    """Whether it sets up GPUs, given the arguments that may be chosen."""
    own: bool
    """Whether the program lies where plain users write."""


def power(text: str) -> Power:
    """What a command gives."""
    path, _, rest = text.partition(" ")
    rest = rest.strip()
    arguments = None if not rest else "" if rest == '""' else rest
    regular = rest.startswith("^")
    wild = bool(rest) and not regular and _WILD.search(rest) is not None
    chosen = arguments is None or wild
    everything = path == "ALL" or path in ("/", "/*", "*")
    many = path.endswith(("/", "/*"))
    everything = everything or (many and posixpath.dirname(path) in ("/bin", "/sbin", "/usr/bin", "/usr/sbin"))
    program = "" if everything or many else unquoted(posixpath.basename(path))
    base = (
        re.sub(r"[\d.]+$", "", program)
        if program.startswith(("python", "pip", "perl", "ruby", "lua", "php"))
        else program
    )
    slurm = program == "scontrol" and (arguments is None or WRITES.match(arguments) is not None)
    return Power(
        program=program,
        arguments=arguments,
        everything=everything,
        wild=wild,
        escape=slurm or (chosen and (base in ESCAPES or program in ESCAPES)) or _interactive(program, arguments),
        gpu=chosen and program in GPU,
        own=OWN.match(path) is not None,
    )


def _interactive(program: str, arguments: str | None) -> bool:
    """Whether a program with arguments of its own lets whoever sits before it start a shell."""
    words = (arguments or "").split()
    if program in EDITING:
        return any(map(EDITING[program].fullmatch, words))
    if program not in EDITORS and not (program in PAGERS and words):
        return False
    harmless = HARMLESS.get(program)
    return harmless is None or not any(map(harmless.fullmatch, words))
