"""What else belongs to a Slurm cluster: the accounting daemon, shared keys, and files without a slurm.conf."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from posixpath import dirname

from msgspec import UNSET

from holdfast.collect.permissions import permissions
from holdfast.collect.slurm.cluster import limits
from holdfast.collect.slurm.settings import HOME, Settings, settings_of
from holdfast.collect.together import Files
from holdfast.collect.users_code import OWNED
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.fact import Secret
from holdfast.kinds.credential_file import CredentialFile
from holdfast.kinds.script import Script, Use
from holdfast.kinds.slurm_cluster import SlurmCluster
from holdfast.kinds.slurm_database import SlurmDatabase

KEYS = {"munge.key": "munge", "slurm.key": "slurm", "slurm.jwks": "slurm", "jwt_hs256.key": "slurm-tokens"}
"""Name of a file -> what its key opens. Source: munged(8); Slurm, Authentication Plugins; Slurm, JWT Authentication."""
SEALED = re.compile(
    rb"\s{0,9}(?:\$ANSIBLE_VAULT;|-----BEGIN (?:PGP MESSAGE|AGE ENCRYPTED FILE)-----|age-encryption\.org/v1)"
    rb"|\0GITCRYPT\0|\s{0,9}\{\s{0,9}\"data\":\s{0,9}\"ENC\["
)
"""How files begin that hold a key in encrypted form.

Sources: Ansible, "Vault format"; age-encryption.org/v1; RFC 9580, 6.2; git-crypt, fhstring; SOPS, binary store.
"""
SHOWN = 1 << 16
"""Bytes of a key that are kept from excerpts; a report shows none further down."""
LOCAL = frozenset(("", "localhost", "127.0.0.1", "::1"))


def database(files: Files, path: str) -> Iterator[Asset | Gap]:
    """The accounting daemon that a slurmdbd.conf configures."""
    settings = settings_of(files, path)
    if isinstance(settings, Gap):
        yield settings
        return
    yield from settings.gaps()
    password = settings.text("storagepass", "storage_password")
    host = settings.text("storagehost", "storage_host", "localhost")
    parameters = settings.listed("storageparameters", "storage_tls")
    facts = SlurmDatabase(
        name=settings.text("dbdhost", "name"),
        slurm_user=settings.text("slurmuser", "slurm_user", "root"),
        auth_type=settings.plugin("authtype", "auth_type", "munge"),
        storage_host=host,
        storage_local=host.lower() in LOCAL if isinstance(host, str) else UNSET,
        storage_tls=any(item.startswith("SSL_") for item in parameters) if isinstance(parameters, list) else UNSET,
        storage_user=settings.text("storageuser", "storage_user"),
        storage_password=Secret(password) if isinstance(password, str) else password,
        private_data=settings.hidden(),
        on_host=files.host is not None,
        permissions=permissions(path, files.host),
    )
    yield Asset(f"slurm_database/{path}/slurmdbd", facts, files.source, path, settings.spots, partial=settings.template)


def token_key(files: Files, path: str, known: Container[str]) -> Iterator[Asset]:
    """The key that signs tokens where slurm.conf names it, unless its own name makes it `known`.

    Source: slurm.conf(5), AuthAltParameters, jwt_key.
    """
    settings = settings_of(files, path)
    parameters = settings.listed("authaltparameters", "tokens") if isinstance(settings, Settings) else UNSET
    for parameter in parameters if isinstance(parameters, list) else ():
        name, _, place = parameter.partition("=")
        found = files.find(place, path, HOME) if name.lower() == "jwt_key" and place else None
        if found is not None and not (found in known and found.rpartition("/")[2] in KEYS):
            yield key(files, found, "slurm-tokens")


def key(files: Files, path: str, purpose: str = "") -> Asset:
    """A key that the members of a cluster share; its name says what it opens, unless that is given."""
    name = path.rpartition("/")[2]
    purpose = purpose or KEYS[name]
    data = files.read(path) or b""
    facts = CredentialFile(
        name=name,
        purpose=purpose,
        size=len(data),
        encrypted=SEALED.match(data) is not None,
        on_host=files.host is not None,
        permissions=permissions(path, files.host),
    )
    hidden = () if facts.encrypted else (Secret(data[:SHOWN].decode("utf-8", "replace")),)
    return Asset(f"credential_file/{path}/{purpose}", facts, files.source, path, {"": Spot(1, 1)}, hidden=hidden)


def lua(files: Files, path: str) -> Iterator[Asset]:
    """A Lua script that slurmctld or the commands run on each submission."""
    from holdfast.formats.slurm.lua import executions, loadings

    text = (files.read(path) or b"").decode("utf-8", "replace")
    spots = {"": Spot(1, 1)}
    uses: list[Use] = []
    for found in executions(text):
        spots[f"evaluated[{len(uses)}]"] = Spot(found.line, found.column)
        uses.append(Use(name=found.function))
    owned: list[Use] = []
    for loading in loadings(text):
        if OWNED.match(loading.path):
            spots[f"sourced[{len(owned)}]"] = Spot(loading.line, 1)
            owned.append(Use(name=loading.path))
    name = path.rpartition("/")[2]
    facts = Script(
        name=path,
        interpreter="lua",
        called_by=["JobSubmitPlugins" if name == "job_submit.lua" else "CliFilterPlugins"],
        runs_as="controller" if name == "job_submit.lua" else "user",
        permissions=permissions(path, files.host),
        evaluated=uses,
        unquoted=[],
        sourced=owned,
        downloaded=[],
        foreseen=[],
        searched=[],
        opens_files=[],
    )
    yield Asset(f"script/{path}/script", facts, files.source, path, spots)


def group(files: Files, path: str) -> Iterator[Asset | Gap]:
    """A cgroup.conf without a slurm.conf beside it: of the cluster it shows what it limits."""
    settings = settings_of(files, path)
    if isinstance(settings, Gap):
        yield settings
        return
    yield from settings.gaps()
    spots = {"": Spot(1, 1)}
    found = limits(settings, spots)
    facts = SlurmCluster(
        constrains_devices=found.devices,
        constrains_memory=found.memory,
        constrains_swap=found.swap,
        constrains_cores=found.cores,
    )
    yield Asset(f"slurm_cluster/{path}/cluster", facts, files.source, path, spots, partial=True)


def alone(files: Files, path: str) -> bool:
    """Whether no slurm.conf lies in the same folder."""
    folder = dirname(path)
    return files.read(f"{folder}/slurm.conf" if folder else "slurm.conf") is None
