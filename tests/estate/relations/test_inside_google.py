from __future__ import annotations

import pytest
from tests.collect.cloud.declaring import facts
from tests.estate.relations.sources import edges

ESTATE = """
variable "x" {}
resource "google_compute_network" "v" { name = "v" }
resource "google_compute_subnetwork" "s" {
  network       = google_compute_network.v.id
  ip_cidr_range = "10.8.0.0/20"
}
resource "google_compute_instance" "front" {
  tags = ["front"]
  network_interface {
    subnetwork = google_compute_subnetwork.s.id
  }
}
resource "google_compute_instance" "back" {
  tags = ["back"]
  network_interface {
    network = "v"
  }
}
"""
FRONT, BACK = (f"zone/group/google_compute_network.v:{tag}" for tag in ("front", "back"))
WHOLE = "zone/network/google_compute_network.v"
SSH = 'allow {\n protocol = "tcp"\n ports = ["22"]\n }'


def rule(body: str, allow: str = SSH, name: str = "r", network: str = "google_compute_network.v.name") -> str:
    return f'resource "google_compute_firewall" "{name}" {{\n network = {network}\n {allow}\n {body}\n}}\n'


def reached(*rules: str, name: str = "back") -> set[str]:
    found = edges("reachable_from", main_tf=ESTATE + "".join(rules))
    start = f"{name} reachable_from zone/"
    return {
        each.partition(" reachable_from ")[2] for each in found if each.startswith(start) and "internet" not in each
    }


FROM = 'source_tags = ["front"]'


@pytest.mark.parametrize(
    ("rules", "answer"),
    [
        ([rule(FROM)], {FRONT}),
        ([rule(f'{FROM}\n target_tags = ["back"]')], {FRONT}),
        ([rule(f'{FROM}\n target_tags = ["other"]')], set()),
        ([rule(f"{FROM}\n target_tags = [var.x]")], {f"{FRONT}?"}),
        ([rule('source_ranges = ["10.0.0.0/8"]')], {WHOLE}),
        ([rule('source_ranges = ["10.8.0.0/24"]')], {f"{WHOLE}?"}),
        ([rule('source_ranges = ["10.9.0.0/16"]')], set()),
        ([rule("")], {WHOLE}),
        ([rule(FROM, SSH.replace("22", "80"))], set()),
        ([rule(FROM, SSH.replace("tcp", "udp"))], set()),
        ([rule(f'{FROM}\n direction = "EGRESS"')], set()),
        ([rule(f"{FROM}\n disabled = true")], set()),
        ([rule(FROM, network='"other"')], set()),
        ([rule(FROM, network="var.x")], set()),
        ([rule(FROM, 'allow {\n protocol = "all"\n }')], {FRONT}),
        ([rule(FROM), rule('source_ranges = ["10.8.1.0/24"]', SSH.replace("allow", "deny"), "d")], {f"{FRONT}?"}),
        ([rule(FROM), rule("", SSH.replace("allow", "deny").replace("22", "80"), "d")], {FRONT}),
    ],
)
def test_a_machine_is_reached_from_whom_rules_of_its_network_let_in(rules, answer):
    assert reached(*rules) == answer


def test_machines_speak_from_their_network_and_their_tags():
    assert edges("in_zone", main_tf=ESTATE) == {
        f"front in_zone {WHOLE}",
        f"front in_zone {FRONT}",
        f"back in_zone {WHOLE}",
        f"back in_zone {BACK}",
    }
    refused = rule('direction = "EGRESS"', 'deny {\n protocol = "all"\n }')
    assert f"front in_zone {FRONT}?" in edges("in_zone", main_tf=ESTATE + refused)
    template = ESTATE.replace('"google_compute_instance" "back"', '"google_compute_instance_template" "back"')
    assert not any(each.startswith("back") for each in edges("in_zone", main_tf=template))


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ("authorized_network = google_compute_network.v.id", WHOLE),
        ('authorized_network = "projects/p/global/networks/v"', WHOLE),
        ("", "zone/network/default"),
        ("authorized_network = var.x", ""),
    ],
)
def test_a_cache_answers_every_machine_of_its_network(body, answer):
    source = ESTATE + f'resource "google_redis_instance" "cache" {{\n {body}\n}}\n'
    found = {each for each in edges("reachable_from", main_tf=source) if each.startswith("cache")}
    assert found == ({f"cache reachable_from {answer}"} if answer else set())


def test_rules_for_other_machines_let_no_stranger_in():
    public = ESTATE.replace('network = "v"', 'network = "v"\n access_config {}')
    anybody = 'source_ranges = ["0.0.0.0/0"]'
    for body, there in (
        (anybody, True),
        (f'{anybody}\n target_tags = ["back"]', True),
        (f'{anybody}\n target_tags = ["front"]', False),
        (f"{anybody}\n target_service_accounts = [var.x]", True),
    ):
        found = edges("reachable_from", main_tf=public + rule(body))
        assert ("back reachable_from zone/internet?" in found) is there
    elsewhere = rule(anybody, network='"other"')
    assert "back reachable_from zone/internet?" not in edges("reachable_from", main_tf=public + elsewhere)


def test_rules_say_for_whom_they_are():
    found = facts(rule('source_tags = ["a"]\n target_service_accounts = ["b@p"]', network='"v"'), kind="firewall_rule")
    assert (found.network, found.from_groups, found.to_groups) == ("v", ["a"], ["b@p"])
