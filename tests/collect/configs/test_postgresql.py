"""postgresql.conf with its includes, and pg_hba.conf."""

from __future__ import annotations

import pytest
from tests.collect.configs.on_disk import HOST, findings, gaps, server, servers

from holdfast.core.asset import Spot
from holdfast.core.fact import UNSET

MAIN = "etc/postgresql/15/main/postgresql.conf"
HBA = "etc/postgresql/15/main/pg_hba.conf"
DEBIAN = {
    **HOST,
    MAIN: """\
    data_directory = '/var/lib/postgresql/15/main'
    hba_file = '/etc/postgresql/15/main/pg_hba.conf'
    ident_file = '/etc/postgresql/15/main/pg_ident.conf'
    external_pid_file = '/var/run/postgresql/15-main.pid'
    port = 5432
    max_connections = 100
    unix_socket_directories = '/var/run/postgresql'
    ssl = on
    ssl_cert_file = '/etc/ssl/certs/ssl-cert-snakeoil.pem'
    ssl_key_file = '/etc/ssl/private/ssl-cert-snakeoil.key'
    log_line_prefix = '%m [%p] %q%u@%d '
    cluster_name = '15/main'
    include_dir = 'conf.d'
    """,
    HBA: """\
    local   all             postgres                                peer
    local   all             all                                     peer
    host    all             all             127.0.0.1/32            scram-sha-256
    host    all             all             ::1/128                 scram-sha-256
    local   replication     all                                     peer
    host    replication     all             127.0.0.1/32            scram-sha-256
    host    replication     all             ::1/128                 scram-sha-256
    """,
}
"""What pg_createcluster of Debian 12 writes for version 15, without comments."""


def test_what_debian_makes_has_nothing_to_find(tmp_path):
    assert findings(tmp_path, DEBIAN) == []
    found = server(tmp_path, {})
    assert (found.host, found.loopback, found.port, found.auth, found.tls) == ("localhost", True, 5432, True, True)
    assert found.permissions.others_readable is True
    assert [rule.text for rule in found.client_rules][:2] == ["local all postgres peer", "local all all peer"]


@pytest.mark.parametrize(
    ("conf", "facts"),
    [
        ("", {"host": "localhost", "loopback": True, "tls": False, "auth": UNSET, "client_rules": UNSET}),
        ("listen_addresses = '*'", {"host": "*", "loopback": False}),
        ("listen_addresses = ''", {"host": "/tmp", "loopback": True}),
        ("listen_addresses = ''\nunix_socket_directories = '/run/p'", {"host": "/run/p", "loopback": True}),
        ("port = 5433\nssl = TRUE", {"port": 5433, "tls": True}),
    ],
)
def test_facts(tmp_path, conf, facts):
    found = server(tmp_path, {"postgresql.conf": conf or "# nothing\n"})
    assert {name: getattr(found, name) for name in facts} == facts


TRUST = "local all all peer\nhost all all 0.0.0.0/0 trust\n"


def test_trust_is_found_where_it_stands(tmp_path):
    files = {"db/postgresql.conf": "listen_addresses = '*'\n", "db/pg_hba.conf": TRUST}
    found = findings(tmp_path, files)
    assert ("postgresql-trusts-everyone", "fail", 2) in found
    (asset,) = servers(tmp_path, {})
    assert asset.spots["auth"] == Spot(2, 1, "", f"{tmp_path}/db/pg_hba.conf")
    assert asset.spots["host"] == Spot(1, 1, "", f"{tmp_path}/db/postgresql.conf")
    assert findings(tmp_path, {"db/postgresql.conf": "listen_addresses = 'localhost'\n"}) == []


def test_a_finding_in_another_file_is_suppressed_there(tmp_path):
    comment = "# holdfast:ignore[postgresql-trusts-everyone] a sandbox without data\n"
    files = {"postgresql.conf": "listen_addresses = '*'\n", "pg_hba.conf": comment + TRUST.split("\n")[1] + "\n"}
    from datetime import date

    from tests.collect.configs.on_disk import write

    from holdfast.app.check import Request, Sources, check
    from holdfast.app.settings import Settings

    result = check(Request(date(2026, 11, 30), (str(write(tmp_path, files)),)), Settings(), Sources())
    (trust,) = [each for each in result.findings if each.rule == "postgresql-trusts-everyone"]
    assert trust.location.path.endswith("pg_hba.conf")
    assert trust.suppressed


def test_clients_alone_are_a_server_of_which_little_is_known(tmp_path):
    found = server(tmp_path, {"pg_hba.conf": TRUST})
    assert (found.auth, found.loopback, found.host, found.tls, found.port) == (False, False, UNSET, UNSET, UNSET)
    found = server(tmp_path, {"pg_hba.conf": "local all all peer\nhost all all 10.0.0.0/8 reject\n"})
    assert (found.auth, found.loopback) == (True, UNSET)


