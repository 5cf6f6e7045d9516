"""CycloneDX 1.6, checked with the project's own schema."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from cyclonedx import schema
from cyclonedx.validation import json as validation
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.inventory import Item
from holdfast.report.cyclonedx import SERVICES, TYPES, Options, render

VALIDATOR = validation.JsonStrictValidator(schema.SchemaVersion.V1_6)
NOW = datetime(2026, 12, 1, tzinfo=UTC)
HOSTILE = (
    "",
    "x",
    "\x1b[31m",
    "a\nb",
    "\u202e",
    "\ud800",
    "=1+1",
    "<script>",
    "x" * 3000,
    "urn:cdx:x",
    "é/ü",
    "#2",
    "a#2",
)


def item(name: str = "bucket/a", **fields: Any) -> Item:
    given = {
        "id": 1,
        "kind": name.partition("/")[0],
        "source": "terraform",
        "origin": "acme/ml",
        "path": "a.tf",
        "attributes": {},
        "first_seen": 1,
        "last_seen": 2,
        "changed": 1,
        "gone": 0,
        "declared": True,
        "weight": 0,
        "open": {},
        **fields,
    }
    return Item(name=name, **given)


def document(*items: Item, **relations: list[str]) -> dict[str, Any]:
    data = render(items, Options("0.1", NOW, relations))
    assert VALIDATOR.validate_str(data.decode()) is None
    found = json.loads(data)
    refs = [part["bom-ref"] for part in (*found["components"], *found["services"])]
    assert len(set(refs)) == len(refs) == len(items)
    return found


def test_stores_are_data_models_are_models_and_endpoints_are_services() -> None:
    found = document(item(), item("served_model/m"), item("node/n"), item("endpoint/e"))
    assert [part["type"] for part in found["components"]] == ["data", "machine-learning-model", "platform"]
    assert [part["name"] for part in found["services"]] == ["e"]


def test_a_service_says_whether_it_is_public_and_who_runs_it() -> None:
    known = {"exposure": ("public", "fact"), "provider": ("aws", "fact")}
    (service,) = document(item("endpoint/e", attributes=known))["services"]
    assert (service["x-trust-boundary"], service["provider"]) == (True, {"name": "aws"})


def test_attributes_and_findings_are_properties() -> None:
    (part,) = document(item(attributes={"data_class": ("internal", "tag")}, open={"high": 2}))["components"]
    told = {each["name"]: each["value"] for each in part["properties"]}
    assert (told["holdfast:data-class"], told["holdfast:open-high"]) == ("internal", "2")


def test_what_several_sources_call_alike_has_a_reference_each() -> None:
    found = document(item(), item("bucket/a#2"), item(source="pulumi"))
    assert [part["bom-ref"] for part in found["components"]] == ["bucket/a", "bucket/a#2", "bucket/a#3"]


def test_only_what_is_listed_is_depended_on() -> None:
    document_ = json.loads(
        render(
            [item(), item("workload/w")],
            Options("0", NOW, {"workload/w": ["bucket/a", "bucket/z"], "x/y": ["bucket/a"]}),
        )
    )
    assert document_["dependencies"] == [{"ref": "workload/w", "dependsOn": ["bucket/a"]}]


def test_the_same_inventory_has_the_same_serial_number() -> None:
    one, again, other = document(item()), document(item(last_seen=9)), document(item(changed=9))
    assert one["serialNumber"] == again["serialNumber"] != other["serialNumber"]


KINDS = st.sampled_from(sorted({*SERVICES, *TYPES, "node", ""}))
TEXT = st.sampled_from(HOSTILE) | st.text(max_size=20)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.builds("{}/{}".format, KINDS, TEXT), max_size=5), TEXT, TEXT)
def test_any_name_gives_a_valid_document(names: list[str], origin: str, value: str) -> None:
    known = {"owner": (value, "x"), "provider": (value, "x"), "exposure": (value, "x")}
    document(*(item(name, origin=origin, path=value, attributes=known) for name in names))
