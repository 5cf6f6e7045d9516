"""`image`: a container image, as its build file describes it."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part, Secret
from holdfast.core.packages import Package


class Stage(Part, frozen=True):
    """A build stage."""

    known_by: ClassVar[tuple[str, ...]] = ("name", "base")

    name: Fact[str] = UNSET
    """Its name; absent when it has none."""
    base: Fact[str] = UNSET
    """The image it starts from, build arguments resolved; absent when it starts from another stage or from nothing."""
    registry: Fact[str] = UNSET
    """The base image's registry host."""
    repository: Fact[str] = UNSET
    """The base image's repository."""
    tag: Fact[str] = UNSET
    """The base image's tag; absent when none is written."""
    digest: Fact[str] = UNSET
    """The base image's digest; absent when it is not pinned."""
    final: Fact[bool] = UNSET
    """Whether this stage becomes the image."""
    shipped: Fact[bool] = UNSET
    """Whether the image is this stage or starts from it."""


class Variable(Part, frozen=True):
    """An environment variable or build argument."""

    name: Fact[str] = UNSET
    """Its name."""
    value: Fact[Secret] = UNSET
    """Its literal value; absent for a build argument without default."""
    argument: Fact[bool] = UNSET
    """Whether it is a build argument."""


class Run(Part, frozen=True):
    """A command that the build runs."""

    text: Fact[str] = UNSET
    """The shell text, or the arguments joined."""
    programs: Fact[list[str]] = UNSET
    """The programs it starts, without their folders."""
    piped_to_shell: Fact[bool] = UNSET
    """Whether a download is piped into an interpreter."""
    insecure: Fact[bool] = UNSET
    """Whether the build gives it host entitlements (`--security=insecure`, `--network=host`)."""


class Copy(Part, frozen=True):
    """Files that the build takes in."""

    known_by: ClassVar[tuple[str, ...]] = ("sources",)

    sources: Fact[list[str]] = UNSET
    """What is copied."""
    destination: Fact[str] = UNSET
    """Where it goes."""
    remote: Fact[bool] = UNSET
    """Whether a source is a URL or a repository."""
    verified: Fact[bool] = UNSET
    """Whether a checksum of a remote source is demanded."""


class Image(Kind, frozen=True):
    """A Dockerfile or Containerfile."""

    kind: ClassVar[str] = "image"
    places: ClassVar[tuple[str, ...]] = ("name",)
    # A variable may hold a version, and a distribution's package may hold a fix that its version does not show.
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {"packages": frozenset({"dockerfile"})}

    name: Fact[str] = UNSET
    """The build file's path."""
    stages: Fact[list[Stage]] = UNSET
    """Its stages."""
    user: Fact[str] = UNSET
    """The final user as written; absent when the base image decides."""
    root: Fact[bool] = UNSET
    """Whether the final user is root; unobserved when the base image decides."""
    variables: Fact[list[Variable]] = UNSET
    """Environment variables and build arguments of every shipped stage."""
    ports: Fact[list[int]] = UNSET
    """Ports it declares."""
    runs: Fact[list[Run]] = UNSET
    """Commands of every stage."""
    packages: Fact[list[Package]] = UNSET
    """Packages and releases that the shipped stages install in a written version and that tables of advisories know."""
    copies: Fact[list[Copy]] = UNSET
    """Files taken in by the shipped stages."""
    argv: Fact[list[str]] = UNSET
    """Entrypoint and command; empty when the base image's own run."""
    healthcheck: Fact[bool] = UNSET
    """Whether it has a health check."""
