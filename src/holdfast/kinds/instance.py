"""`instance`: a machine rented from a provider."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part, Secret


class Disk(Part, frozen=True):
    """A disk of an instance."""

    name: Fact[str] = UNSET
    """Its device or name; `root` for the one it starts from."""
    encrypted: Fact[bool] = UNSET
    """Whether the provider encrypts it."""
    key: Fact[str] = UNSET
    """The customer's key that encrypts it; absent for the provider's."""
    ephemeral: Fact[bool] = UNSET
    """Whether its contents end with the instance (instance store, local SSD, temporary disk)."""


class Setting(Part, frozen=True):
    """A variable or metadata entry that the instance starts with."""

    name: Fact[str] = UNSET
    """Its name."""
    value: Fact[Secret] = UNSET
    """Its literal value; absent where it is kept elsewhere."""


class PublishedPort(Part, frozen=True):
    """A port that the provider lets the internet reach."""

    known_by: ClassVar[tuple[str, ...]] = ("service", "written")

    first: Fact[int] = UNSET
    """The first port of a range, or the port."""
    last: Fact[int] = UNSET
    """The last port of a range, or the port."""
    written: Fact[str] = UNSET
    """As it is written: `8888/http`, `10022-10040`."""
    service: Fact[str] = UNSET
    """The service whose well-known port is among them (`jupyter`, `ray`, `ollama`, ...); absent for none."""


class StartScript(Part, frozen=True):
    """A script of its owner's that a machine fetches and runs as root when it starts."""

    known_by: ClassVar[tuple[str, ...]] = ("url",)

    url: Fact[str] = UNSET
    """Where it comes from."""
    moving: Fact[bool] = UNSET
    """Whether others may change what lies there: any URL of the web, unless it names a commit."""


class Instance(Kind, frozen=True):
    """A virtual or bare machine, a template for such, or a rented GPU pod, as the provider is asked for it."""

    kind: ClassVar[str] = "instance"
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = dict.fromkeys(
        ("metadata_for_users", "start_scripts"),
        frozenset({"terraform", "cloudformation", "pulumi", "skypilot", "dstack", "runpod", "lambda", "sbatch"}),
    )

    name: Fact[str] = UNSET
    """Its name."""
    provider: Fact[str] = UNSET
    """`aws`, `google`, `azure`, `coreweave`, `nebius`, `lambda`, `runpod`, `vast`, or another that a task names."""
    template: Fact[bool] = UNSET
    """Whether others are started from it (launch template, instance template, scale set)."""
    started: Fact[bool] = UNSET
    """Whether a group that is declared beside a template starts machines from it; absent for what is no template."""
    type: Fact[str] = UNSET
    """The machine type: `p5.48xlarge`, `a3-highgpu-8g`, `Standard_ND96isr_H100_v5`."""
    gpus: Fact[int] = UNSET
    """GPUs or other accelerators that the type and its options bring; 0 for none."""
    region: Fact[str] = UNSET
    """Region or zone; absent where the provider may choose any, unobserved where it may choose of several.

    Where a jurisdiction is demanded, it is then one outside it, if there is one.
    """
    region_in: Fact[str] = UNSET
    """Whose law holds there: `eu`, `eea` (outside the EU), `uk`, `ch`, `us`, `ca`, ...; absent without a region."""
    jurisdiction: Fact[str] = UNSET
    """The jurisdiction that its labels or variables demand; absent where they demand none."""
    trust: Fact[str] = UNSET
    """Who runs the hardware: `datacenter` (audited, the provider's own), `partner` or `marketplace` (anybody's)."""
    data_class: Fact[str] = UNSET
    """The class of data that its labels declare; absent where they declare none."""
    public_address: Fact[bool] = UNSET
    """Whether it has an address that the internet reaches."""
    network: Fact[str] = UNSET
    """The network that it lies in; absent for the one that the provider makes for everybody."""
    subnet_admits: Fact[str] = UNSET
    """What access lists of its subnet let in: `nothing`, or `part` where they refuse some ports or addresses; absent
    where none is declared, or one lets everything in."""
    balanced_ports: Fact[list[int]] = UNSET
    """Ports at which load balancers that face the internet hand it requests; 0 for one that was not seen."""
    metadata_tokens: Fact[bool] = UNSET
    """Whether its metadata service demands a session token (IMDSv2), which requests forged in a server lack; absent
    where the provider has no such token (Google and Azure ask for a header instead)."""
    metadata_hops: Fact[int] = UNSET
    """How many hops the metadata service's answers live: above 1 containers reach it; absent where the provider
    limits none."""
    metadata_off: Fact[bool] = UNSET
    """Whether its metadata service is switched off."""
    metadata_for_users: Fact[bool] = UNSET
    """Whether every account on the head node of a cluster reaches its metadata service; absent for other machines."""
    role: Fact[str] = UNSET
    """The identity that it runs as; absent for none."""
    default_role: Fact[bool] = UNSET
    """Whether that is the account that the provider makes for everybody (Google's default service account)."""
    scopes: Fact[list[str]] = UNSET
    """Access scopes that limit the role (Google)."""
    disks: Fact[list[Disk]] = UNSET
    """Its disks."""
    user_data: Fact[bool] = UNSET
    """Whether it is handed a script at its start."""
    start_scripts: Fact[list[StartScript]] = UNSET
    """Scripts that it fetches and runs as root at its start (ParallelCluster's custom actions)."""
    secrets_in_user_data: Fact[list[str]] = UNSET
    """Names of credentials whose literal value stands in that script."""
    volume_encrypted: Fact[bool] = UNSET
    """Whether the network volume that outlives a rented pod is encrypted; absent without one. RunPod encrypts none."""
    shown_to_all: Fact[bool] = UNSET
    """Whether every customer of the provider sees and uses the template (RunPod's `isPublic`)."""
    env: Fact[list[Setting]] = UNSET
    """Variables and metadata that it starts with."""
    ports: Fact[list[PublishedPort]] = UNSET
    """Ports that the provider publishes for it."""
    password_logins: Fact[bool] = UNSET
    """Whether a password opens it (Azure's `disable_password_authentication = false`, a password in the request);
    absent where the system knows nothing else (Windows)."""
    project_keys: Fact[bool] = UNSET
    """Whether the SSH keys of the whole project open it (Google's `block-project-ssh-keys` not set)."""
    ssh_key: Fact[bool] = UNSET
    """Whether it is started with an SSH key that opens it (EC2's key pairs, a node group's remote access)."""
    serial_console: Fact[bool] = UNSET
    """Whether its serial console is open to logins."""
    secure_boot: Fact[bool] = UNSET
    """Whether it starts signed software only."""
    measured_boot: Fact[bool] = UNSET
    """Whether it has a virtual TPM that measures its start."""
    confidential: Fact[bool] = UNSET
    """Whether its memory is encrypted against the host."""
    image: Fact[str] = UNSET
    """The image that it starts from."""
    interruptible: Fact[bool] = UNSET
    """Whether the provider may end it (spot, preemptible, community)."""
    security_groups: Fact[list[str]] = UNSET
    """Groups of firewall rules that hold for it."""
    tags: Fact[dict[str, str]] = UNSET
    """Its tags or labels."""
