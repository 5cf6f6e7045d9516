"""redis.conf, what it includes, and ACL files."""

from __future__ import annotations

import pytest
from tests.collect.configs.on_disk import HOST, findings, gaps, items, server, servers

from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import UNSET

CONF = "etc/redis/redis.conf"
DEBIAN = """\
bind 127.0.0.1 -::1
protected-mode yes
port 6379
tcp-backlog 511
timeout 0
daemonize yes
supervised auto
pidfile /run/redis/redis-server.pid
logfile /var/log/redis/redis-server.log
databases 16
stop-writes-on-bgsave-error yes
dbfilename dump.rdb
dir /var/lib/redis
acllog-max-len 128
notify-keyspace-events ""
"""
"""What /etc/redis/redis.conf of Debian 12's redis-server 7.0.15 sets, without its comments and tuning."""


def test_what_debian_ships_has_nothing_to_find(tmp_path):
    assert findings(tmp_path, {**HOST, CONF: DEBIAN}) == []


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (DEBIAN, {"host": "127.0.0.1 -::1", "loopback": True, "port": 6379, "auth": False, "tls": False}),
        ("port 6379", {"host": "*", "loopback": True, "auth": False}),
        ("port 6379\nprotected-mode no", {"host": "*", "loopback": False}),
        ("bind 0.0.0.0\nbind 10.0.0.5\nrequirepass pw", {"host": "10.0.0.5", "loopback": False, "auth": True}),
        ('bind *\nrequirepass ""', {"auth": False, "loopback": False, "file_secrets": []}),
        ("port 0\ntls-port 6380", {"port": 6380, "tls": True}),
        ("bind *\nuser default on nopass ~* +@all\nrequirepass pw", {"auth": False}),
        ("bind *\nuser default off", {"auth": True}),
        ("bind *\nuser default on nopass off", {"auth": True}),
        ("bind *\nuser default on nopass >pw", {"auth": True}),
        ("bind *\nuser default on >pw nopass", {"auth": False}),
        ("bind *\nuser default on nopass resetpass", {"auth": True}),
        ("bind *\nuser worker on >pw ~* +@all", {"auth": False}),
    ],
)
def test_facts(tmp_path, text, facts):
    found = server(tmp_path, {"redis.conf": text})
    assert {name: getattr(found, name) for name in facts} == facts
    assert (found.options_complete, found.secret_in_argv, found.version, found.permissions) == (UNSET,) * 4


def test_passwords_are_kept_apart(tmp_path):
    found = server(tmp_path, {"redis.conf": "bind *\nuser a on >hunter2 #aabb ~*\nmasterauth 'other pw'\n"})
    assert found.options["user.a"] == "on >*** #*** ~*"
    assert [(each.name, str.__str__(each.value)) for each in found.file_secrets] == [
        ("a.1.acl-password", "hunter2"), ("masterauth", "other pw"),
    ]  # fmt: skip
    assert "hunter2" not in repr(found)


def test_a_finding_lies_at_the_directive_that_decides_and_shows_no_password(tmp_path, holdfast):
    text = "port 6379\nrequirepass hunter2hunter2\nbind 0.0.0.0\nuser default on nopass\n"
    assert findings(tmp_path, {"redis.conf": text}) == [
        ("redis-without-password", "fail", 3),
        ("server-secret-in-file", "fail", 2),
    ]
    done = holdfast("check", str(tmp_path), "--profile", "strict")
    assert "redis-without-password" in done.out
    assert "hunter2" not in done.out


def test_includes_are_parts_of_the_server(tmp_path):
    files = {
        **HOST,
        CONF: "bind 0.0.0.0\ninclude /etc/redis/conf.d/*.conf\ninclude pass.conf\n",
        "etc/redis/conf.d/a.conf": "port 7000\n",
        "etc/redis/conf.d/b.conf": "port 7001\n",
        "etc/redis/pass.conf": "bind 127.0.0.1\nrequirepass pw\n",
    }
    (asset,) = servers(tmp_path, files)
    assert (asset.id, asset.source) == (f"server/{tmp_path}/{CONF}/config.redis", "host")
    assert (asset.facts.port, asset.facts.auth, asset.facts.host) == (7001, True, "127.0.0.1")
    assert asset.spots["auth"] == Spot(2, 1, "", f"{tmp_path}/etc/redis/pass.conf")
    assert asset.facts.permissions.others_readable is True
    assert findings(tmp_path, {}) == [("server-secret-readable-by-all", "fail", 2)]


def test_what_is_included_and_not_here_leaves_the_rest_unobserved(tmp_path):
    files = {"redis.conf": "include /srv/x.conf\ninclude /srv/none/*.conf\nport 6379\n"}
    assert gaps(tmp_path, files) == [("redis.conf", "left_out", 1)]
    found = server(tmp_path, files)
    assert (found.auth, found.host, found.port) == (UNSET, UNSET, 6379)


def test_an_acl_file_goes_over_requirepass(tmp_path):
    files = {"redis.conf": "bind *\nrequirepass pw\naclfile users.acl\n", "users.acl": "user worker on >x ~*\n"}
    assert server(tmp_path, files).auth is False
    files["users.acl"] = "# comment\nuser default off\nnot a user\n"
    assert server(tmp_path, files).auth is True
    files["users.acl"] = "user 'x"
    assert gaps(tmp_path, files) == [("users.acl", "unreadable", 1)]
    assert server(tmp_path, files).auth is UNSET
    assert gaps(tmp_path, {"redis.conf": "bind *\naclfile gone.acl\n"}) == [("redis.conf", "left_out", 2)]


def test_other_files_of_that_name_say_nothing(tmp_path):
    assert items(tmp_path, {"redis/nginx.conf.txt": "x", "redis/exporter.conf": "listen 9121\n"})[1:] == []
    sentinel = "port 26379\nsentinel monitor m 127.0.0.1 6379 2\n"
    assert [item for item in items(tmp_path, {"redis/s.conf": sentinel}) if isinstance(item, Asset)] == []


def test_a_file_that_cannot_be_read_is_a_gap(tmp_path):
    assert gaps(tmp_path, {"redis.conf": 'port 1\nrequirepass "x\n'}) == [("redis.conf", "unreadable", 2)]


def test_a_file_that_includes_itself_ends(tmp_path):
    assert server(tmp_path, {"redis.conf": "port 1\ninclude redis.conf\n"}).port == 1
    files = {"redis.conf": "port 1\ninclude a.conf\n", "a.conf": "include a.conf\nport 2\n"}
    assert server(tmp_path, files).port == 2


def test_what_a_template_fills_in_is_not_known(tmp_path):
    found = server(tmp_path, {"redis.conf": 'port "{{ port }}"\nrequirepass "{{ password }}"\n'})
    assert (found.port, found.auth, found.file_secrets) == (UNSET, True, [])


def test_a_configuration_spans_so_many_files(tmp_path, monkeypatch):
    monkeypatch.setattr("holdfast.collect.configs.redis.MAX_FILES", 2)
    files = {"redis.conf": "port 1\ninclude a.conf\ninclude b.conf\ninclude c.conf\n"}
    files |= {f"{name}.conf": "bind *\n" for name in "abc"}
    assert gaps(tmp_path, files) == [("redis.conf", "unreadable", 4)]
