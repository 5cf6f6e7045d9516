"""Image references, as Docker reads them."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from holdfast.core.image import MAX_LENGTH, ImageReference, split_image

SHA = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("nginx", ("docker.io", "library/nginx", None, None)),
        ("nginx:1.25", ("docker.io", "library/nginx", "1.25", None)),
        ("vllm/vllm-openai:v0.8.4", ("docker.io", "vllm/vllm-openai", "v0.8.4", None)),
        ("docker.io/nginx", ("docker.io", "library/nginx", None, None)),
        ("index.docker.io/library/nginx", ("docker.io", "library/nginx", None, None)),
        ("nvcr.io/nvidia/k8s/dcgm-exporter:3.3", ("nvcr.io", "nvidia/k8s/dcgm-exporter", "3.3", None)),
        ("localhost/app", ("localhost", "app", None, None)),
        ("localhost:5000/app:x", ("localhost:5000", "app", "x", None)),
        ("[::1]:5000/app", ("[::1]:5000", "app", None, None)),
        (f"a/b@{SHA}", ("docker.io", "a/b", None, SHA)),
        (f"r.example/a/b:1@{SHA}", ("r.example", "a/b", "1", SHA)),
    ],
)
def test_a_reference_has_four_parts(text: str, parts: tuple[str | None, ...]) -> None:
    assert split_image(text) == parts


@pytest.mark.parametrize(
    "text",
    ["", "UPPER", "a b", "{{ .Values.image }}", "${IMAGE}", "a:", "a@sha256:0", "/a", "a//", "a" * (MAX_LENGTH + 1)],
)
def test_what_is_no_reference_has_none(text: str) -> None:
    assert split_image(text) is None


def test_the_basename_is_the_last_step() -> None:
    assert ImageReference("docker.io", "a/b/vllm-openai", None, None).basename == "vllm-openai"
    assert ImageReference("docker.io", "vllm", None, None).basename == "vllm"


@settings(max_examples=50, deadline=None, phases=[Phase.explicit, Phase.generate, Phase.shrink])
@given(text=st.text(st.sampled_from("aA1.-_/:@[]$ é"), max_size=40))
def test_any_text_is_a_reference_or_none(text: str) -> None:
    parts = split_image(text)
    assert parts is None or parts.repository


@pytest.mark.parametrize("text", ["a-" * 512, "a/" * 512, "a." * 511 + "!", "[" + ":" * 1000, "a:" * 500])
def test_a_hostile_reference_is_split_at_once(text: str) -> None:
    split_image(text)
