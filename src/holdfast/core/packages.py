"""Packages and archives that a command or a list installs, as facts that several kinds share.

Only what a table of advisories knows counts. Where the vendor alone packs a product, the version is the upstream one;
where distributions pack it too, a fix may stand in a package under the old number, and that cannot be told from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from holdfast.core.fact import UNSET, Fact, Part

__all__ = ["Package", "fetched", "installed", "listed", "pinned"]


class Package(Part, frozen=True):
    """A package, or an archive of a release, with the version that is asked for."""

    name: Fact[str] = UNSET
    """Its name, or the address from which it is fetched."""
    version: Fact[str] = UNSET
    """The version as written, without a Debian or RPM epoch; of a range, the newest that it lets in (`0.6` for any
    `0.6.x`); unobserved where a variable fills it."""
    product: Fact[str] = UNSET
    """What it is one of: `nvidia-container-toolkit`, `runc`, `docker-engine`, `munge`, `slurm`, ..."""
    repackaged: Fact[bool] = UNSET
    """False where the version is the vendor's own; unobserved where a distribution may have put fixes under it."""


VENDOR, ANYBODY = False, UNSET
SYSTEM: tuple[tuple[re.Pattern[str], str, Fact[bool]], ...] = tuple(
    (re.compile(names), product, repackaged)
    for names, product, repackaged in (
        (r"nvidia-container-toolkit(?:-base)?", "nvidia-container-toolkit", VENDOR),
        (r"docker-ce", "docker-engine", VENDOR),
        (r"docker\.io|moby-engine", "docker-engine", ANYBODY),
        (r"runc", "runc", ANYBODY),
        (r"(?:cuda-drivers|nvidia-open|nvidia-(?:driver|headless)(?:-no-dkms)?)(?:-[3-9]\d\d)?(?:-server)?(?:-open)?",
         "nvidia-driver", VENDOR),
        (r"cuda(?:-toolkit)?(?:-\d{1,2}-\d{1,2})?", "cuda-toolkit", VENDOR),
        (r"datacenter-gpu-manager(?:-4-[a-z0-9-]{1,20})?", "dcgm", VENDOR),
        (r"munge(?:-libs)?|libmunge2", "munge", ANYBODY),
        (r"slurm-smd(?:-[a-z-]{1,30})?", "slurm", VENDOR),
        (r"slurm(?:ctld|dbd|d|restd|-wlm|-client|-slurmctld|-slurmd|-slurmdbd|-slurmrestd)?", "slurm", ANYBODY),
    )
)  # fmt: skip
"""Packages of Debian, RPM and Alpine. NVIDIA's driver is binary, so that nobody else can mend it. Sources:
docs.nvidia.com/datacenter/cloud-native/container-toolkit (install guide), docs.docker.com/engine/install,
docs.nvidia.com/cuda/cuda-installation-guide-linux, slurm.schedmd.com/quickstart_admin.html; the Debian archive."""
PYTHON = frozenset((
    "bentoml", "gradio", "jupyterhub", "jupyterlab", "langflow", "litellm", "lmdeploy", "mlflow", "open-webui", "ray",
    "sglang", "vllm",
))  # fmt: skip
"""Packages of PyPI that start servers, by the names of their tables."""
ARCHIVES = tuple(
    (re.compile(rf"https?://{address}", re.ASCII), product)
    for address, product in (
        (r"github\.com/opencontainers/runc/releases/download/v([\d.]+(?:-rc\.?\d+)?)/runc", "runc"),
        (r"github\.com/NVIDIA/nvidia-container-toolkit/releases/download/v([\d.]+(?:-rc\.?\d+)?)/",
         "nvidia-container-toolkit"),
        (r"download\.docker\.com/linux/static/stable/\w+/docker-([\d.]+)\.tgz", "docker-engine"),
        (r"(?:\w{2}\.)?download\.nvidia\.com/(?:tesla|XFree86/Linux-\w+)/([\d.]+)/NVIDIA-Linux-", "nvidia-driver"),
        (r"developer\.download\.nvidia\.com/compute/cuda/([\d.]+)/(?:local_installers|Prod)/", "cuda-toolkit"),
        (r"github\.com/dun/munge/(?:releases/download|archive(?:/refs/tags)?)/munge-([\d.]+?)(?:/|\.tar)", "munge"),
        (r"download\.schedmd\.com/slurm/slurm-([\d.]+(?:rc\d+)?)\.tar", "slurm"),
    )
)  # fmt: skip
"""Where the projects themselves publish their releases."""
DOWNLOADERS = frozenset(("curl", "wget", "aria2c"))
MANAGERS = frozenset(("apt-get", "apt", "aptitude", "apk", "yum", "dnf", "dnf5", "microdnf", "tdnf", "zypper"))
FILES = frozenset(("dpkg", "rpm"))
"""Programs that install packages from files."""
PIPS = re.compile(r"pip[\d.]*|pipx", re.ASCII)
CONDAS = frozenset(("conda", "mamba", "micromamba"))
PROJECTS = frozenset(("uv", "poetry", "pdm", "pixi", "rye"))
PYTHONS = re.compile(r"python[\d.]*", re.ASCII)
VERBS = frozenset(("install", "add", "reinstall", "upgrade", "in", "downgrade", "inject"))
CREATING = VERBS | {"create"}
NUMBERED = re.compile(r"(?:cuda|cuda-toolkit)-(\d{1,2})-(\d{1,2})")
"""A package that says its version in its name, and floats over the patches."""
RPM = re.compile(r"([A-Za-z][\w.+-]{0,60}?)-((?:\d{1,4}:)?\d[^\s-]{0,40}?\.[^\s-]{1,40})(?:-[^\s-]{1,40})?", re.ASCII)
DEB_FILE = re.compile(r"(?:^|.*/)([a-z0-9][a-z0-9+.-]{1,80})_([^_/\s]{1,80})_[a-z0-9]{2,12}\.deb(?:[?#].*)?", re.ASCII)
RPM_FILE = re.compile(
    r"(?:^|.*/)([A-Za-z0-9][^/\s]{1,120})\.(?:x86_64|aarch64|noarch|ppc64le|s390x)\.rpm(?:[?#].*)?", re.ASCII
)
WHEEL = re.compile(
    r"(?:^|.*[/ @])([A-Za-z0-9][\w.]{0,60})-(\d[\w.]{0,40}?)(?:(?:\+|%2[bB])[\w.]{1,60})?"
    r"(?:(?:-\d\w{0,20})?(?:-[\w.]{1,60}){3}\.whl|\.tar\.gz)(?:[?#].*)?",
    re.ASCII,
)
"""Files by whose names a package and its version are known: deb(5), the RPM packaging guide, PEP 427 and PEP 625."""
NAMED = re.compile(r"([A-Za-z0-9][\w.-]{0,80}?)\s{0,4}(?:\[[^\]]{0,200}\])?\s{0,4}((?:[=<>!~]=?|===|@).*)", re.ASCII)
"""A requirement of Python or conda: a name, extras, and what its version must be (PEP 508)."""
BOUND = re.compile(r"\s{0,4}(===|==|~=|<=|<|=)\s{0,4}([\w.+!-]{1,60}?)(?:\.?\*)?(?:=[\w*]{1,60})?\s{0,4}", re.ASCII)
UNRESOLVED = re.compile(r"[$]|\{\{|<%")
MAX_WORD = 512
LAST = 10**9


