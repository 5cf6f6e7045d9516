"""What is known of an asset, and where it was taken from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, Struct

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Secret
from holdfast.core.permissions import Permissions
from holdfast.estate.attributes import attributes, credentials
from holdfast.kinds.bucket import Bucket
from holdfast.kinds.instance import Instance
from holdfast.kinds.namespace import Namespace
from holdfast.kinds.queue import Queue
from holdfast.kinds.slurm_database import SlurmDatabase
from holdfast.kinds.sudo_setup import SudoSetup
from holdfast.kinds.workload import Container, EnvVar, Workload


class Entry(Struct, frozen=True):
    asset: str
    said: Mapping[str, str]
    where: str = "assets[0] in the settings"

    def covers(self, asset: str, path: str) -> bool:
        return asset == self.asset

    def declared(self) -> Mapping[str, str]:
        return self.said


def bucket(name: str = "a", **fields: Any) -> Asset:
    facts = {key: fields.pop(key) for key in list(fields) if key in Bucket.__struct_fields__}
    return Asset(f"bucket/{name}", Bucket(**facts), "terraform", "a.tf", **fields)


def known(
    *assets: Asset, edges: tuple[Edge, ...] = (), entries: tuple[Entry, ...] = (), owner: str = ""
) -> list[dict[str, str]]:
    found = attributes(assets, edges, entries, lambda path: owner)
    assert all(each.values.keys() == each.because.keys() for each in found)
    return [dict(each.values) for each in found]


def test_settings_win_over_owners_and_owners_over_labels_and_labels_over_facts() -> None:
    labels = {"owner": "label", "data-class": "secret"}
    asset = Asset("bucket/a", Instance(data_class="internal", region_in="eu"), "manifest", "a.yaml", labels=labels)
    assert known(asset)[0] == {"law": "eu", "owner": "label", "data_class": "secret"}
    assert known(asset, owner="codeowner")[0]["owner"] == "codeowner"
    entry = Entry("bucket/a", {"owner": "settings", "purpose": "demo"})
    said = {"law": "eu", "owner": "settings", "data_class": "secret", "purpose": "demo"}
    assert known(asset, owner="codeowner", entries=(entry,))[0] == said
    assert "owner" not in known(bucket(), entries=(Entry("bucket/b", {"owner": "x"}),))[0]


def test_what_was_seen_of_the_exposure_counts_before_what_is_declared() -> None:
    entry = Entry("bucket/a", {"exposure": "private"})
    shared = bucket(public_read=False, public_write=False, shared_with=["elsewhere"])
    assert known(shared, entries=(entry,))[0]["exposure"] == "public"
    assert known(bucket(public_read=True), entries=(entry,))[0]["exposure"] == "public"
    assert known(bucket(public_read=False, public_write=UNSET, shared_with=[]))[0].get("exposure") is None
    assert known(bucket(public_read=UNSET), entries=(entry,))[0]["exposure"] == "private"
    assert known(bucket(public_read=False, public_write=False, shared_with=[]))[0]["exposure"] == "private"
    assert known(Asset("queue/q", Queue(public=False, public_network=False), "terraform"))[0]["exposure"] == "private"


def test_tags_and_labels_of_the_source_are_read_together() -> None:
    asset = bucket(tags={"team": "ml"}, labels={"environment": "production", "team": "other"})
    assert known(asset)[0] == {"owner": "ml", "environment": "production"}


def test_what_nobody_says_is_taken_from_what_it_runs_on_or_its_namespace() -> None:
    machine = Asset(
        "instance/m", Instance(provider="aws", public_address=True), "terraform", "m.tf", labels={"owner": "infra"}
    )
    job = Asset("workload/w", Workload(namespace="ml"), "manifest", "w.yaml")
    space = Asset("namespace/ml", Namespace(name="ml"), "manifest", "w.yaml", labels={"env": "staging"})
    edge = Edge("workload/w", "runs_on", "instance/m")
    below, _ = known(job, machine, edges=(edge,))
    assert below == {"owner": "infra", "provider": "aws"}, "exposure is nobody else's"
    assert known(job, machine, edges=(Edge("instance/m", "runs", "workload/w"),))[0] == below
    assert known(job, space)[0] == {"environment": "staging"}
    assert (
        known(job, edges=(edge, Edge("workload/w", "runs_on", "workload/w"), Edge("workload/w", "reads", "x")))[0] == {}
    )


def test_parents_that_run_on_one_another_end() -> None:
    one, other = bucket("a"), bucket("b", labels={"owner": "x"})
    edges = (Edge("bucket/a", "runs_on", "bucket/b"), Edge("bucket/b", "runs_on", "bucket/a"))
    assert known(one, other, edges=edges) == [{"owner": "x"}, {"owner": "x"}]


def test_credentials_are_named_and_never_shown() -> None:
    env = [
        EnvVar(name="HF_TOKEN", value=Secret("hf_x")),
        EnvVar(name="WANDB_API_KEY", value=UNSET),
        EnvVar(name="HOME", value="/root"),
    ]
    facts = Workload(containers=[Container(name="c", env=env)])
    assert credentials(facts) == ["HF_TOKEN", "WANDB_API_KEY"]
    assert credentials(Instance(secrets_in_user_data=["API_KEY", Secret("x")])) == ["API_KEY"]  # type: ignore[list-item]
    assert credentials(Bucket(name="x")) == []


def test_credentials_of_other_kinds_are_named_by_their_field_or_their_name() -> None:
    assert credentials(SlurmDatabase(storage_password=Secret("x"))) == ["storage_password"]
    assert credentials(SudoSetup(permissions=Permissions())) == []
