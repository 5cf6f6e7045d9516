"""The accounting daemon, keys, enroot and Lua scripts of a cluster."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import UNSET

from holdfast.collect.files import Options, collect, text
from holdfast.collect.slurm.files import read
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.fact import Secret
from holdfast.kinds.credential_file import CredentialFile
from holdfast.kinds.script import Script


def items(path: str, data: str) -> list[object]:
    return list(text(path, data.encode()))


def one(path: str, data: str) -> Asset:
    (found,) = [item for item in items(path, data) if isinstance(item, Asset)]
    return found


def test_the_accounting_daemon():
    facts = one("slurmdbd.conf", "DbdHost=head\nStoragePass=x\nStorageHost=db1\nStorageParameters=SSL_CA=/a\n").facts
    assert (facts.name, facts.slurm_user, facts.auth_type) == ("head", "root", "munge")
    assert facts.storage_password == Secret("x")
    assert (facts.storage_host, facts.storage_local, facts.storage_tls, facts.storage_user) == (
        "db1",
        False,
        True,
        None,
    )
    assert facts.on_host is False
    assert facts.permissions is UNSET
    local = one("slurmdbd.conf", "DbdHost=head\n").facts
    assert (local.storage_password, local.storage_local, local.storage_tls) == (None, True, False)
    opened = one("slurmdbd.conf", "Include gone\n").facts
    assert (opened.storage_password, opened.storage_local, opened.storage_tls) == (UNSET, UNSET, UNSET)


@pytest.mark.parametrize("name", ["slurmdbd.conf", "cgroup.conf", "enroot.conf"])
def test_what_is_no_text_is_a_gap(name):
    (gap,) = items(name, "A=\0")
    assert isinstance(gap, Gap)
    assert gap.kind == "unreadable"


@pytest.mark.parametrize(
    ("name", "purpose"), [("munge.key", "munge"), ("slurm.key", "slurm"), ("jwt_hs256.key", "slurm-tokens")]
)
def test_keys(name, purpose, tmp_path: Path):
    facts = one(f"roles/{name}", "0123456789").facts
    assert (facts.name, facts.purpose, facts.size, facts.on_host) == (name, purpose, 10, False)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    (tmp_path / "etc" / name).write_bytes(b"{{" * 20)
    (found,) = [item for item in collect(Options(str(tmp_path))) if isinstance(item, Asset)]
    assert (found.source, found.facts.on_host, found.facts.permissions.others_readable) == ("host", True, True)


@pytest.mark.parametrize(
    ("start", "sealed"),
    [
        ("$ANSIBLE_VAULT;1.1;AES256\n6231", True),
        ("age-encryption.org/v1\n-> X25519 a\n", True),
        ("-----BEGIN PGP MESSAGE-----\n", True),
        ("\0GITCRYPT\0abc", True),
        ('{\n\t"data": "ENC[AES256_GCM,data:x', True),
        ("x $ANSIBLE_VAULT;1.1", False),
        ("0123456789", False),
    ],
)
def test_keys_that_are_encrypted(start, sealed):
    assert one("roles/munge.key", start).facts.encrypted is sealed


def test_a_key_that_slurm_conf_names():
    text = "AuthAltTypes=auth/jwt\nAuthAltParameters=max_token_lifespan=9,jwt_key=/etc/slurm/{}\n"

    def found(name):
        members = {"etc/slurm/slurm.conf": text.format(name).encode(), f"etc/slurm/{name}": b"0123456789"}
        items = list(read(Files(members)))
        return [
            (each.path, each.facts.purpose)
            for each in items
            if isinstance(each, Asset) and each.kind == "credential_file"
        ]

    assert found("tokens.key") == [("etc/slurm/tokens.key", "slurm-tokens")]
    assert found("jwt_hs256.key") == [("etc/slurm/jwt_hs256.key", "slurm-tokens")]
    gone = Files({"etc/slurm/slurm.conf": b"AuthAltParameters=jwt_key=/gone,jwt_key=\n"})
    assert [each for each in read(gone) if isinstance(each, Asset) and each.kind == "credential_file"] == []


def test_a_key_is_hidden_in_what_is_shown():
    assert one("munge.key", "0123456789").hidden == ("0123456789",)
    assert one("munge.key", "$ANSIBLE_VAULT;1.1").hidden == ()


def test_a_key_that_something_else_fills_in_is_a_template():
    (gap,) = items("munge.key", "{{ vault_munge_key }}\n")
    assert isinstance(gap, Gap)
    assert gap.kind == "template"


def test_enroot(tmp_path: Path):
    facts = one(
        "etc/enroot/enroot.conf",
        "ENROOT_ALLOW_HTTP yes\nENROOT_MOUNT_HOME $X\nENROOT_CACHE_PATH /raid/c\nENROOT_DATA_PATH /d/$(id -u)\n",
    ).facts
    assert (facts.plain_http, facts.mounts_home, facts.superuser, facts.restricts_devices) == (
        True,
        UNSET,
        False,
        False,
    )
    assert facts.shared_folders == ["ENROOT_CACHE_PATH"]
    folder = tmp_path / "enroot"
    (folder / "enroot.conf.d").mkdir(parents=True)
    (folder / "enroot.conf").write_text("ENROOT_ALLOW_HTTP no\n")
    (folder / "enroot.conf.d" / "a.conf").write_text("\nENROOT_ALLOW_HTTP yes\n")
    (folder / "enroot.conf.d" / "README").write_text("ENROOT_ALLOW_HTTP no\n")
    (found,) = [item for item in collect(Options(str(folder))) if isinstance(item, Asset)]
    assert found.facts.plain_http is True
    assert found.spots["plain_http"] == Spot(2, 1, "", str(folder / "enroot.conf.d" / "a.conf"))


@pytest.mark.parametrize(("name", "account"), [("job_submit.lua", "controller"), ("cli_filter.lua", "user")])
def test_lua_scripts(name, account):
    found = one(name, "x()\nos.execute('a' .. b)\n")
    assert isinstance(found.facts, Script)
    assert (found.facts.interpreter, found.facts.runs_as) == ("lua", account)
    assert [use.name for use in found.facts.evaluated] == ["os.execute"]
    assert found.spots["evaluated[0]"] == Spot(2, 1)


def test_files_of_users_that_lua_loads():
    found = one("job_submit.lua", 'dofile("/usr/share/x.lua")\npackage.cpath="/tmp/?.so;"\n')
    assert [use.name for use in found.facts.sourced] == ["/tmp/?.so"]
    assert found.spots["sourced[0]"] == Spot(2, 1)


def test_limits_alone_are_a_part_of_a_cluster():
    found = one("cgroup.conf", "ConstrainDevices=yes\n")
    assert found.partial is True
    assert (found.facts.constrains_devices, found.facts.gpus) == (True, UNSET)
    assert found.spots["constrains_devices"].path == "cgroup.conf"
    (gap,) = [item for item in items("cgroup.conf", "A=1 B=2\n") if isinstance(item, Gap)]
    assert gap.line == 1
    both = list(read(Files({"a/cgroup.conf": b"", "a/slurm.conf": b"A=1\n", "a/gres.conf": b"Name=gpu\n"})))
    assert len([item for item in both if isinstance(item, Asset)]) == 1


def test_a_key_that_slurmdbd_names_too_is_told_once():
    parameters = b"AuthAltParameters=jwt_key=/etc/slurm/tokens\n"
    members = {"etc/slurm/slurmdbd.conf": parameters, "etc/slurm/tokens": b"k" * 32}
    for more in ({}, {"etc/slurm/slurm.conf": parameters}):
        found = [item for item in read(Files(members | more)) if isinstance(item, Asset)]
        assert [item.facts.purpose for item in found if isinstance(item.facts, CredentialFile)] == ["slurm-tokens"]


def test_what_enroot_gives_to_every_container():
    found = one("etc/enroot/environ.d/10.env", "# x\nHF_TOKEN=hf_x\nHOME=${HOME}\n")
    assert [(env.name, env.origin) for env in found.facts.containers[0].env] == [("HF_TOKEN", "literal")]
    assert found.spots["containers[0].env[0]"] == Spot(2, 1)
    assert items("etc/enroot/environ.d/10.env", "HOME=${HOME}\n") == []
    (gap,) = items("etc/enroot/environ.d/10.env", "".join(f"A{number}=1\n" for number in range(10_001)))
    assert isinstance(gap, Gap)
    found = one("etc/enroot/mounts.d/10.fstab", "/ /host none rbind,rw\n#/a /a\n/b /b none ro\ntmpfs /tmp\n")
    assert [(each.source, each.target, each.read_only) for each in found.facts.mounts] == [
        ("/", "/host", False),
        ("/b", "/b", True),
    ]
    assert found.facts.plain_http is UNSET


def test_passwords_of_registries():
    found = one("etc/enroot/.credentials", "# a\nmachine nvcr.io login $oauthtoken password nvapi-x1\n")
    assert (found.facts.purpose, found.facts.on_host, found.hidden) == ("registry", False, (Secret("nvapi-x1"),))
    assert found.spots[""] == Spot(2, 1)
    assert items("etc/enroot/.credentials", "machine nvcr.io login a password $(cat x)\n") == []
