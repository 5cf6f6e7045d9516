"""An `EventSource` of Argo Events -> a `pipeline`: who may cause the events that start workflows.

Source, checked 2026-11-30: Argo Events, API reference (WebhookEventSource, `authSecret`: a bearer token that requests
must show; GithubEventSource, `webhookSecret`; GitlabEventSource, `secretToken`; BitbucketServerEventSource,
`webhookSecret`; SlackEventSource, `signingSecret`; SNSEventSource, `validateSignature`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from holdfast.collect.fields import Fields
from holdfast.collect.pipelines.draft import Draft
from holdfast.collect.pipelines.pods import name_of
from holdfast.core.asset import Asset, Spot
from holdfast.formats import yaml
from holdfast.kinds.pipeline import Trigger

SOURCE = "argo"
PROOFS: Mapping[str, str] = {
    "webhook": "authSecret",
    "github": "webhookSecret",
    "gitlab": "secretToken",
    "bitbucketserver": "webhookSecret",
    "slack": "signingSecret",
    "sns": "validateSignature",
}
"""Sort of events that come as requests -> what makes their sender prove who it is."""


def is_workflow(path: str, document: Mapping[str, Any]) -> bool:  # noqa: ARG001 - one signature for all platforms
    """Whether a document is an event source, by its version and kind."""
    return str(document.get("apiVersion")).startswith("argoproj.io/") and document.get("kind") == "EventSource"


def read(document: yaml.Mapping, path: str, line: int) -> Iterator[Asset]:
    """The pipeline of one event source: each of its events that a request causes is a trigger."""
    draft = Draft(path, SOURCE)
    root = Fields(document, "", "", {}, line)
    draft.spots[""] = Spot(line + document.mark.line, document.mark.column + 1)
    spec = root.child("spec")
    for sort, proof in PROOFS.items():
        events = spec.child(sort)
        for name, event in events.data.items():
            if not isinstance(event, yaml.Mapping):
                continue
            mark = events.data.marks[name]
            spot = Spot(line + mark.line, mark.column + 1, events.place(name))
            given = event.get(proof)
            part = Trigger(name=name, filters=[], trusted=True, verified=given is not None and given is not False)
            draft.add("triggers", part, spot)
    asset = draft.finish(name_of(document), "trigger", None)
    yield replace(asset, id=f"pipeline/{path}/{SOURCE}.eventsource.{name_of(document)}")
