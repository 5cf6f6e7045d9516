"""Options of munged and slurmrestd in the files that the units of packages read."""

from __future__ import annotations

import pytest
from tests.collect.configs.on_disk import findings, servers, write

UNIT = "[Service]\nEnvironmentFile=-/etc/default/munge\nExecStart=/usr/sbin/munged $OPTIONS\nUser=munge\n"
FORCED = 'OPTIONS="--force"\n'
RULE = "munge-ignores-file-permissions"


def rules(root, files: dict[str, str]) -> list[str]:
    return [each[0] for each in findings(root, files)]


@pytest.mark.parametrize("folder", ["etc/default", "etc/sysconfig", "roles/head/files/default"])
@pytest.mark.parametrize("text", [FORCED, "# more\nNICE=-5\nOPTIONS='--num-threads=4 -f'\n"])
def test_munge_is_forced_by_its_variables_alone(tmp_path, folder, text):
    (server,) = servers(tmp_path, {f"{folder}/munge": text})
    assert server.facts.options.get("force") == "true"
    assert server.spots[""].line == text.count("\n")
    assert rules(tmp_path, {}) == [RULE]


@pytest.mark.parametrize(
    "text", ["# OPTIONS='--force'\n", "OPTIONS='--num-threads=4'\n", "OPTIONS=\n", "NICE=-5\n", "A=1\n" * 2]
)
def test_other_variables_are_no_reason_to_speak(tmp_path, text):
    assert rules(tmp_path, {"etc/default/munge": text}) == []


def test_too_many_variables_are_none(tmp_path):
    text = "".join(f"A{number}=1\n" for number in range(10_001))
    assert servers(tmp_path, {"etc/default/munge": text}) == []


@pytest.mark.parametrize("folder", ["lib/systemd/system", "usr/lib/systemd/system", "etc/systemd/system"])
def test_with_the_unit_it_is_told_once(tmp_path, folder):
    files = {"etc/default/munge": FORCED, f"{folder}/munge.service": UNIT}
    assert [server.path.rpartition("/")[2] for server in servers(tmp_path, files)] == ["munge.service"]
    assert rules(tmp_path, {}) == [RULE]


def test_a_drop_in_may_start_it_without_the_variables(tmp_path):
    files = {
        "etc/default/munge": FORCED,
        "etc/systemd/system/munge.service.d/own.conf": "[Service]\nExecStart=\nExecStart=/usr/sbin/munged\n",
    }
    assert rules(tmp_path, files) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("etc/systemd/system/munge.service.d/own.conf", "[Service]\nNice=-5\n"),
        ("etc/systemd/system/nginx.service", "[Service]\nExecStart=/usr/sbin/nginx\n"),
        ("other/etc/systemd/system/munge.service", "[Service]\nExecStart=/usr/sbin/munged\n"),
    ],
)
def test_other_units_and_hosts_change_nothing(tmp_path, path, text):
    files = {"etc/default/munge": FORCED, path: text}
    assert RULE in rules(tmp_path, files)


def test_the_rest_server_listens_and_trusts_as_its_variables_say(tmp_path):
    text = "SLURMRESTD_OPTIONS='-u rest'\nSLURMRESTD_LISTEN=:6820\nSLURMRESTD_SECURITY=become_user\n"
    assert sorted(rules(tmp_path, {"etc/sysconfig/slurmrestd": text})) == [
        "slurmrestd-on-every-interface",
        "slurmrestd-without-user-check",
    ]


def test_an_address_of_the_network_among_its_options_counts(tmp_path):
    write(tmp_path, {"etc/default/slurmrestd": "SLURMRESTD_OPTIONS='0.0.0.0:6820'\n"})
    assert rules(tmp_path, {}) == ["slurmrestd-on-every-interface"]


@pytest.mark.parametrize(
    ("text", "loopback"),
    [("SLURMRESTD_OPTIONS='127.0.0.1:6820'\n", "UNSET"), ("SLURMRESTD_LISTEN=127.0.0.1:6820\n", "True")],
)
def test_where_the_unit_may_open_more_only_the_variable_for_addresses_settles_it(tmp_path, text, loopback):
    (server,) = servers(tmp_path, {"etc/default/slurmrestd": text})
    assert repr(server.facts.loopback) == loopback
    assert rules(tmp_path, {}) == []
