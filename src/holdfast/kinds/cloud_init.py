"""`cloud_init`: how a machine sets itself up at its first boot."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part, Secret
from holdfast.core.packages import Package


class Password(Part, frozen=True):
    """A password in clear."""

    name: Fact[str] = UNSET
    """The account, with `.password` behind it."""
    value: Fact[Secret] = UNSET
    """The password."""


class CloudInit(Kind, frozen=True):
    """User data: a `#cloud-config` document, or a script that runs at the first boot.

    Files that it writes, sudo rules and what its commands start are assets of their own.

    Source: cloud-init documentation, "Module reference" (24.4).
    """

    kind: ClassVar[str] = "cloud_init"
    places: ClassVar[tuple[str, ...]] = ("path",)
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {
        # The image's own sshd decides where the document is silent.
        "ssh_passwords": frozenset({"cloud-init"}),
        "root_login": frozenset({"cloud-init"}),
        # A distribution's package may hold a fix that its version does not show.
        "packages": frozenset({"cloud-init"}),
    }

    path: Fact[str] = UNSET
    """The file."""
    fetched: Fact[list[str]] = UNSET
    """Addresses of documents that are fetched at boot and obeyed (`#include`)."""
    ssh_passwords: Fact[bool] = UNSET
    """Whether SSH is told to take passwords (`ssh_pwauth`); unobserved where the image decides."""
    root_login: Fact[bool] = UNSET
    """Whether root may log in over SSH (`disable_root: false`); unobserved where the image decides."""
    plain_passwords: Fact[list[Password]] = UNSET
    """Passwords that stand in the document in clear."""
    password_logins: Fact[list[str]] = UNSET
    """Accounts that get a password and are not locked (`lock_passwd: false`)."""
    host_keys_kept: Fact[bool] = UNSET
    """Whether host keys of the image stay, so that all machines share them (`ssh_deletekeys: false`)."""
    downloads_run: Fact[list[str]] = UNSET
    """Commands that run what they fetch: `curl ... | sh`."""
    credentials: Fact[list[str]] = UNSET
    """Names of literal credentials in files, commands and settings."""
    packages: Fact[list[Package]] = UNSET
    """Packages and releases that it installs in a written version and that tables of advisories know."""
    unverified_packages: Fact[bool] = UNSET
    """Whether packages are taken without signatures (`[trusted=yes]`, `gpgcheck: 0`)."""
    opened_files: Fact[list[str]] = UNSET
    """Files and folders that every account may write (`chmod 777`, `permissions: '0666'`)."""
    protections_off: Fact[list[str]] = UNSET
    """The protections that it turns off: `SELinux`, `AppArmor`, `auditd`, the host's packet filter."""
