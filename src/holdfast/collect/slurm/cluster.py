"""slurm.conf and what belongs to it -> one `slurm_cluster`, and a `script` for each program that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname, join
from typing import NamedTuple

from msgspec import UNSET

from holdfast.collect.permissions import permissions
from holdfast.collect.slurm.beside import beside, gpus_named, private
from holdfast.collect.slurm.nodes import Nodes, nodes, partitions
from holdfast.collect.slurm.plugins import plugins
from holdfast.collect.slurm.programs import ENDING, GPU_TOOLS, Programs, named, programs
from holdfast.collect.slurm.settings import HOME, Settings, settings_of
from holdfast.collect.together import Files, places
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.core.fact import Fact, Secret
from holdfast.formats.servers.masking import shown
from holdfast.formats.slurm.conf import items
from holdfast.kinds.script import Script
from holdfast.kinds.slurm_cluster import ConfigurationFile, Folder, Password, Plugin, SlurmCluster

IMPLIED = {
    "contain": ("alloc",),
    "deferbatch": ("alloc",),
    "forcerequeueonfail": ("alloc",),
    "nohold": ("alloc",),
    "runinjob": ("contain", "alloc"),
    "x11": ("contain", "alloc"),
}
"""What a flag of PrologFlags sets besides."""
ENFORCED = {
    "1": ("associations",),
    "2": ("limits", "associations"),
    "all": ("associations", "limits", "qos", "safe", "wckeys"),
    "limits": ("associations",),
    "qos": ("associations",),
    "safe": ("limits", "associations"),
    "wckeys": ("associations",),
    "nojobs": ("nosteps",),
}
"""What an item of AccountingStorageEnforce implies."""
ENFORCING = ("associations", "nosteps")
"""The items that imply nothing."""
FOLDERS = (
    ("statesavelocation", "StateSaveLocation", "/var/spool"),
    ("slurmdspooldir", "SlurmdSpoolDir", "/var/spool/slurmd"),
)
"""Settings that name a folder, with their default."""
TRUSTED = (
    ("authaltparameters", "AuthAltParameters", ("jwt_key", "jwks")),
    ("authinfo", "AuthInfo", ("socket", "")),
)
"""Settings among whose options are paths of keys and sockets; a bare path is a socket."""
BESIDE = (
    "cgroup.conf",
    "gres.conf",
    "job_container.conf",
    "namespace.yaml",
    "plugstack.conf",
    "topology.conf",
    "acct_gather.conf",
)
"""Files beside slurm.conf that the daemons read."""
OWN_TMP = re.compile(r"private-?_?tmp|tmpdir|tmp-?_?ns", re.IGNORECASE)
"""Names of SPANK plugins that give each job its own /tmp."""
LIMITED = ("constrains_devices", "constrains_memory", "constrains_swap", "constrains_cores")
"""What cgroup.conf limits, and nothing of it with `CgroupPlugin=disabled`."""
ADOPTS = re.compile(rb"^[ \t]*-?account[ \t].*pam_slurm_adopt\.so", re.MULTILINE)
PAM = "/etc/pam.d"
PASSWORDS = {"accountingstoragepass": "AccountingStoragePass", "jobcomppass": "JobCompPass"}
TYPED = frozenset(
    "clustername slurmuser authtype credtype authalttypes authaltparameters privatedata disablerootjobs"
    " jobsubmitplugins taskplugin proctracktype prologflags namespacetype jobcontainertype accountingstoragetype"
    " accountingstorageenforce scronparameters prolog epilog".split()
)
"""Settings that have a fact of their own."""


def cluster(files: Files, path: str) -> Iterator[Asset | Edge | Gap]:
    """The cluster that a slurm.conf configures."""
    settings = settings_of(files, path)
    if isinstance(settings, Gap):
        yield settings
        return
    yield from settings.gaps()
    stack, gaps = plugins(files, settings)
    yield from gaps
    run = programs(files, settings)
    yield from run.gaps
    facts = _Cluster(files, settings, run, stack).facts()
    name = facts.name if isinstance(facts.name, str) and facts.name else "cluster"
    asset = Asset(f"slurm_cluster/{path}/{name}", facts, files.source, path, settings.spots, partial=settings.template)
    yield asset
    for script in run.assets:
        yield script
        if isinstance(script.facts, Script):
            yield Edge(asset.id, "runs", script.id)


class Limits(NamedTuple):
    """What jobs cannot exceed."""

    devices: Fact[bool]
    memory: Fact[bool]
    swap: Fact[bool]
    cores: Fact[bool]


class Tokens(NamedTuple):
    """What is known of JSON web tokens."""

    accepted: Fact[bool]
    for_users: Fact[bool]
    lifespan: Fact[int]


class _Cluster:
    def __init__(self, files: Files, settings: Settings, run: Programs, stack: Fact[list[Plugin]]) -> None:
        self.files = files
        self.settings = settings
        self.run = run
        self.stack = stack

    def facts(self) -> SlurmCluster:
        settings = self.settings
        known = nodes(settings)
        auth = settings.plugin("authtype", "auth_type", "munge")
        flags = self.implied("prologflags", "prolog_flags", IMPLIED)
        limits, tokens = self.limits(), self.tokens()
        return SlurmCluster(
            name=settings.text("clustername", "name"),
            gpus=known.any_gpu,
            gpus_shared=known.pieces,
            gpus_named=self.named(known),
            slurm_user=settings.text("slurmuser", "slurm_user", "root"),
            auth_type=auth,
            cred_type=self.cred_type(auth),
            private_data=settings.hidden(),
            metrics_open=self.metrics_open(),
            disable_root_jobs=settings.flag("disablerootjobs", "disable_root_jobs", default=False),
            job_submit_plugins=settings.listed("jobsubmitplugins", "job_submit_plugins", "job_submit/"),
            task_plugins=settings.listed("taskplugin", "task_plugins", "task/", lower=True),
            track_type=settings.plugin("proctracktype", "track_type", "cgroup"),
            constrains_devices=limits.devices,
            constrains_memory=limits.memory,
            constrains_swap=limits.swap,
            constrains_cores=limits.cores,
            tokens=tokens.accepted,
            tokens_for_users=tokens.for_users,
            token_lifespan=tokens.lifespan,
            prolog_flags=flags,
            private_tmp=self.private_tmp(flags, known),
            accounting=self.accounting(),
            enforces=self.enforces(),
            scron=self.scron(),
            prolog=self.named_programs("prolog"),
            epilog=self.named_programs("epilog"),
            programs=named(self.files, settings),
            cleans_gpus=self.runs(GPU_TOOLS, "prolog", "epilog"),
            ends_strays=self.runs(ENDING, "epilog"),
            pam_adopt=self.adopts(),
            plugins=self.stack,
            partitions=partitions(settings, known) if settings.complete else UNSET,
            folders=self.folders(),
            files=self.obeyed(),
            passwords=self.passwords(),
            settings={key: shown(key, pair.value) for key, pair in settings.conf.settings.items() if key not in TYPED},
        )

    def passwords(self) -> Fact[list[Password]]:
        """The literal passwords; a path or a port names where munge answers instead."""
        if not self.settings.complete:
            return UNSET
        found: list[Password] = []
        for key, name in PASSWORDS.items():
            pair = self.settings.conf.settings.get(key)
            if pair is not None and pair.value and not pair.value.startswith("/") and not pair.value.isdigit():
                self.settings.place(f"passwords[{len(found)}]", pair)
                found.append(Password(setting=name, value=Secret(pair.value)))
        return found

    def metrics_open(self) -> Fact[bool]:
        """Whether metrics ask nobody who he is. Source: slurm.conf(5), MetricsType, MetricsAuthUsers, 25.11, 26.11."""
        users = self.settings.text("metricsauthusers", "metrics_open", "")
        parameters = self.settings.listed("metricsparameters", "metrics_open", lower=True)
        kind, hidden = self.settings.plugin("metricstype", "metrics_open", None), self.settings.hidden()
        if kind is None or kind == "none":
            return False
        if not isinstance(users, str) or not isinstance(hidden, list) or not isinstance(parameters, list):
            return UNSET
        return not users and (not hidden or "ignore_private_data" in parameters) if isinstance(kind, str) else UNSET

    def cred_type(self, auth: Fact[str]) -> Fact[str]:
        """CredType follows AuthType where it is not set. Source: read_config.c, `_validate_and_set_defaults`."""
        given = self.settings.plugin("credtype", "cred_type", None)
        return auth if given is None else given

    def accounting(self) -> Fact[str]:
        given = self.settings.plugin("accountingstoragetype", "accounting", None)
        return None if given == "none" else given

    def implied(self, key: str, fact: str, table: dict[str, tuple[str, ...]]) -> Fact[list[str]]:
        found = self.settings.listed(key, fact, lower=True)
        if not isinstance(found, list):
            return UNSET
        return list(dict.fromkeys([*found, *(more for item in found for more in table.get(item, ()))]))

    def enforces(self) -> Fact[list[str]]:
        """What is enforced; with an item that it does not know, slurmctld does not start."""
        found = self.implied("accountingstorageenforce", "enforces", ENFORCED)
        return UNSET if isinstance(found, list) and not {*found} <= {*ENFORCED, *ENFORCING} else found

    def beside(self, name: str) -> Settings | Gap | None:
        """A file in the same folder; None where it is not there."""
        return beside(self.files, self.settings, name)

    def limits(self) -> Limits:
        """What cgroup.conf limits: nothing by default, unobserved where the file may lie elsewhere."""
        group = self.beside("cgroup.conf")
        if isinstance(group, Settings):
            return limits(group, self.settings.spots)
        default = False if group is None and self.files.host is not None else UNSET
        return Limits(default, default, default, default)

    def named(self, known: Nodes) -> Fact[bool]:
        """Whether every GPU record of gres.conf names its devices, or they are found by themselves."""
        resources = self.beside("gres.conf")
        if not isinstance(resources, Settings):
            return False if resources is None and self.files.host is not None else UNSET
        return gpus_named(self.settings, resources, known)

    def tokens(self) -> Tokens:
        """Whether JSON web tokens are accepted, and from whom. Source: slurm.conf(5), AuthAltParameters."""
        kinds = self.settings.listed("authalttypes", "tokens", "auth/", lower=True)
        parameters = self.settings.listed("authaltparameters", "tokens_for_users", lower=True)
        if not isinstance(kinds, list) or not isinstance(parameters, list):
            return Tokens(UNSET, UNSET, UNSET)
        given = dict(item.partition("=")[::2] for item in parameters)
        signs = "jwks" not in given or "jwt_key" in given
        life = given.get("max_token_lifespan", "")
        for_users = "jwt" in kinds and signs and "disable_token_creation" not in given
        return Tokens("jwt" in kinds, for_users, int(life) if life.isdigit() else None)

    def private_tmp(self, flags: Fact[list[str]], known: Nodes) -> Fact[bool]:
        """Whether a plugin gives each job its own /tmp. Source: slurm.conf(5), NamespaceType: it needs `Contain`."""
        kind = self.settings.text("namespacetype", "private_tmp")
        if kind is None:
            kind = self.settings.text("jobcontainertype", "private_tmp")  # its name up to Slurm 25.05
        if kind is UNSET or not isinstance(flags, list):
            return UNSET
        if kind is not None and kind.rpartition("/")[2] in ("tmpfs", "linux") and "contain" in flags:
            # The plugin that the cluster relies on: what it leaves out counts, whatever else there may be.
            return private(self.files, self.settings, kind.rpartition("/")[2], known)
        if not isinstance(self.stack, list):
            return UNSET
        if any(OWN_TMP.search(str(plugin.name)) is not None for plugin in self.stack):
            return True
        return UNSET if Plugin() in self.stack else False

    def scron(self) -> Fact[bool]:
        parameters = self.settings.listed("scronparameters", "scron", lower=True)
        return "enable" in parameters if isinstance(parameters, list) else UNSET

    def named_programs(self, key: str) -> Fact[list[str]]:
        """The programs of a setting that may stand several times, as written."""
        if not self.settings.complete:
            return UNSET
        pairs = [pair for pair in self.settings.conf.repeated if pair.key == key and pair.value]
        for pair in pairs[:1]:
            self.settings.place(key, pair)
        return [pair.value for pair in pairs]

    def runs(self, wanted: frozenset[str], *keys: str) -> Fact[bool]:
        """Whether the programs of these settings run one of the `wanted` commands."""
        if any(self.run.commands.get(key, frozenset()) & wanted for key in keys):
            return True
        return UNSET if not self.run.unclear.isdisjoint(keys) or not self.settings.complete else False

    def adopts(self) -> Fact[bool]:
        """Whether PAM puts logins into the user's job on this host."""
        if self.files.host is None:
            return UNSET
        folder = next(places(PAM, self.settings.path, HOME))
        texts = (self.files.read(join(folder, name)) or b"" for name in self.files.entries(folder))
        return any(ADOPTS.search(text) is not None for text in texts)

    def obeyed(self) -> Fact[list[ConfigurationFile]]:
        """The files that the daemons obey; who may write them shows on the host itself."""
        if self.files.host is None:
            return UNSET
        conf, folder = self.settings.conf, dirname(self.settings.path)
        paths = [self.settings.path, *(pair.path for pair in conf.settings.values())]
        paths += [record.first.path for record in conf.records]
        paths += [join(folder, name) for name in BESIDE if self.files.read(join(folder, name)) is not None]
        found = dict.fromkeys(paths)
        self.settings.spots.update({f"files[{at}]": Spot(1, 1, "", path) for at, path in enumerate(found)})
        return [ConfigurationFile(path=path, permissions=permissions(path, self.files.host)) for path in found]

    def folders(self) -> Fact[list[Folder]]:
        """The folders that the daemons trust; who may write them shows on the host itself."""
        if not self.settings.complete:
            return UNSET
        found: list[Folder] = []
        for key, name, default in FOLDERS:
            path = self.settings.text(key, f"folders[{len(found)}]", default)
            if isinstance(path, str) and "%" not in path:
                place = next(places(path, self.settings.path, HOME))
                found.append(Folder(setting=name, path=path, permissions=permissions(place, self.files.host)))
        plugins = self.settings.text("plugindir", f"folders[{len(found)}]")
        spot = self.settings.spots.get(f"folders[{len(found)}]")
        for path in plugins.split(":") if isinstance(plugins, str) else ():
            if spot is not None:
                self.settings.spots[f"folders[{len(found)}]"] = spot
            place = next(places(path, self.settings.path, HOME))
            found.append(Folder(setting="PluginDir", path=path, permissions=permissions(place, self.files.host)))
        return [*found, *_trusted(self.settings, len(found))]


