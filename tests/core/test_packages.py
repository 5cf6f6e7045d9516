"""Which packages, in which versions, words ask for."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.fact import UNSET
from holdfast.core.packages import MAX_WORD, fetched, installed, listed, pinned


@pytest.mark.parametrize(
    ("word", "name", "version", "product", "repackaged"),
    [
        ("nvidia-container-toolkit=1.17.3-1", "nvidia-container-toolkit", "1.17.3-1", "nvidia-container-toolkit", False),
        ("nvidia-container-toolkit-base-1.17.3-1", "nvidia-container-toolkit-base", "1.17.3", "nvidia-container-toolkit", False),
        ("docker-ce=5:24.0.7-1~ubuntu.22.04~jammy", "docker-ce", "24.0.7-1~ubuntu.22.04~jammy", "docker-engine", False),
        ("docker-ce-3:24.0.7-1.el9", "docker-ce", "24.0.7", "docker-engine", False),
        ("docker.io=24.0.7-0ubuntu2", "docker.io", "24.0.7-0ubuntu2", "docker-engine", UNSET),
        ("runc=1.1.5+ds1-1+deb12u1", "runc", "1.1.5+ds1-1+deb12u1", "runc", UNSET),
        ("nvidia-driver-535-server=535.183.01-0ubuntu1", "nvidia-driver-535-server", "535.183.01-0ubuntu1", "nvidia-driver", False),
        ("cuda-drivers-550-550.54.15-1", "cuda-drivers-550", "550.54.15", "nvidia-driver", False),
        ("nvidia-driver-3:550.54.15-1.el9.x86_64", "nvidia-driver", "550.54.15", "nvidia-driver", False),
        ("cuda-toolkit-12-4", "cuda-toolkit-12-4", "12.4", "cuda-toolkit", False),
        ("cuda-toolkit-12-4=12.4.1-1", "cuda-toolkit-12-4", "12.4.1-1", "cuda-toolkit", False),
        ("cuda-toolkit-12-4-12.4.1-1", "cuda-toolkit-12-4", "12.4.1", "cuda-toolkit", False),
        ("datacenter-gpu-manager=1:3.3.5", "datacenter-gpu-manager", "3.3.5", "dcgm", False),
        ("munge=0.5.15-2+deb12u1", "munge", "0.5.15-2+deb12u1", "munge", UNSET),
        ("munge-libs-0.5.13-13.el8", "munge-libs", "0.5.13", "munge", UNSET),
        ("slurm-smd-slurmd=24.05.3-1", "slurm-smd-slurmd", "24.05.3-1", "slurm", False),
        ("slurm-wlm=22.05.8-4+deb12u2", "slurm-wlm", "22.05.8-4+deb12u2", "slurm", UNSET),
        ("slurm-slurmd-23.11.4-1.el9", "slurm-slurmd", "23.11.4", "slurm", UNSET),
        ("runc=~1.1.12-r1", "runc", "1.1.12-r1", "runc", UNSET),
        ("docker-ce=5:24.0.*", "docker-ce", "24.0", "docker-engine", False),
        ("cuda=10.0*", "cuda", "10.0", "cuda-toolkit", False),
        ("munge=${MUNGE_VERSION}", "munge", UNSET, "munge", UNSET),
        ("docker-ce=5:{{ docker_version }}", "docker-ce", UNSET, "docker-engine", False),
    ],
)  # fmt: skip
def test_pinned(word, name, version, product, repackaged):
    found = pinned(word)
    assert (found.name, found.version, found.product, found.repackaged) == (name, version, product, repackaged)


@pytest.mark.parametrize(
    "word", ["munge", "nvidia-driver-535", "libmunge-dev=0.5", "docker-ce-cli=5:24.0.7", "", "=1", "munge=", "vllm==0.8.4", "m" * MAX_WORD + "=1", "cuda-12-4-dev"]
)  # fmt: skip
def test_words_that_say_no_version_that_counts(word):
    assert pinned(word) is None


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("vllm==0.8.4", ("vllm", "0.8.4")), ("Ray[default]==2.6.0", ("ray", "2.6.0")), ("open_webui==0.3.0; python_version>'3'", ("open-webui", "0.3.0")),
        ("vllm", None), ("vllm>=0.8", None), ("docker==7.0", None), ("redis==5.0", None),
    ],
)  # fmt: skip
def test_python_packages(word, found):
    package = pinned(word, python=True)
    assert (package and (package.name, package.version)) == found


@pytest.mark.parametrize(
    ("word", "version", "product"),
    [
        ("https://github.com/opencontainers/runc/releases/download/v1.1.5/runc.amd64", "1.1.5", "runc"),
        ("https://github.com/opencontainers/runc/releases/download/v1.4.0-rc.1/runc.amd64", "1.4.0-rc.1", "runc"),
        ("https://download.docker.com/linux/static/stable/x86_64/docker-24.0.7.tgz", "24.0.7", "docker-engine"),
        ("https://us.download.nvidia.com/tesla/535.104.05/NVIDIA-Linux-x86_64-535.104.05.run", "535.104.05", "nvidia-driver"),
        ("https://download.nvidia.com/XFree86/Linux-x86_64/550.54.14/NVIDIA-Linux-x86_64-550.54.14.run", "550.54.14", "nvidia-driver"),
        ("https://developer.download.nvidia.com/compute/cuda/12.4.1/local_installers/cuda_12.4.1_550.54.15_linux.run", "12.4.1", "cuda-toolkit"),
        ("https://github.com/dun/munge/releases/download/munge-0.5.15/munge-0.5.15.tar.xz", "0.5.15", "munge"),
        ("https://github.com/dun/munge/archive/refs/tags/munge-0.5.15.tar.gz", "0.5.15", "munge"),
        ("https://download.schedmd.com/slurm/slurm-23.11.4.tar.bz2", "23.11.4", "slurm"),
        ("--output=https://github.com/NVIDIA/nvidia-container-toolkit/releases/download/v1.17.3/x.tar.gz", "1.17.3", "nvidia-container-toolkit"),
    ],
)  # fmt: skip
def test_releases_of_the_projects_themselves(word, version, product):
    found = fetched(word)
    assert (found.version, found.product, found.repackaged) == (version, product, False)
    assert found.name.startswith("https://")


def test_other_addresses():
    assert fetched("https://example.org/slurm-23.11.4.tar.bz2") is None
    assert fetched("https://download.schedmd.com/slurm/slurm-23.11.4.tar.bz2" + "x" * MAX_WORD) is None
    assert fetched("https://download.schedmd.com/slurm/slurm-${V}.tar.bz2") is None


@pytest.mark.parametrize(
    ("command", "products"),
    [
        ("apt-get install -y --no-install-recommends munge=0.5.15-2 curl runc=1.1.5", ["munge", "runc"]),
        ("/usr/bin/dnf -y install docker-ce-3:24.0.7-1.el9 https://download.schedmd.com/slurm/slurm-23.11.4.tar.bz2", ["docker-engine", "slurm"]),
        ("apk add runc=1.1.12-r1", ["runc"]), ("zypper in munge=0.5.13", ["munge"]),
        ("pip3 install vllm==0.8.4 munge==1.0", ["vllm"]), ("python3.11 -m pip install ray==2.6.0", ["ray"]), ("uv pip install ray==2.6.0", ["ray"]),
        ("curl -fsSLO https://download.docker.com/linux/static/stable/x86_64/docker-24.0.7.tgz", ["docker-engine"]),
        ("apt-get remove munge=0.5.15-2", []), ("apt-get install -y munge", []), ("echo munge=0.5", []), ("", []), ("apt-get", []),
    ],
)  # fmt: skip
def test_commands(command, products):
    assert [found.product for found in installed(shlex.split(command))] == products


def test_lists():
    assert [found.name for found in listed(["--x=1", "munge=0.5.15", "jq"])] == ["munge"]


@given(
    st.lists(
        st.text(max_size=60) | st.sampled_from(["apt-get", "pip", "curl", "install", "=", "==", "munge=", "1.1:2-3"])
    )
)
def test_no_word_is_too_strange(words):
    for found in (*installed(words), *installed(["apt", "install", *words]), *listed(words, python=True)):
        assert found.product


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("uv add vllm==0.6.0", ("vllm", "0.6.0")),
        ("uv tool install vllm==0.6.0", ("vllm", "0.6.0")),
        ("pipx install litellm==1.40.0", ("litellm", "1.40.0")),
        ("poetry add vllm==0.6.0", ("vllm", "0.6.0")),
        ("conda install -y vllm=0.6.0", ("vllm", "0.6.0")),
        ("micromamba create -n x conda-forge::vllm=0.6.0=py39_0", ("vllm", "0.6.0")),
        ("pip install 'vllm>=0.5,<0.7'", ("vllm", "0.6")),
        ("pip install 'vllm<0.6.4,<0.7'", ("vllm", "0.6.3")),
        ("pip install 'vllm<0.7.0'", ("vllm", "0.6")),
        ("pip install 'vllm<=0.6.3'", ("vllm", "0.6.3")),
        ("pip install vllm~=0.6.0", ("vllm", "0.6")),
        ("pip install 'vllm==0.6.*'", ("vllm", "0.6")),
        ("pip install 'vllm<0'", None),
        ("pip install 'vllm<0.7rc1'", None),
        ("pip install 'vllm>=0.5'", None),
        ("pip install 'vllm!=0.5'", None),
        ("pip install vllm==$V", ("vllm", UNSET)),
        ("pip install 'vllm>$V'", None),
        ("pip install https://x/vllm-0.6.0+cu118-cp38-abi3-manylinux1_x86_64.whl", ("vllm", "0.6.0")),
        ("pip install https://x/v0.6.0/vllm-0.6.0%2Bcu118-cp38-abi3-manylinux1_x86_64.whl#sha256=0", ("vllm", "0.6.0")),
        ("pip install 'vllm @ https://x/vllm-0.6.0-cp38-abi3-manylinux1_x86_64.whl'", ("vllm", "0.6.0")),
        ("pip install ./vllm-0.6.0.tar.gz", ("vllm", "0.6.0")),
        ("pip install ./other-0.6.0.tar.gz", None),
        ("dpkg -i /tmp/nvidia-container-toolkit_1.14.0-1_amd64.deb", ("nvidia-container-toolkit", "1.14.0-1")),
        ("apt-get install ./nvidia-container-toolkit_1.14.0-1_amd64.deb", ("nvidia-container-toolkit", "1.14.0-1")),
        ("curl -O https://x/other_1.14.0-1_amd64.deb", None),
        ("dnf install https://x/nvidia-container-toolkit-1.14.0-1.x86_64.rpm", ("nvidia-container-toolkit", "1.14.0")),
        ("rpm -ivh https://x/nvidia-container-toolkit-1.14.0-1.x86_64.rpm", ("nvidia-container-toolkit", "1.14.0")),
    ],
)
def test_versions_that_ranges_and_files_say(command, found):
    packages = [(each.name, each.version) for each in installed(shlex.split(command))]
    assert packages == ([found] if found else [])
