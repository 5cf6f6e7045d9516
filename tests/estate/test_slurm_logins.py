"""Logins to the nodes of Slurm clusters, by PAM's files in the same tree."""

from __future__ import annotations

import pytest
from tests.collect.configs.on_disk import findings, items

from holdfast.core.asset import Asset
from holdfast.core.fact import UNSET
from holdfast.estate.complete import complete
from holdfast.kinds.slurm_cluster import SlurmCluster

ADOPTS = "account required pam_slurm_adopt.so\n"
OPTIONAL = "auth required pam_deny.so\n-account\trequired pam_slurm_adopt.so action_no_jobs=deny\n"
OTHER = "account required pam_unix.so\n"


def adopts(root, files: dict[str, str]) -> list[object]:
    found = complete([item for item in items(root, files) if isinstance(item, Asset)], [])
    return [asset.facts.pam_adopt for asset in found if isinstance(asset.facts, SlurmCluster)]


def rules(root, files: dict[str, str]) -> set[str]:
    return {each[0] for each in findings(root, files)}


@pytest.mark.parametrize("stack", [ADOPTS, OPTIONAL])
@pytest.mark.parametrize("conf", ["slurm/slurm.conf", "slurm-llnl/slurm.conf", "slurm/gpu/slurm.conf", "slurm.conf"])
def test_a_service_in_the_same_etc_says_that_logins_are_adopted(tmp_path, stack, conf):
    files = {"roles/node/etc/pam.d/sshd": stack, f"roles/node/etc/{conf}": "ClusterName=ai\nPrologFlags=Alloc\n"}
    assert adopts(tmp_path, files) == [True]
    assert "slurm-adopts-no-logins" in rules(tmp_path, {})


def test_with_contain_logins_find_their_job(tmp_path):
    files = {"etc/pam.d/sshd": ADOPTS, "etc/slurm/slurm.conf": "ClusterName=ai\nPrologFlags=Contain\n"}
    assert adopts(tmp_path, files) == [True]
    assert "slurm-adopts-no-logins" not in rules(tmp_path, {})


@pytest.mark.parametrize(
    "files",
    [
        {"etc/pam.d/sshd": OTHER},
        {"login/etc/pam.d/sshd": ADOPTS},
        {"files/pam.d/sshd": ADOPTS},
        {"etc/pam.d/sshd": ADOPTS, "etc/slurm-test/slurm.conf": "ClusterName=test\n"},
    ],
)
def test_other_services_other_hosts_and_several_clusters_say_nothing(tmp_path, files):
    found = adopts(tmp_path, {"etc/slurm/slurm.conf": "ClusterName=ai\nPrologFlags=Alloc\n", **files})
    assert set(found) == {UNSET}
    assert "slurm-adopts-no-logins" not in rules(tmp_path, {})


def test_a_cluster_outside_of_any_etc_has_no_services(tmp_path):
    assert adopts(tmp_path, {"pam.d/sshd": ADOPTS, "slurm.conf": "ClusterName=ai\n"}) == [UNSET]
