"""Rules of firewalls that have no effect because a refusal comes first."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from tests.collect.cloud.declaring import assets

from holdfast.collect.cloud.refusals import Refusal, covered

AZURE = """
  security_rule {{
    name                       = "{0}"
    priority                   = {1}
    direction                  = "Inbound"
    access                     = "{2}"
    protocol                   = "{3}"
    source_port_range          = "*"
    source_address_prefix      = "{4}"
    destination_port_range     = "{5}"
    destination_address_prefix = "{6}"
  }}
"""


def azure(*refusal, allow=("allow", 200, "Allow", "Tcp", "*", "22", "*")):
    rules = AZURE.format(*allow) + AZURE.format("deny", *refusal)
    found = assets(f'resource "azurerm_network_security_group" "g" {{\n name = "g"\n{rules}}}\n')
    return next(each.facts.disabled for each in found if each.facts.name == allow[0])


@pytest.mark.parametrize(
    ("refusal", "without_effect"),
    [
        ((100, "Deny", "*", "*", "*", "*"), True),
        ((100, "Deny", "Tcp", "Internet", "20-30", "*"), True),
        ((300, "Deny", "*", "*", "*", "*"), False),
        ((100, "Allow", "*", "*", "*", "*"), False),
        ((100, "Deny", "Udp", "*", "*", "*"), False),
        ((100, "Deny", "*", "10.0.0.0/8", "*", "*"), False),
        ((100, "Deny", "*", "*", "80", "*"), False),
        ((100, "Deny", "*", "*", "*", "10.0.0.4"), False),
        ((100, "Deny", "*", "0.0.0.0/0", "*", "*"), False),
    ],
)
def test_refusals_of_azure(refusal, without_effect):
    assert azure(*refusal) is without_effect


def test_a_refusal_of_one_version_covers_what_is_of_that_version():
    assert (
        azure(100, "Deny", "*", "0.0.0.0/0", "*", "*", allow=("a", 200, "Allow", "Tcp", "0.0.0.0/0", "22", "*")) is True
    )
    assert azure(100, "Deny", "*", "0.0.0.0/0", "*", "*", allow=("a", 200, "Allow", "Tcp", "::/0", "22", "*")) is False


def test_rules_of_their_own_count_for_their_group():
    group = 'resource "azurerm_network_security_group" "g" {\n name = "g"\n}\n'
    one = AZURE.replace(
        "  security_rule {{",
        'resource "azurerm_network_security_rule" "{0}" {{\n  network_security_group_name = azurerm_network_security_group.g.name',
    )
    found = assets(
        group
        + one.format("deny", 100, "Deny", "*", "*", "*", "*")
        + one.format("allow", 200, "Allow", "Tcp", "*", "22", "*")
    )
    assert {each.facts.name: each.facts.disabled for each in found} == {"deny": False, "allow": True}
    other = one.replace("azurerm_network_security_group.g.name", "var.x")
    found = assets(
        group
        + other.format("deny", 100, "Deny", "*", "*", "*", "*")
        + one.format("allow", 200, "Allow", "Tcp", "*", "22", "*")
    )
    assert {each.facts.name: each.facts.disabled for each in found} == {"deny": False, "allow": False}


GOOGLE = 'resource "google_compute_firewall" "{0}" {{\n name = "{0}"\n network = "n"\n source_ranges = ["0.0.0.0/0"]\n {1}\n}}\n'


@pytest.mark.parametrize(
    ("deny", "without_effect"),
    [
        ('deny {\n protocol = "all"\n }', True),
        ('priority = 900\n deny {\n protocol = "tcp"\n ports = ["1-100"]\n }', True),
        ('priority = 2000\n deny {\n protocol = "all"\n }', False),
        ('target_tags = ["a"]\n deny {\n protocol = "all"\n }', False),
        ('disabled = true\n deny {\n protocol = "all"\n }', False),
        ('direction = "EGRESS"\n deny {\n protocol = "all"\n }', False),
        ('deny {\n protocol = "udp"\n }', False),
        ('priority = var.x\n deny {\n protocol = "all"\n }', False),
    ],
)  # fmt: skip
def test_refusals_of_google(deny, without_effect):
    allow = GOOGLE.format("allow", 'allow {\n protocol = "tcp"\n ports = ["22"]\n }')
    found = assets('variable "x" {}\n' + allow + GOOGLE.format("deny", deny))
    assert next(each.facts.disabled for each in found if each.facts.name == "allow") is without_effect
    elsewhere = assets('variable "x" {}\n' + allow + GOOGLE.format("deny", deny).replace('"n"', '"m"'))
    assert next(each.facts.disabled for each in elsewhere if each.facts.name == "allow") is False


def test_what_is_open_is_never_covered():
    everything = [Refusal(1, "any", 0, 65535, ("*",))]
    assert covered(everything, 2, "tcp", (22, 22), ["*"])
    assert not covered(everything, None, "tcp", (22, 22), ["*"])
    assert not covered(everything, 2, "tcp", (None, None), ["*"])
    assert not covered([Refusal(1, "any", 0, 65535, ())], 2, "tcp", (22, 22), [])
    assert not covered([Refusal(1, "any", 0, 65535, ("0.0.0.0/0",))], 2, "tcp", (22, 22), None)


def test_a_refusal_that_may_not_exist_leaves_it_open():
    allow = GOOGLE.format("allow", 'allow {\n protocol = "tcp"\n ports = ["22"]\n }')
    deny = GOOGLE.format("deny", 'count = var.x ? 1 : 0\n deny {\n protocol = "all"\n }')
    found = assets('variable "x" {}\n' + allow + deny)
    assert next(each.facts.disabled for each in found if each.facts.name == "allow") is UNSET


def test_names_count_within_a_project_and_a_resource_group():
    allow = GOOGLE.format("allow", 'project = "a"\n allow {\n protocol = "tcp"\n ports = ["22"]\n }')
    for project, without_effect in (("a", True), ("b", False)):
        deny = GOOGLE.format("deny", f'project = "{project}"\n deny {{\n protocol = "all"\n }}')
        found = assets(allow + deny)
        assert next(each.facts.disabled for each in found if each.facts.name == "allow") is without_effect
    head = 'resource "azurerm_network_security_rule" "{0}" {{\n  network_security_group_name = "g"\n  resource_group_name = "%s"'
    one = AZURE.replace("  security_rule {{", head)
    for group, without_effect in (("prod", True), ("dev", False)):
        rules = (one % "prod").format("allow", 200, "Allow", "Tcp", "*", "22", "*")
        found = assets(rules + (one % group).format("deny", 100, "Deny", "*", "*", "*", "*"))
        assert next(each.facts.disabled for each in found if each.facts.name == "allow") is without_effect
