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


HUB = "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"
GITHUB = "ghp_Zk3Lm9Qw8Er7Ty6Ui5Op4As3Df2Gh1Jk0LzX"
WANDB = "4f9a01c3e27bd85f6a0e1d2c3b4a59687f8e9d0c"


@pytest.mark.parametrize(
    ("line", "name", "value", "column"),
    [
        (f"srun python t.py --hf-token {HUB}", "HF_TOKEN", HUB, 29),
        (f"git clone https://user:{GITHUB}@github.com/acme/x", "GITHUB_TOKEN", GITHUB, 24),
        (f"python -c \"import wandb; wandb.login(key='{WANDB}')\"", "WANDB_API_KEY", WANDB, 43),
        (f'python -c "wandb.login(host=h, key = \\"{WANDB}\\")"', "WANDB_API_KEY", WANDB, 40),
        (f"# the old one was {GITHUB}", "GITHUB_TOKEN", GITHUB, 19),
    ],
)
def test_what_looks_like_a_credential_is_one_wherever_it_stands(line, name, value, column):
    assert found(f"#!/bin/bash\n#SBATCH -N1\n{line}\ntrue\n") == [(name, value, Spot(3, column))]


def test_a_token_that_is_a_variable_is_told_once():
    assert [name for name, *_ in found(f"#!/bin/bash\n#SBATCH -N1\nexport HF_TOKEN={HUB}\ntrue\n")] == ["HF_TOKEN"]


@pytest.mark.parametrize(
    "line",
    [
        "x --hf-token hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "x --hf-token $HF_TOKEN",
        "python -c \"wandb.login(key='your_wandb_api_key_goes_here_0000000000000000')\"",
        "python -c \"wandb.login(key='$WANDB_API_KEY')\"",
        f"python -c 'print(key=\"{WANDB}\")'",
        "git clone https://user:ghp_yourtokenyourtokenyourtokenyourtoken@github.com/acme/x",
        "x --token glpat-Zk3Lm9Qw8Er7Ty6Ui5Op",
    ],
)
def test_placeholders_and_tokens_that_no_variable_stands_for_are_left(line):
    assert found(f"#!/bin/bash\n#SBATCH -N1\n{line}\ntrue\n") == []


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
