"""`pipeline`: what a build system runs on its own when something happens to a repository."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part, Secret


class Trigger(Part, frozen=True):
    """An event that starts the pipeline."""

    name: Fact[str] = UNSET
    """The event: `push`, `pull_request_target`, `schedule`, `merge_request`, `cron`, `webhook`, ..."""
    filters: Fact[list[str]] = UNSET
    """Branches, tags, paths, types and times that it is limited to; empty when nothing limits it."""
    outsiders: Fact[bool] = UNSET
    """Whether somebody who may not write to the repository can cause it, where the repository is public."""
    trusted: Fact[bool] = UNSET
    """Whether the run then still holds the repository's secrets and a token that may write."""
    verified: Fact[bool] = UNSET
    """Whether the sender of the event must prove who it is; unobserved where settings of the platform decide."""


class Job(Part, frozen=True):
    """A group of steps that one machine or pod runs."""

    name: Fact[str] = UNSET
    """Its key or name."""
    environment: Fact[str] = UNSET
    """The deployment environment, which may demand an approval; absent when it names none."""
    needs: Fact[list[str]] = UNSET
    """Every job that must have succeeded before it, also indirectly."""
    condition: Fact[str] = UNSET
    """The condition under which it runs; absent when it always does."""
    permissions: Fact[dict[str, str]] = UNSET
    """Scope -> `read`, `write` or `none` of its token, `all` for every scope; unobserved when settings decide."""
    permissions_stated: Fact[bool] = UNSET
    """Whether the pipeline itself says what the job's token may do."""
    writes: Fact[list[str]] = UNSET
    """The scopes that the pipeline itself lets the token write; empty when it states none."""
    oidc: Fact[bool] = UNSET
    """Whether the pipeline itself lets it get an identity token, for which clouds and registries let it in."""
    secrets: Fact[list[str]] = UNSET
    """Names of the stored secrets that it is given, the platform's own short-lived token excepted."""
    secrets_inherited: Fact[bool] = UNSET
    """Whether it hands every secret on to the pipeline that it calls."""
    tolerated: Fact[bool] = UNSET
    """Whether the pipeline succeeds although it failed."""
    checks: Fact[bool] = UNSET
    """Whether it tests or scans something."""
    publishes: Fact[bool] = UNSET
    """Whether it publishes an image, a package or a model, or deploys."""
    unchecked: Fact[bool] = UNSET
    """Whether it publishes whatever the checks of its pipeline say: it waits for none of the jobs beside it that check
    and do nothing more, it runs although they failed, or their failure, and that of its own checks, is forgiven."""
    outsiders: Fact[bool] = UNSET
    """Whether an outsider's event reaches it, other than through a caller in another repository.

    Unobserved when its condition, or an approval, may prevent that.
    """
    outsiders_trusted: Fact[bool] = UNSET
    """Whether an outsider's event reaches it that runs with the repository's secrets and a token that may write."""


class Runner(Part, frozen=True):
    """The machine that a job asks for."""

    known_by: ClassVar[tuple[str, ...]] = ("job",)

    job: Fact[str] = UNSET
    """The job."""
    labels: Fact[list[str]] = UNSET
    """Labels or tags that it must have; every value of a matrix counts."""
    self_hosted: Fact[bool] = UNSET
    """Whether it is a machine of one's own rather than one that the platform, or a vendor, makes anew for each job.

    Unobserved for a label that may be either.
    """
    gpu: Fact[bool] = UNSET
    """Whether its labels name a GPU."""
    outsiders: Fact[bool] = UNSET
    """Whether an outsider's event leads the job to it; unobserved when a caller elsewhere decides."""


class Use(Part, frozen=True):
    """Code that the pipeline takes in from somewhere else."""

    known_by: ClassVar[tuple[str, ...]] = ("reference", "name")

    reference: Fact[str] = UNSET
    """As written."""
    sort: Fact[str] = UNSET
    """`action`, `workflow`, `include`, `component`, `library`, `task`, `template`, `code`, `artifact` or `script`."""
    name: Fact[str] = UNSET
    """The repository, address or bundle, without a version."""
    job: Fact[str] = UNSET
    """The job that takes it in; absent when the whole pipeline does."""
    version: Fact[str] = UNSET
    """The branch, tag, commit or digest; absent when none is written."""
    pinned: Fact[bool] = UNSET
    """Whether it is a full commit, or a digest: nothing that can be moved."""
    branch: Fact[bool] = UNSET
    """Whether it follows a branch, or no version is written, so that every push to it is taken in."""
    vendor: Fact[bool] = UNSET
    """Whether it belongs to the maker of the platform (`actions/checkout`)."""
    local: Fact[bool] = UNSET
    """Whether it lies in the same repository."""
    unprotected: Fact[bool] = UNSET
    """Whether it comes from outside the cluster, or one's own network, without TLS, or from there unchecked: with any
    certificate or key."""
    credentials: Fact[bool] = UNSET
    """Whether its job holds a stored secret, an identity token, or a token that may write code, packages or runs."""


class Container(Part, frozen=True):
    """An image that the pipeline runs."""

    known_by: ClassVar[tuple[str, ...]] = ("image",)

    image: Fact[str] = UNSET
    """The reference; unobserved when it is computed."""
    job: Fact[str] = UNSET
    """The job that runs it; absent when every job does."""
    role: Fact[str] = UNSET
    """`job`, `service`, `step`, `action` or `agent`."""
    tag: Fact[str] = UNSET
    """Its tag; absent when none is written."""
    digest: Fact[str] = UNSET
    """Its digest; absent when it is not pinned."""
    privileged: Fact[bool] = UNSET
    """Whether it runs privileged, or only on a runner that starts privileged containers (Docker in Docker)."""


