"""Batch scripts for Slurm, as jobs and as scripts."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from tests.collect.looking import items, servers

from holdfast.core.asset import Asset, Spot
from holdfast.kinds.script import Script
from holdfast.kinds.workload import Workload

JOB = """#!/bin/bash
#SBATCH --job-name=train
#SBATCH --output=/tmp/%j.out
#SBATCH --error=logs/%j.err
export HF_TOKEN=hf_x OTHER=$OTHER
chmod 777 out
srun --container-image=nvcr.io#nvidia/pytorch:24.01-py3 python train.py
srun --container-image=$IMAGE true
srun --container-image=busybox@sha256:{digest} true
vllm serve model
""".replace("{digest}", "a" * 64)


def assets(text: str, path: str = "train.sbatch") -> tuple[Asset, Asset]:
    found = [item for item in items(text, path) if isinstance(item, Asset)]
    (script,) = [item for item in found if isinstance(item.facts, Script)]
    (job,) = [item for item in found if isinstance(item.facts, Workload)]
    return script, job


def test_a_job_is_a_workload_of_which_the_cluster_decides_the_rest():
    script, job = assets(JOB)
    assert (job.id, job.source, job.partial) == ("workload/train.sbatch/train", "sbatch", True)
    assert (job.facts.name, job.facts.controller) == ("train", "SlurmJob")
    first, second, third = job.facts.containers
    assert (first.registry, first.repository, first.tag, first.digest) == (
        "nvcr.io",
        "nvidia/pytorch",
        "24.01-py3",
        None,
    )
    assert (second.image, second.tag) == (UNSET, UNSET)
    assert third.digest == "sha256:" + "a" * 64
    assert job.spots["containers[0].image"] == Spot(7, 6)
    assert [(variable.name, variable.origin) for variable in first.env] == [("HF_TOKEN", "literal")]
    assert job.spots["containers[0].env[0]"] == Spot(5, 8)
    assert first.privileged is UNSET


def test_what_the_script_opens_to_others():
    script, _ = assets(JOB)
    assert (script.facts.called_by, script.facts.runs_as) == (["sbatch"], "user")
    assert [use.name for use in script.facts.opens_files] == ["chmod", "/tmp/%j.out"]
    assert script.spots["opens_files[1]"] == Spot(3, 1)


def test_servers_of_a_job_are_still_seen():
    (server,) = servers(JOB, "train.sbatch")
    assert server.facts.product == "vllm"


def test_a_job_without_a_container_or_a_name():
    _, job = assets("#!/bin/bash\n#SBATCH -N1\npython train.py\n", "a.sh")
    assert job.id == "workload/a.sh/job"
    (only,) = job.facts.containers
    assert (only.name, only.image, only.env) == ("job", None, [])


def test_an_image_that_is_no_reference_keeps_its_text():
    _, job = assets("#!/bin/bash\n#SBATCH -N1\nsrun --container-image='A B' true\n")
    assert job.facts.containers[0].image == "A B"


def test_a_script_that_only_speaks_of_sbatch_is_none():
    assert [item for item in items("echo\n#SBATCH -N1\n", "a.sh") if isinstance(item, Asset)] == []


@pytest.mark.parametrize("path", ["a.sub", "a.job", "a.slm", "a.batch"])
def test_other_names_of_batch_scripts(path):
    assert next(item.id for item in items(JOB, path) if isinstance(item, Asset)) == f"script/{path}/script"
    assert items("<xml>vllm serve model", path) == []


PYTHON = """#!/usr/bin/env python3
#SBATCH --job-name=train --output=/tmp/%j.out
#SBATCH --export=ALL,A_B=x1

import os
os.environ["HF_TOKEN"] = "hf_x"
os.environ.setdefault('C', 'c1')
os.putenv("D", "d1")
vllm = "serve"
'''it's text'''
"""


@pytest.mark.parametrize("path", ["a.sbatch", "a.slurm", "a.sub", "a.job", "a.sh"])
@pytest.mark.parametrize(
    ("first", "interpreter"),
    [
        ("#!/usr/bin/env python3", "python3"),
        ("#!/usr/bin/python3.11", "python3.11"),
        ("#! /opt/bin/perl -w", "perl"),
        ("#!Rscript", "Rscript"),
    ],
)
def test_a_job_in_another_language_shows_its_options_and_variables_alone(path, first, interpreter):
    script, job = assets(PYTHON.replace("#!/usr/bin/env python3", first), path)
    assert script.facts.interpreter == interpreter
    assert (script.glimpsed, script.facts.called_by, script.facts.runs_as) == (True, ["sbatch"], "user")
    assert [use.name for use in script.facts.opens_files] == ["/tmp/%j.out"]
    assert script.spots["opens_files[0]"] == Spot(2, 1)
    assert (script.facts.unquoted, script.facts.searched) == (UNSET, UNSET)
    assert job.facts.name == "train"
    found = [(variable.name, str.__str__(variable.value)) for variable in job.facts.containers[0].env]
    assert found == [("A_B", "x1"), ("HF_TOKEN", "hf_x"), ("C", "c1"), ("D", "d1")]
    assert job.spots["containers[0].env[1]"] == Spot(6, 1)


def test_a_program_that_writes_job_scripts_is_none():
    text = "#!/usr/bin/python3\nJOB = '''#!/bin/bash\n#SBATCH -N1\nexport A=b\n'''\n"
    assert items(text, "a.sbatch") == []


def test_a_job_of_the_c_shell_is_read_as_before():
    _, job = assets("#!/bin/tcsh\n#SBATCH -N1\nsetenv HF_TOKEN hf_x\n")
    assert [variable.name for variable in job.facts.containers[0].env] == ["HF_TOKEN"]