def installed(argv: Sequence[str]) -> Iterator[Package]:
    """What a command installs or fetches in a version of which it says the number."""
    words = list(argv)
    tool = words[0].rpartition("/")[2] if words else ""
    if (PYTHONS.fullmatch(tool) and words[1:3] == ["-m", "pip"]) or (
        tool == "uv" and words[1:2] in (["pip"], ["tool"])
    ):
        words, tool = words[words.index("-m") + 1 if "-m" in words[:2] else 1 :], "pip"
    if tool in DOWNLOADERS:
        yield from filter(None, map(fetched, words[1:]))
    elif tool in FILES:
        yield from filter(None, map(_file, words[1:]))
    elif tool in MANAGERS or tool in CONDAS or tool in PROJECTS or PIPS.fullmatch(tool):
        verbs = CREATING if tool in CONDAS else VERBS
        at = next((place for place, word in enumerate(words) if word in verbs), len(words))
        yield from listed(words[at + 1 :], python=tool not in MANAGERS)


def listed(names: Iterable[str], *, python: bool = False) -> Iterator[Package]:
    """The packages of a list that say their version."""
    for name in names:
        if not name.startswith("-"):
            found = fetched(name) or _file(name) or pinned(name, python=python)
            if found is not None:
                yield found


def pinned(word: str, *, python: bool = False) -> Package | None:
    """A package with its version: `munge=0.5.15-2`, `docker-ce-3:24.0.7-1.el9`, `vllm==0.8.4`, `cuda-toolkit-12-4`."""
    if len(word) > MAX_WORD:
        return None
    if python:
        return _required(word)
    name, equals, version = word.partition("=")
    if not equals:
        match = RPM.fullmatch(word)
        name, version = (match[1], match[2]) if match else (word, _numbered(word))
    for names, product, repackaged in SYSTEM if version else ():
        if names.fullmatch(name):
            return _package(name, version.strip("=~ ").split(":", 1)[-1].rstrip("*."), product, repackaged)
    return None