class Step(Part, frozen=True):
    """One step of a job."""

    known_by: ClassVar[tuple[str, ...]] = ("name", "uses", "job")

    name: Fact[str] = UNSET
    """Its name or id; absent when it has none."""
    job: Fact[str] = UNSET
    """The job that it belongs to."""
    uses: Fact[str] = UNSET
    """The action or task that it runs; absent for one that runs a script."""
    script: Fact[str] = UNSET
    """The text that it runs; absent for one that uses an action."""
    inputs: Fact[dict[str, str]] = UNSET
    """What the action is given; a literal credential is `***`."""
    secrets: Fact[list[str]] = UNSET
    """Names of the stored secrets that it is given, the platform's own short-lived token excepted."""
    credentials: Fact[list[str]] = UNSET
    """Literal credentials in its script and inputs: the names given to them, or the beginning of a known token."""
    injected: Fact[list[str]] = UNSET
    """Expressions and variables whose text an outsider writes and that the script runs.

    They are put in before the interpreter reads it, or the script itself hands them to `eval`, `sh -c` and the like.
    """
    parameters: Fact[list[str]] = UNSET
    """Inputs of the run in the script, put in before the interpreter reads it; whoever may start it writes them."""
    revealed: Fact[list[str]] = UNSET
    """Expressions in the script that put in a stored secret, where processes and traces show it."""
    untrusted_checkout: Fact[bool] = UNSET
    """Whether it asks for the code of a pull request by itself, rather than for that of the event."""
    beside_untrusted: Fact[bool] = UNSET
    """Whether a step of its job does."""
    runs_artifact: Fact[bool] = UNSET
    """Whether it runs, or takes variables from, an artifact of the run that started the workflow."""
    keeps_token: Fact[bool] = UNSET
    """Whether it leaves the job's token on the disk for later steps."""
    caches: Fact[bool] = UNSET
    """Whether it restores or saves a cache that other runs share."""
    cache_mode: Fact[str] = UNSET
    """What the job may do with that cache, as it or the workflow says: `read`, `write`, ...; absent for the default."""
    tolerated: Fact[bool] = UNSET
    """Whether the job goes on although it failed."""
    outsiders_trusted: Fact[bool] = UNSET
    """As the job's own, with the step's condition; unobserved when a caller elsewhere decides."""


class Command(Part, frozen=True):
    """A command of a script, or an action, that pulls, pushes, publishes, deploys, checks or installs something."""

    known_by: ClassVar[tuple[str, ...]] = ("program",)

    program: Fact[str] = UNSET
    """The program, without its folder, or the action."""
    text: Fact[str] = UNSET
    """Its words, joined; expressions stay as written."""
    job: Fact[str] = UNSET
    """The job that runs it."""
    effect: Fact[str] = UNSET
    """`model_pull`, `model_push`, `image_push`, `publish`, `deploy`, `login`, `scan`, `test`, `install`, `download`."""
    pinned: Fact[bool] = UNSET
    """Whether a pull or install names what cannot change (a commit, a digest, hashes); absent for other effects."""
    credential: Fact[str] = UNSET
    """The stored secret that it logs in or publishes with; absent when none is seen."""
    tolerated: Fact[bool] = UNSET
    """Whether its failure changes nothing: `|| true`, or a step or job whose failure is tolerated."""
    piped_to_shell: Fact[bool] = UNSET
    """Whether it runs what it just downloaded."""
    credentials: Fact[bool] = UNSET
    """Whether its job holds a stored secret, an identity token, or a token that may write code, packages or runs."""
    publishes: Fact[bool] = UNSET
    """Whether its job publishes or deploys."""


class Variable(Part, frozen=True):
    """A variable of the pipeline, a job or a step."""

    name: Fact[str] = UNSET
    """Its name."""
    value: Fact[Secret] = UNSET
    """Its literal value; absent when there is none: it is empty, computed or kept elsewhere."""
    secret: Fact[str] = UNSET
    """The stored secret that it holds; absent when it holds none."""
    job: Fact[str] = UNSET
    """The job that it is set for; absent when it is set for all."""


class Pipeline(Kind, frozen=True):
    """A workflow, an action, a CI configuration or a pipeline object."""

    kind: ClassVar[str] = "pipeline"
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {
        # What a label, a tag or an agent stands for is kept by the platform.
        "runners": frozenset({"github", "gitlab", "jenkins", "tekton", "argo"}),
    }

    name: Fact[str] = UNSET
    """Its name, or its path where it has none."""
    platform: Fact[str] = UNSET
    """`github`, `gitlab`, `jenkins`, `tekton` or `argo`."""
    sort: Fact[str] = UNSET
    """`workflow`, `action`, `pipeline`, `run`, `task` or `trigger` (a listener, an event source)."""
    triggers: Fact[list[Trigger]] = UNSET
    """What starts it; empty when something else calls it."""
    permissions: Fact[dict[str, str]] = UNSET
    """Scope -> level of the token of jobs that state none; absent when the pipeline states none either."""
    publishes: Fact[bool] = UNSET
    """Whether one of its jobs publishes or deploys."""
    jobs: Fact[list[Job]] = UNSET
    """Its jobs."""
    runners: Fact[list[Runner]] = UNSET
    """The machines that its jobs ask for."""
    uses: Fact[list[Use]] = UNSET
    """Code that it takes in."""
    containers: Fact[list[Container]] = UNSET
    """Images that it runs."""
    steps: Fact[list[Step]] = UNSET
    """Its steps, in order."""
    commands: Fact[list[Command]] = UNSET
    """What its scripts pull, push, publish, deploy, check and install."""
    variables: Fact[list[Variable]] = UNSET
    """Its variables."""
