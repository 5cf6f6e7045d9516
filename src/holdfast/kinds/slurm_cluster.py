"""`slurm_cluster`: a Slurm cluster as its configuration files set it up."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part, Secret
from holdfast.core.permissions import Permissions


class Partition(Part, frozen=True):
    """A partition, with what its DEFAULT records set filled in."""

    name: Fact[str] = UNSET
    """Its name."""
    nodes: Fact[str] = UNSET
    """Its nodes as a host list, `ALL`, or names of node sets; absent for none."""
    gpus: Fact[bool] = UNSET
    """Whether any of its nodes has GPUs; unobserved where its nodes are not all defined in the configuration."""
    state: Fact[str] = UNSET
    """`UP`, `DOWN`, `DRAIN` or `INACTIVE`."""
    allow_accounts: Fact[list[str]] = UNSET
    """Accounts that may use it; absent where it is open to all."""
    allow_groups: Fact[list[str]] = UNSET
    """Groups whose members may use it; absent where it is open to all."""
    allow_qos: Fact[list[str]] = UNSET
    """Qualities of service that may use it; absent where it is open to all."""
    root_only: Fact[bool] = UNSET
    """Whether root and SlurmUser alone may submit to it."""
    over_subscribe: Fact[str] = UNSET
    """`NO`, `EXCLUSIVE`, `YES` or `FORCE`, without the count behind a colon."""
    exclusive: Fact[str] = UNSET
    """`NO`, `NODE`, `USER` or `TOPO`: what jobs of different owners never share."""
    max_time: Fact[str] = UNSET
    """The longest run time of a job; `UNLIMITED` by default."""
    disable_root_jobs: Fact[bool] = UNSET
    """Whether root is kept from running jobs here."""


class Folder(Part, frozen=True):
    """A folder that the daemons trust, or a key or socket by which they know who somebody is."""

    known_by: ClassVar[tuple[str, ...]] = ("setting", "path")

    setting: Fact[str] = UNSET
    """The setting that names it: `StateSaveLocation`, `SlurmdSpoolDir`, `PluginDir`, `AuthInfo`, ..."""
    path: Fact[str] = UNSET
    """Its path on the host."""
    permissions: Fact[Permissions] = UNSET
    """Who may read and write it; absent where it is not on this host, and for keys and sockets."""


class ConfigurationFile(Part, frozen=True):
    """A file that the daemons obey."""

    known_by: ClassVar[tuple[str, ...]] = ("path",)

    path: Fact[str] = UNSET
    """Its path below what was examined."""
    permissions: Fact[Permissions] = UNSET
    """Who may read and write it."""


class Program(Part, frozen=True):
    """A program that the daemons or the commands run for every job, or for the cluster."""

    known_by: ClassVar[tuple[str, ...]] = ("setting", "path")

    setting: Fact[str] = UNSET
    """The setting that names it: `Prolog`, `HealthCheckProgram`, ..."""
    path: Fact[str] = UNSET
    """Its path as written; a pattern may stand for several."""
    runs_as: Fact[str] = UNSET
    """`root`, `controller` (the account of slurmctld) or `user` (whoever submitted the job)."""


class Password(Part, frozen=True):
    """A literal password of a database."""

    known_by: ClassVar[tuple[str, ...]] = ("setting",)

    setting: Fact[str] = UNSET
    """The setting that holds it: `AccountingStoragePass` or `JobCompPass`."""
    value: Fact[Secret] = UNSET
    """The password."""


class Plugin(Part, frozen=True):
    """A SPANK plugin in plugstack.conf, or a pattern below a folder of users that it includes. Source: spank(8)."""

    name: Fact[str] = UNSET
    """Its file without folder: `pyxis.so`."""
    path: Fact[str] = UNSET
    """Its path as written."""
    required: Fact[bool] = UNSET
    """Whether jobs fail when it does; an optional plugin that does not load is skipped."""
    arguments: Fact[dict[str, str]] = UNSET
    """Its `name=value` arguments; one without a value is empty."""


class SlurmCluster(Kind, frozen=True):
    """A cluster as slurm.conf, cgroup.conf, gres.conf, job_container.conf and plugstack.conf describe it.

    Documented defaults are filled in; what a file that is not here could set is unobserved.
    Source: slurm.conf(5), cgroup.conf(5), gres.conf(5), job_container.conf(5), spank(8) of Slurm 26.11.
    """

    kind: ClassVar[str] = "slurm_cluster"
    places: ClassVar[tuple[str, ...]] = ("files.path",)
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {
        "folders": frozenset({"config"}),
        "files": frozenset({"config"}),
        "plugins": frozenset({"config"}),  # without a plugstack.conf beside it
        "pam_adopt": frozenset({"config"}),  # without a PAM file that adopts logins in the same `etc`
    }

    name: Fact[str] = UNSET
    """ClusterName."""
    gpus: Fact[bool] = UNSET
    """Whether any node has GPUs (`Gres=gpu`)."""
    gpus_named: Fact[bool] = UNSET
    """Whether gres.conf names the device files of the GPUs (`File`, `MultipleFiles`) or finds them (`AutoDetect`)."""
    gpus_shared: Fact[list[str]] = UNSET
    """Kinds of resources that hand out GPUs in pieces, of which several jobs hold one at once: `mps`, `shard`."""
    slurm_user: Fact[str] = UNSET
    """The account that slurmctld runs as; `root` by default."""
    auth_type: Fact[str] = UNSET
    """How daemons and commands authenticate each other: `munge` (the default), `slurm`, or `none`."""
    cred_type: Fact[str] = UNSET
    """How job credentials are signed: as AuthType by default."""
    tokens: Fact[bool] = UNSET
    """Whether JSON web tokens are accepted too (`AuthAltTypes=auth/jwt`)."""
    tokens_for_users: Fact[bool] = UNSET
    """Whether every account may have tokens made for itself (`scontrol token`)."""
    token_lifespan: Fact[int] = UNSET
    """The longest life of a user's token in seconds; absent for no limit."""
    private_data: Fact[list[str]] = UNSET
    """What users cannot see of each other; empty by default."""
    metrics_open: Fact[bool] = UNSET
    """Whether slurmctld tells everybody who reaches its port about users, accounts and jobs (`MetricsType`, 25.11)."""
    disable_root_jobs: Fact[bool] = UNSET
    """Whether root is kept from running jobs."""
    job_submit_plugins: Fact[list[str]] = UNSET
    """Plugins that check each submission, without `job_submit/`."""
    task_plugins: Fact[list[str]] = UNSET
    """Plugins that launch tasks, without `task/`."""
    track_type: Fact[str] = UNSET
    """How the processes of a job are found: `cgroup` (the default on Linux), `linuxproc` or `pgid`."""
    constrains_devices: Fact[bool] = UNSET
    """Whether a job can open only the devices that it was given (`ConstrainDevices` of cgroup.conf; no by default)."""
    constrains_memory: Fact[bool] = UNSET
    """Whether a job cannot use more memory than it was given (`ConstrainRAMSpace` or `ConstrainSwapSpace`)."""
    constrains_swap: Fact[bool] = UNSET
    """Whether a job cannot use more memory and swap space together than it was given (`ConstrainSwapSpace`)."""
    constrains_cores: Fact[bool] = UNSET
    """Whether a job runs only on the cores that it was given (`ConstrainCores`)."""
    prolog_flags: Fact[list[str]] = UNSET
    """PrologFlags in lower case; those that another one implies are there."""
    private_tmp: Fact[bool] = UNSET
    """Whether each job has its own /tmp and /dev/shm (NamespaceType, or a SPANK plugin that by its name does it)."""
    accounting: Fact[str] = UNSET
    """Where accounting is kept (`slurmdbd`); absent where none is."""
    enforces: Fact[list[str]] = UNSET
    """AccountingStorageEnforce in lower case, with what its items imply."""
    scron: Fact[bool] = UNSET
    """Whether users may have jobs run at fixed times (`ScronParameters=enable`)."""
    prolog: Fact[list[str]] = UNSET
    """Programs that slurmd runs before a job, as written."""
    epilog: Fact[list[str]] = UNSET
    """Programs that slurmd runs after a job, as written."""
    programs: Fact[list[Program]] = UNSET
    """Every program that a setting names."""
    cleans_gpus: Fact[bool] = UNSET
    """Whether a prolog or epilog that was read resets or checks the GPUs between jobs."""
    ends_strays: Fact[bool] = UNSET
    """Whether the epilog ends processes that a job's user left behind."""
    pam_adopt: Fact[bool] = UNSET
    """Whether logins are put into the user's job (pam_slurm_adopt in a PAM file of its host, or of its `etc`)."""
    plugins: Fact[list[Plugin]] = UNSET
    """SPANK plugins."""
    partitions: Fact[list[Partition]] = UNSET
    """The partitions."""
    passwords: Fact[list[Password]] = UNSET
    """Literal passwords in slurm.conf, which every user of the cluster reads."""
    folders: Fact[list[Folder]] = UNSET
    """Folders whose contents the daemons trust, and paths of keys and sockets that slurm.conf names."""
    files: Fact[list[ConfigurationFile]] = UNSET
    """slurm.conf with what it includes, and the files beside it that the daemons read."""
    settings: Fact[dict[str, str]] = UNSET
    """Every other setting by key in lower case; credentials are `***`."""
