"""Containers of pipelines that are Kubernetes objects: what they run, and with which Secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET

from holdfast.collect.fields import TEMPLATED, Fields, written
from holdfast.collect.launches import shell_text
from holdfast.collect.pipelines.draft import Draft
from holdfast.collect.pipelines.literals import credentials
from holdfast.collect.pipelines.scripts import Script, take
from holdfast.core.asset import Spot
from holdfast.core.coverage import Gap
from holdfast.core.fact import Fact
from holdfast.formats import yaml
from holdfast.kinds.pipeline import Step


def name_of(document: Mapping[str, Any]) -> str:
    """The name of an object, or the beginning that its name gets."""
    metadata = document.get("metadata")
    found = metadata.get("name", metadata.get("generateName")) if isinstance(metadata, dict) else None
    return found if isinstance(found, str) else "unnamed"


def container(
    draft: Draft,
    fields: Fields,
    job: str,
    parameter: re.Pattern[str],
    expression: re.Pattern[str],
    common: object,
    *,
    tolerated: Fact[bool] = False,
) -> Iterator[Gap]:
    """Takes up one container: its image, and its script or the text that its shell is given."""
    data = fields.data
    here = Spot(fields.line + data.mark.line, data.mark.column + 1, fields.pointer)
    image = data.get("image")
    if image is not None:
        draft.image(image if isinstance(image, str) and not TEMPLATED.search(image) else UNSET, job, "step", here)
    key, text = _text(data)
    known, held = _env([*_list(common), *_list(data.get("env"))])
    draft.of(job).secrets.update(held.values())
    goes_on: Fact[bool] = True if data.get("onError") == "continue" else tolerated
    step = Step(
        name=data.get("name") if isinstance(data.get("name"), str) else None,
        job=job,
        uses=None,
        script=text or None,
        inputs={},
        secrets=sorted(set(held.values())),
        credentials=credentials(text),
        injected=[],
        parameters=parameter.findall(text),
        revealed=[],
        untrusted_checkout=False,
        runs_artifact=False,
        keeps_token=False,
        caches=False,
        tolerated=goes_on,
    )
    draft.add("steps", step, here)
    if text:
        mark = data.marks[key]
        spot = Spot(fields.line + mark.line, mark.column + 1, fields.place(key))
        holes = [match.span() for match in expression.finditer(text)]

        def secrets(word: str) -> list[str]:
            return [name for variable, name in held.items() if f"${variable}" in word or f"${{{variable}}}" in word]

        yield from take(draft, Script(text, job, spot, holes, known, goes_on), secrets)


def _text(data: yaml.Mapping) -> tuple[str, str]:
    """The key under which a script stands, and the script; both empty where no shell is given one."""
    for key in ("script", "source"):
        if isinstance(data.get(key), str):
            return key, data[key]
    words = [*_list(data.get("command")), *_list(data.get("args"))]
    if not all(isinstance(word, str) for word in words):
        return "", ""
    at = shell_text(words)
    if not at:
        return "", ""
    return ("args" if at >= len(_list(data.get("command"))) else "command"), words[at]


def _env(items: list[Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Literal variables, and variable -> the Secret that it is taken from."""
    known, held = {}, {}
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            continue
        source = item.get("valueFrom")
        reference = source.get("secretKeyRef") if isinstance(source, dict) else None
        if isinstance(reference, dict):
            held[item["name"]] = written(reference.get("name"))
            known[item["name"]] = f"${item['name']}"
        elif "value" in item and not isinstance(item["value"], dict | list):
            known[item["name"]] = written(item["value"])
    return known, held


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
