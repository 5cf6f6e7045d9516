"""Credentials in attributes that Terraform writes to no state: they leak by standing in the files, and in no other way."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from tests.collect.cloud.declaring import facts

ADMIN = 'variable "admin" {\n  type = string\n  ephemeral = true\n}\n'
SUPPLIED = ("var.admin", "ephemeral.random_password.db.result")
USER = 'resource "google_sql_user" "it" {{\n  instance = google_sql_database_instance.it.name\n  {} = {}\n}}\n'
ATTRIBUTES = [
    ("aws_db_instance", "password", "database"),
    ("aws_rds_cluster", "master_password", "database"),
    ("azurerm_postgresql_flexible_server", "administrator_password", "database"),
    ("google_sql_database_instance", "root_password", "database"),
    ("azurerm_key_vault_secret", "value", "managed_secret"),
]


def literal(type: str, attribute: str, value: str, kind: str, more: str = "") -> object:
    found = facts(f'{ADMIN}{more}resource "{type}" "it" {{\n  {attribute} = {value}\n}}\n', kind=kind)
    return found.literal_password if kind == "database" else found.literal


@pytest.mark.parametrize(("type", "attribute", "kind"), ATTRIBUTES)
@pytest.mark.parametrize("value", SUPPLIED)
def test_what_is_given_when_it_is_applied_stands_in_no_state(type: str, attribute: str, kind: str, value: str) -> None:
    assert literal(type, f"{attribute}_wo", value, kind) is False
    assert literal(type, attribute, value, kind) is UNSET


@pytest.mark.parametrize(("type", "attribute", "kind"), ATTRIBUTES)
def test_what_stands_in_the_file_leaks_all_the_same(type: str, attribute: str, kind: str) -> None:
    assert literal(type, f"{attribute}_wo", '"correct-horse-battery"', kind) is True


@pytest.mark.parametrize(("type", "attribute", "kind"), ATTRIBUTES)
def test_what_a_resource_holds_is_in_its_own_state(type: str, attribute: str, kind: str) -> None:
    made = 'resource "random_password" "db" {\n  length = 32\n}\n'
    assert literal(type, f"{attribute}_wo", "random_password.db.result", kind, made) is UNSET


@pytest.mark.parametrize(("value", "known"), [('"p"', True), ("var.admin", False)])
def test_users_of_databases(value: str, known: bool) -> None:
    user = USER.format("password_wo", value)
    assert literal("google_sql_database_instance", "name", '"it"', "database", user) is known