def _trusted(settings: Settings, count: int) -> Iterator[Folder]:
    """The keys of tokens and the socket of munge behind `count` folders; the files themselves are judged as keys.

    Source: slurm.conf(5), AuthAltParameters (`jwt_key`, `jwks`) and AuthInfo (`socket`).
    """
    for key, name, options in TRUSTED:
        pair = settings.conf.settings.get(key)
        for item in items(pair.value) if pair is not None and key not in settings.unsure else ():
            option, _, path = item.rpartition("=")
            if pair is not None and option.lower() in options and path.startswith("/"):
                settings.place(f"folders[{count}]", pair)
                yield Folder(setting=name, path=path, permissions=None)
                count += 1


def limits(group: Settings, spots: dict[str, Spot]) -> Limits:
    """What a cgroup.conf limits; the places go into `spots`. Source: cgroup.conf(5)."""
    plugin = group.plugin("cgroupplugin", "constrains_devices", "autodetect")
    if plugin == "disabled":
        spots.update(dict.fromkeys(LIMITED, group.spots["constrains_devices"]._replace(path=group.path)))
        return Limits(devices=False, memory=False, swap=False, cores=False)
    swap = group.flag("constrainswapspace", "constrains_swap", default=False)
    memory = group.flag("constrainramspace", "constrains_memory", default=False)
    group.spots.setdefault("constrains_memory", group.spots.get("constrains_swap", Spot(1, 1)))
    group.spots.pop("constrains_devices", None)
    found = Limits(
        group.flag("constraindevices", "constrains_devices", default=False),
        True if memory is True or swap is True else UNSET if UNSET in (memory, swap) else False,
        swap,
        group.flag("constraincores", "constrains_cores", default=False),
    )
    for fact in LIMITED:
        spot = group.spots.get(fact, Spot(1, 1))
        spots[fact] = spot._replace(path=spot.path or group.path)
    return found if plugin is not UNSET else Limits(*(value if value is False else UNSET for value in found))
