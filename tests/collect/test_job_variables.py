"""Credentials that job scripts hand over in other ways than `export`."""

from __future__ import annotations

import pytest
from tests.collect.looking import items

from holdfast.collect.slurm.files import read
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Spot
from holdfast.kinds.workload import Workload

KEY = "0123456789abcdef" * 3


def found(text: str, path: str = "a.sbatch") -> list[tuple[str, str, Spot]]:
    jobs = [item for item in items(text, path) if isinstance(item, Asset) and isinstance(item.facts, Workload)]
    return [
        (variable.name, str.__str__(variable.value), job.spots[f"containers[0].env[{index}]"])
        for job in jobs
        for index, variable in enumerate(job.facts.containers[0].env)
    ]


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("#SBATCH --export=ALL,HF_TOKEN=x1", "HF_TOKEN", "x1"),
        ('#SBATCH --export "ALL,A_B=x 1,C"', "A_B", "x 1"),
        ("srun --export=ALL,A=b python x", "A", "b"),
        ('sbatch --export=A="b" x.sbatch', "A", "b"),
        ('sbatch --wrap "export A=b; python x"', "A", "b"),
        ("sbatch --wrap='export A=b; python x'", "A", "b"),
        ("huggingface-cli login --token x1 --add-to-git-credential", "HF_TOKEN", "x1"),
        ("hf auth login --token=x1", "HF_TOKEN", "x1"),
        (f"wandb login --relogin {KEY}", "WANDB_API_KEY", KEY),
        ("setenv WANDB_API_KEY x1", "WANDB_API_KEY", "x1"),
        ('echo "export A=b"', "A", "b"),
        ("export A=b\ntrue", "A", "b"),
    ],
)
def test_ways_of_handing_over_a_variable(line, name, value):
    ((first, given, spot),) = found(f"#!/bin/bash\n#SBATCH -N1\n{line}\n")
    assert (first, given, spot.line) == (name, value, 3)


@pytest.mark.parametrize(
    "line",
    [
        "#SBATCH --export=ALL",
        "#SBATCH --export=A=$B",
        "# srun --export=A=b",
        "hf auth login --token $HF_TOKEN",
        "hf auth login --token",
        "hf auth whoami --token x",
        "wandb login",
        "wandb login host",
        "setenv A",
        "echo A=b",
    ],
)
def test_what_hands_over_nothing(line):
    assert found(f"#!/bin/bash\n#SBATCH -N1\n{line}\n") == []


def test_a_script_that_submits_is_told_for_its_variables_alone():
    assert [name for name, _, _ in found("sbatch --export=A=b x.sbatch\n", "submit.sh")] == ["A"]
    assert found("sbatch --export=ALL x.sbatch\n", "submit.sh") == []
    assert found("echo --export=A=b\n", "submit.sh") == []


def test_programs_that_slurm_runs():
    members = {
        "slurm.conf": b"TaskProlog=/etc/slurm/task.sh\nResumeProgram=/etc/slurm/up.py\n",
        "task.sh": b"#!/bin/sh\necho export A=b\n",
        "up.py": b"#!/usr/bin/python3\nA='b'\n",
        "epilog.d/1": b"#!/bin/sh\nA=b\ntrue\n",
    }
    jobs = [item.facts for item in read(Files(members)) if isinstance(item, Asset) and isinstance(item.facts, Workload)]
    assert [(job.name, [env.name for env in job.containers[0].env]) for job in jobs] == [
        ("TaskProlog", ["A"]),
        ("Epilog", ["A"]),
    ]
