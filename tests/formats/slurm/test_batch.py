"""Batch scripts: what sbatch takes from them, and which images they start."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.formats.slurm.batch import images, is_batch, options


def given_options(text: str) -> dict[str, str]:
    return {option.name: option.value for option in options(text)}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("#SBATCH --output=a.out", {"output": "a.out"}),
        ("#SBATCH --output a.out", {"output": "a.out"}),
        ("#SBATCH -o a.out -N2", {"output": "a.out", "nodes": "2"}),
        ("#SBATCH --exclusive --time=1:00 # why", {"exclusive": "", "time": "1:00"}),
        ("#SBATCH --comment='two words'", {"comment": "two words"}),
        ("#SBATCH --comment='open", {"comment": "'open"}),
        ("#SBATCH stray", {}),
        ("#SBATCH -x", {"x": ""}),
        ("##SBATCH --output=a", {}),
        ("# SBATCH --output=a", {}),
    ],
)
def test_options(line, found):
    assert given_options(f"#!/bin/bash\n{line}\n") == found


def test_options_end_at_the_first_command():
    text = "#!/bin/bash\n\n#SBATCH --nodes=1\necho\n#SBATCH --output=x\n"
    assert given_options(text) == {"nodes": "1"}
    assert is_batch(text)
    assert not is_batch("echo\n#SBATCH --nodes=1\n")
    assert not is_batch("echo\n")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("srun --container-image=nvcr.io#nvidia/pytorch:24.01-py3 x", ["nvcr.io/nvidia/pytorch:24.01-py3"]),
        ("#SBATCH --container-image nvcr.io\\#nvidia/pytorch:24.01-py3", ["nvcr.io/nvidia/pytorch:24.01-py3"]),
        ("srun --container-image=alpine:3 --container-image=alpine:3", ["alpine:3"]),
        ('srun --container-image="$IMAGE" x', ["$IMAGE"]),
        ("srun --container-image=user@reg.example#a/b:1 x", ["reg.example/a/b:1"]),
        ("srun --container-image=/images/a.sqsh x", []),
        ("srun --container-image a.sqsh x", []),
        ("apptainer exec docker://ubuntu:22.04 true", ["ubuntu:22.04"]),
        ("enroot import docker://ghcr.io#org/a@sha256:" + "a" * 64, ["ghcr.io/org/a@sha256:" + "a" * 64]),
        ("# srun --container-image=a", []),
    ],
)
def test_images(line, found):
    assert [image.reference for image in images(line + "\n")] == found


def test_an_image_has_its_place():
    (image,) = images("\n  srun --container-image=a:1\n")
    assert (image.line, image.column) == (2, 8)


@given(st.text(max_size=300))
def test_any_text(text):
    list(options(text))
    list(images(text))
