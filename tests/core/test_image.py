"""Image references as the distribution project's grammar and Docker's defaults read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.image import MAX_LENGTH, ImageReference, split_image

DIGEST = f"sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("nginx", ("docker.io", "library/nginx", None, None)),
        ("nginx:1.27", ("docker.io", "library/nginx", "1.27", None)),
        ("docker.io/nginx", ("docker.io", "library/nginx", None, None)),
        ("index.docker.io/nginx", ("docker.io", "library/nginx", None, None)),
        ("vllm/vllm-openai:v0.9.1", ("docker.io", "vllm/vllm-openai", "v0.9.1", None)),
        ("nvcr.io/nvidia/tritonserver:25.01-py3", ("nvcr.io", "nvidia/tritonserver", "25.01-py3", None)),
        ("localhost/a", ("localhost", "a", None, None)),
        ("host:5000/a/b:c", ("host:5000", "a/b", "c", None)),
        ("[::1]:5000/a:b", ("[::1]:5000", "a", "b", None)),
        (f"a/b:c@{DIGEST}", ("docker.io", "a/b", "c", DIGEST)),
        (f"r.io/b@{DIGEST}", ("r.io", "b", None, DIGEST)),
    ],
)
def test_a_reference_has_four_parts(reference, parts):
    assert split_image(reference) == ImageReference(*parts)


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "A/b",
        "a:",
        "a@sha256:1",
        "a b",
        "{{ .Values.image }}",
        "${IMAGE}",
        "a/$TAG",
        "r.io/",
        "a" * (MAX_LENGTH + 1),
    ],
)
def test_what_is_no_reference_has_no_parts(reference):
    assert split_image(reference) is None


def test_the_basename_is_the_last_step():
    found = split_image("ghcr.io/a/b/text-generation-inference:3")
    assert found is not None
    assert found.basename == "text-generation-inference"


@given(st.text(max_size=40))
def test_any_text_is_a_reference_or_none(text):
    found = split_image(text)
    assert found is None or found.repository