def test_narrow_trust_is_another_finding(tmp_path):
    files = {"pg_hba.conf": "host replication standby 10.0.0.5/32 trust\n"}
    assert ("postgresql-trusts-some-clients", "fail", 1) in findings(tmp_path, files)
    assert server(tmp_path, {}).auth is True


def test_includes(tmp_path):
    files = {
        "postgresql.conf": "include_dir 'conf.d'\ninclude 'gone.conf'\ninclude_if_exists = 'also-gone.conf'\nport = 1\n",
        "conf.d/10-net.conf": "listen_addresses = '*'\nport = 2\n",
        "conf.d/.hidden.conf": "port = 3\n",
        "conf.d/20-log.txt": "port = 4\n",
        "pg_hba.conf": "include_dir hba.d\ninclude gone.conf\nlocal all all peer\n",
        "hba.d/a.conf": "host all all 0.0.0.0/0 trust\n",
    }
    assert gaps(tmp_path, files) == [("postgresql.conf", "left_out", 2), ("pg_hba.conf", "left_out", 2)]
    (asset,) = servers(tmp_path, {})
    assert (asset.facts.host, asset.facts.port, asset.facts.tls) == ("*", 1, UNSET)
    assert (asset.facts.auth, asset.facts.client_rules) == (False, UNSET)
    assert asset.spots["host"] == Spot(1, 1, "", f"{tmp_path}/conf.d/10-net.conf")
    assert asset.spots["auth"].path == f"{tmp_path}/hba.d/a.conf"


def test_what_alter_system_wrote_wins(tmp_path):
    files = {
        **DEBIAN,
        "var/lib/postgresql/15/main/postgresql.auto.conf": "listen_addresses = '*'\n",
    }
    assert server(tmp_path, files).host == "*"


def test_what_cannot_be_read_is_a_gap_and_unobserved(tmp_path):
    files = {"postgresql.conf": "ssl = on\nport\n", "pg_hba.conf": "local all\n"}
    assert gaps(tmp_path, files) == [("postgresql.conf", "unreadable", 2), ("pg_hba.conf", "unreadable", 1)]
    found = server(tmp_path, {})
    assert (found.host, found.loopback, found.auth, found.client_rules) == (UNSET,) * 4
    files = {"postgresql.conf": "hba_file = '/srv/gone.conf'\n", "pg_hba.conf": "local all all peer\n"}
    assert server(tmp_path, files).auth is True
    (tmp_path / "pg_hba.conf").unlink()
    assert gaps(tmp_path, {}) == [("postgresql.conf", "left_out", 1)]


def test_lists_of_clients_that_include_themselves_end(tmp_path):
    assert server(tmp_path, {"pg_hba.conf": "include pg_hba.conf\nlocal all all trust\n"}).client_rules is UNSET


def test_too_many_clients(tmp_path):
    rows = "".join(f"host a{n} u 10.0.0.0/8 md5\n" for n in range(1001))
    assert len(server(tmp_path, {"pg_hba.conf": rows}).client_rules) == 1000
    many = {"pg_hba.conf": "include a.conf\ninclude a.conf\n", "a.conf": "local all all peer\n" * 10_001}
    assert [gap[1] for gap in gaps(tmp_path, many)] == ["unreadable"]


def test_passwords_in_connection_strings(tmp_path):
    files = {"postgresql.conf": "primary_conninfo = 'host=a user=r password=hunter2 sslmode=disable'\n"}
    found = server(tmp_path, files)
    assert found.options["primary-conninfo"] == "host=a user=r password=*** sslmode=disable"
    assert [str.__str__(each.value) for each in found.file_secrets] == ["hunter2"]


def test_templates_leave_the_method_open(tmp_path):
    (rule,) = server(tmp_path, {"pg_hba.conf": "host all all $NET $METHOD\n"}).client_rules
    assert (rule.method, rule.same_host) == (UNSET, UNSET)


def test_a_configuration_spans_so_many_files(tmp_path, monkeypatch):
    monkeypatch.setattr("holdfast.collect.configs.postgresql.MAX_FILES", 20)
    files = {"postgresql.conf": "include_dir 'd'\n", "pg_hba.conf": "include h0\n", "h5": "local all all peer\n"}
    files |= {f"d/{at}.conf": "include_dir '.'\n" for at in range(9)}
    files |= {f"h{at}": f"include h{at + 1}\n" * 10 for at in range(5)}
    found = gaps(tmp_path, files)
    assert [found[0][1], {kind for _, kind, _ in found}] == ["unreadable", {"unreadable"}]
    assert server(tmp_path, {}).client_rules is UNSET