def _required(word: str) -> Package | None:
    """A requirement of Python or conda that lets in no later version than one: `vllm==0.8.4`, `vllm>=0.5,<0.7`."""
    match = NAMED.fullmatch(word.rpartition("::")[2].partition(";")[0].strip())
    name = match[1].lower().replace("_", "-") if match else ""
    if match is None or name not in PYTHON:
        return None
    if UNRESOLVED.search(match[2]):
        return _package(name, match[2], name, VENDOR) if "<" in match[2] or "=" in match[2].lstrip(">!") else None
    found = [_newest(*bound.groups()) for bound in map(BOUND.fullmatch, match[2].split(",")) if bound is not None]
    bounds = [version for version in found if version not in ("", "0")]  # below 1.0 is whatever is newest
    return _package(name, min(bounds, key=_order), name, VENDOR) if bounds else None


def _newest(sign: str, version: str) -> str:
    """The newest version that a bound lets in, cut where every later part is let in; empty where that is unknown."""
    if sign in ("===", "==", "=", "<="):
        return version.rstrip(".")
    parts = version.split(".")
    if not all(part.isdecimal() for part in parts):
        return ""
    if sign == "~=":
        return ".".join(parts[:-1])
    while parts and int(parts[-1]) == 0:
        parts.pop()
    return ".".join([*parts[:-1], str(int(parts[-1]) - 1)]) if parts else ""


def _order(version: str) -> list[int]:
    """By what versions are compared; one that is cut stands for the last of those that it begins."""
    return [*(int(part) for part in re.findall(r"\d{1,9}", version)), LAST]


def _file(word: str) -> Package | None:
    """A package that is a file, of which the name says the version."""
    if len(word) > MAX_WORD or not word.partition("?")[0].partition("#")[0].endswith(
        (".deb", ".rpm", ".whl", ".tar.gz")
    ):
        return None
    deb, rpm, wheel = DEB_FILE.fullmatch(word), RPM_FILE.fullmatch(word), WHEEL.fullmatch(word)
    if deb is not None:
        return pinned(f"{deb[1]}={deb[2].replace('%2B', '+').replace('%3A', ':')}")
    if rpm is not None:
        return pinned(rpm[1])
    return pinned(f"{wheel[1]}=={wheel[2]}", python=True) if wheel is not None else None


def _numbered(word: str) -> str:
    match = NUMBERED.fullmatch(word)
    return f"{match[1]}.{match[2]}" if match else ""


def fetched(word: str) -> Package | None:
    """A release that is fetched from where its project publishes it."""
    if len(word) <= MAX_WORD:
        for address, product in ARCHIVES:
            match = address.search(word)
            if match:
                return _package(word[match.start() :], match[1], product, VENDOR)
    return None


def _package(name: str, version: str, product: str, repackaged: Fact[bool]) -> Package:
    known: Fact[str] = UNSET if UNRESOLVED.search(version) else version
    return Package(name=name, version=known, product=product, repackaged=repackaged)
