"""`ansible_task`: a step of a playbook or role that fetches, installs, writes or runs something, or its variables."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind
from holdfast.core.packages import Package


class AnsibleTask(Kind, frozen=True):
    """One task as written; conditions are not looked at, and a value that a variable fills is unobserved.

    Plays, roles, files of variables and inventories are here for the literal credentials that stand in them.

    Files that a task writes with text of its own are assets of their own kind. Source: documentation of
    ansible.builtin, ansible.posix and community.general (Ansible 12).
    """

    kind: ClassVar[str] = "ansible_task"
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {
        name: frozenset({"ansible"})
        for name in (
            "certificates_checked",
            "signatures_checked",
            "others_writable",
            "opens_cluster_key",
            "guessable_disk_key",
            "hidden",
            "packages",
        )
    }

    name: Fact[str] = UNSET
    """What the task calls itself, else its module."""
    module: Fact[str] = UNSET
    """The module without its collection: `get_url`, `shell`, ...; `play`, `role`, `block`, `vars` or `inventory`."""
    certificates_checked: Fact[bool] = UNSET
    """Whether the server's certificate is checked; absent for tasks that keep nothing from one."""
    signatures_checked: Fact[bool] = UNSET
    """Whether packages must be signed; absent for modules that install none."""
    digest_checked: Fact[bool] = UNSET
    """Whether what is fetched must have a known digest; absent for modules that fetch no file."""
    plain_http: Fact[bool] = UNSET
    """Whether it is fetched without TLS from another host, and no signature, fingerprint or commit tells what it is.

    Absent where nothing is fetched.
    """
    others_writable: Fact[bool] = UNSET
    """Whether every account may write what it makes or what its commands open; absent where no mode is given."""
    opens_cluster_key: Fact[bool] = UNSET
    """Whether it lets the group or others read a key of munge or Slurm; absent where it puts none into place."""
    runs_download: Fact[bool] = UNSET
    """Whether its command runs what it fetches: `curl ... | sh`."""
    packages: Fact[list[Package]] = UNSET
    """Packages and releases that it installs in a written version and that tables of advisories know."""
    guessable_disk_key: Fact[bool] = UNSET
    """Whether it encrypts a disk with a passphrase that PBKDF2 makes the key of; absent for modules that cannot."""
    credentials: Fact[list[str]] = UNSET
    """Names of literal credentials in it."""
    names_secret: Fact[bool] = UNSET
    """Whether a variable in it is a secret by its name."""
    hidden: Fact[bool] = UNSET
    """Whether its values are kept out of output and logs (`no_log`)."""
    protections_off: Fact[list[str]] = UNSET
    """The protections that it turns off or removes: `SELinux`, `AppArmor`, `auditd`, a host's packet filter."""
