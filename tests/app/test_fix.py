"""Repairs in whole folders: proved by examining them again, composed, refused with a reason, left alone."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.app import fix as fixing
from holdfast.app.check import Request, Sources, check
from holdfast.app.fix import Plan, changeable, name_in_diff, patch_text, plan
from holdfast.config import Settings
from holdfast.core.errors import RepairError, UsageError

TODAY = date(2026, 11, 30)
PRIVILEGED = """\
apiVersion: v1
kind: Pod
metadata: {name: train}  # ours
spec:
  containers:
    - name: train
      image: registry.example/train:1
      securityContext:
        privileged: true  # copied
      resources: {limits: {nvidia.com/gpu: 8}}
"""
REPAIRED = PRIVILEGED.replace("      securityContext:\n        privileged: true  # copied\n", "      # copied\n")


def fix(*targets: str, rules: tuple[str, ...] = (), profile: str = "ai-default") -> Plan:
    return plan(Request(TODAY, targets or (".",), rules, profile=profile), Settings(), Sources())


def texts(found: Plan) -> dict[str, str]:
    return {patch.path: patch.after.decode() for patch in found.patches}


def reasons(found: Plan) -> dict[str, str]:
    return {refusal.finding.rule: refusal.reason for refusal in found.refused}


def test_a_finding_is_gone_and_the_comment_is_not(here: Path) -> None:
    (here / "pod.yaml").write_text(PRIVILEGED)
    found = fix()
    assert texts(found) == {"pod.yaml": REPAIRED}
    assert [finding.rule for finding in found.repaired] == ["gpu-container-privileged"]
    assert found.refused == []
    (here / "pod.yaml").write_text(REPAIRED)
    assert fix().patches == []


def test_lesser_findings_that_show_then_are_named_or_repaired_in_turn(here: Path) -> None:
    (here / "pod.yaml").write_text(PRIVILEGED)
    found = fix(profile="strict")
    assert {finding.rule for finding in found.repaired} == {
        "gpu-container-privileged",
        "privilege-escalation-allowed",
        "seccomp-not-set",
    }
    assert "may-run-as-root" in {finding.rule for finding in found.uncovered}
    assert "seccomp-not-set" not in {finding.rule for finding in found.uncovered}
    after = texts(found)["pod.yaml"]
    assert "        allowPrivilegeEscalation: false\n" in after
    assert "          type: RuntimeDefault\n" in after
    (here / "pod.yaml").write_text(after)
    assert fix(profile="strict").patches == []


def test_one_rule_is_repaired_and_what_the_profile_says_besides_still_counts(here: Path) -> None:
    (here / "pod.yaml").write_text(PRIVILEGED)
    found = fix(rules=("seccomp-not-set",), profile="strict")
    assert found.patches == []
    found = fix(rules=("gpu-container-privileged",), profile="strict")
    assert texts(found) == {"pod.yaml": REPAIRED}
    assert "may-run-as-root" in {finding.rule for finding in found.uncovered}


def own(here: Path, kind: str, condition: str, repair: str, example: str) -> Plan:
    """The plan of a rule of one's own, which fails examples of nothing."""
    (here / "rules").mkdir()
    (here / "rules/our-rule.yaml").write_text(
        f"id: our-rule\ntitle: Ours\nkind: {kind}\n{condition}\nseverity: low\nbecause: It is.\nfix: Do.\n"
        f'repair: [{repair}]\nsources: [{{title: Ours, checked: "2026-01-01"}}]\n'
        f"passing: [{{facts: {{name: a}}}}]\nfailing: [{{facts: {{name: b}}}}]\n"
    )
    (here / "in").mkdir()
    (here / "in" / ("slurm.conf" if kind == "slurm_cluster" else "pod.yaml")).write_text(example)
    return plan(Request(TODAY, ("in",), own_rules=("rules",)), Settings(), Sources())


OURS = """\
id: our-rule
title: A container is not privileged
kind: workload
each: containers as c
fails_when: c.name != "other" && !c.privileged
severity: high
because: We want it so.
fix: Make it privileged.
sources: [{title: Ours, checked: "2026-01-01"}]
passing: [{facts: {containers: [{name: a, privileged: true}]}}]
failing: [{facts: {containers: [{name: a, privileged: false}]}}]
"""
SECOND = PRIVILEGED.partition("  containers:\n")[2].replace("name: train", "name: other")


@pytest.mark.parametrize(("pod", "repaired"), [(PRIVILEGED, 0), (PRIVILEGED + SECOND, 1), (PRIVILEGED + SECOND * 2, 2)])
def test_what_is_no_lesser_is_a_reason_not_to(here: Path, pod: str, repaired: int) -> None:
    (here / "rules").mkdir()
    (here / "rules/our-rule.yaml").write_text(OURS)
    (here / "pod.yaml").write_text(pod)
    found = plan(Request(TODAY, ("pod.yaml",), own_rules=("rules",)), Settings(), Sources())
    assert len(found.repaired) == min(repaired, 1)  # those of one name are one
    assert reasons(found) == {"gpu-container-privileged": "our-rule would be found then"}
    assert [texts(found)[patch.path].count("privileged: true") for patch in found.patches] == [1] * bool(repaired)


IN_NEED = PRIVILEGED.replace("spec:\n", "spec:\n  hostNetwork: true\n")
"""A pod of which the shipped rule's repair is not known to be safe."""


@pytest.mark.parametrize(
    ("kind", "condition", "repair", "example", "reason"),
    [
        (
            "workload",
            "each: containers as c\nfails_when: c.privileged",
            "{set: securityContext.x, to: 1}",
            IN_NEED,
            "it would still be found",
        ),
        (
            "workload",
            "each: containers as c\nfails_when: c.privileged",
            "{remove: privileged}",
            IN_NEED,
            "gpu-container-privileged would no longer be seen",
        ),
        (
            "workload",
            "fails_when: host_network",
            "{set: hostNetwork, to: x}",
            IN_NEED,
            "host-network would no longer be seen",
        ),
        (
            "slurm_cluster",
            "fails_when: name == 'ai'",
            '{setting: ClusterName, to: "a b"}',
            "ClusterName=ai\n",
            "the file could not be read any more",
        ),
    ],
)
def test_a_repair_that_does_not_hold_is_not_made(
    here: Path, kind: str, condition: str, repair: str, example: str, reason: str
) -> None:
    found = own(here, kind, condition, repair, example)
    assert found.patches == []
    assert reasons(found) == {"our-rule": reason}


def test_those_that_hold_are_made_without_those_that_do_not(here: Path) -> None:
    condition = 'each: containers as c\nfails_when: has(c.name) && c.name.startsWith("t")'
    pods = "".join(
        PRIVILEGED.replace("{name: train}", f"{{name: p{number}}}").replace("- name: train", f"- name: {name}")
        + "---\n"
        for number, name in enumerate(("a", "t1", "b", "t2", "c"))
    )
    found = own(here, "workload", condition, "{set: other, to: 1}", pods)
    after = texts(found)["in/pod.yaml"]
    assert len(found.repaired) == 5
    assert reasons(found) == {"our-rule": "it would still be found"}
    assert len(found.refused) == 2
    assert "privileged: true" not in after
    assert "other" not in after


def test_examining_again_has_an_end(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixing, "MAX_JUDGEMENTS", 0)
    (here / "pod.yaml").write_text(PRIVILEGED)
    found = fix()
    assert found.patches == []
    assert "name fewer files" in reasons(found)["gpu-container-privileged"]


def test_a_file_that_went_away_is_refused(here: Path) -> None:
    with pytest.raises(RepairError, match="cannot be read"):
        changeable("none.yaml", ("/",))


def test_a_variable_is_taken_away_and_what_held_only_it(here: Path) -> None:
    pod = """\
apiVersion: v1
kind: Pod
metadata: {name: server}
spec:
  containers:
    - name: server
      image: vllm/vllm-openai:v1.0.0
      args: [--model=org/m%s]
      env:
        - {name: VLLM_SERVER_DEV_MODE, value: "1"}  # debug
"""
    (here / "pod.yaml").write_text(pod % "")
    assert "# debug" in texts(fix())["pod.yaml"]
    assert "env" not in texts(fix())["pod.yaml"]
    (here / "pod.yaml").write_text(pod % ", --enable-sleep-mode")
    assert fix().patches == []


SHARED = """\
apiVersion: v1
kind: Pod
metadata: {name: %s}
spec:
  containers:
    - &c
      name: a
      image: registry.example/a:1
      securityContext: %s{privileged: true, readOnlyRootFilesystem: true}
      resources: {limits: {nvidia.com/gpu: 8}}
    - {name: b, image: "registry.example/b:1", securityContext: %s}
"""


def test_a_shared_anchor_is_refused_and_the_others_are_repaired(here: Path) -> None:
    (here / "one.yaml").write_text(SHARED % ("one", "&s ", "*s"))
    (here / "two.yaml").write_text(PRIVILEGED)
    found = fix()
    assert texts(found) == {"two.yaml": REPAIRED}
    assert reasons(found) == {"gpu-container-privileged": "another place shares this one by an anchor"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text.replace("# ours", "# {{ .Values.name }}"), "template"),
        (lambda text: text.encode("utf-16"), "UTF-8"),
        (lambda text: text.replace("      securityContext:\n        p", "      securityContext: &s\n        p"), ""),
    ],
)
def test_what_cannot_be_changed_safely_is_refused(here: Path, change: object, reason: str) -> None:
    changed = change(PRIVILEGED)  # type: ignore[operator]
    (here / "pod.yaml").write_bytes(changed if isinstance(changed, bytes) else changed.encode())
    found = fix()
    if not reason:  # an anchor that nothing else uses goes with what it names
        assert "privileged" not in texts(found)["pod.yaml"]
        return
    assert found.patches == []
    assert reason in reasons(found)["gpu-container-privileged"]


def test_links_and_other_names_are_refused(here: Path) -> None:
    (here / "real").mkdir()
    (here / "real/pod.yaml").write_text(PRIVILEGED)
    (here / "link.yaml").symlink_to("real/pod.yaml")
    assert "symbolic link" in reasons(fix("link.yaml"))["gpu-container-privileged"]
    os.link(here / "real/pod.yaml", here / "real/other.txt")
    assert "hard links" in reasons(fix("real"))["gpu-container-privileged"]


def test_files_of_packages_are_left_to_them(here: Path) -> None:
    for folder, kept in (("etc/sysctl.d", False), ("usr/lib/sysctl.d", True)):
        (here / folder).mkdir(parents=True)
        (here / folder / "50-own.conf").write_text("fs.protected_hardlinks = 0\n")
        found = fix(folder, profile="strict")
        assert bool(found.patches) is not kept
        assert any("belongs to a package" in reason for reason in reasons(found).values()) is kept


@pytest.mark.parametrize("form", ["{}", "\ufeff{}", "---\n{}---\nkind: x\n", "a: 1\n---\n{}...\n---\nb: 2\n"])
@pytest.mark.parametrize("eol", ["\n", "\r\n"])
@pytest.mark.parametrize("ends", [True, False])
def test_marks_line_ends_and_documents_stay(here: Path, form: str, eol: str, ends: bool) -> None:
    before, after = (form.format("@").replace("@", text).replace("\n", eol) for text in (PRIVILEGED, REPAIRED))
    cut = 0 if ends else len(eol)
    (here / "pod.yaml").write_bytes(before[: len(before) - cut].encode())
    assert texts(fix("pod.yaml")) == {"pod.yaml": after[: len(after) - cut]}


def test_suppressed_findings_are_left_alone(here: Path) -> None:
    comment = "        # holdfast:ignore[gpu-container-privileged] meant\n        privileged"
    (here / "pod.yaml").write_text(PRIVILEGED.replace("        privileged", comment))
    found = fix()
    assert (found.patches, found.refused) == ([], [])


def test_a_suppression_that_would_no_longer_fit_is_a_reason_not_to(here: Path) -> None:
    pod = PRIVILEGED.replace(
        "      resources", "      # holdfast:ignore[gpu-workload-accepts-any-ingress] no\n      resources"
    )
    (here / "pod.yaml").write_text(pod)
    assert [patch.path for patch in fix().patches] == ["pod.yaml"]


def test_several_targets_and_json(here: Path) -> None:
    (here / "a").mkdir()
    (here / "a/pod.yaml").write_text(PRIVILEGED)
    (here / "pod.json").write_text(
        '{\n  "apiVersion": "v1",\n  "kind": "Pod",\n  "metadata": {"name": "x"},\n  "spec": {\n    "hostIPC": true,\n'
        '    "containers": [\n      {"name": "c", "image": "r/c:1", "volumeMounts": [{"name": "s", "mountPath": '
        '"/dev/shm"}]}\n    ],\n    "volumes": [{"name": "s", "emptyDir": {}}]\n  }\n}\n'
    )
    found = fix("a", "pod.json")
    assert set(texts(found)) == {"a/pod.yaml", "pod.json"}
    assert '"spec": {\n    "containers"' in texts(found)["pod.json"]


CLUSTER = {
    "slurm.conf": "ClusterName=ai\nSlurmUser=slurm\nTaskPlugin=task/cgroup,task/affinity\nGresTypes=gpu\n"
    "NodeName=n1 Gres=gpu:8\nPartitionName=gpu Nodes=n1\n",
    "cgroup.conf": "ConstrainRAMSpace=yes\n# ConstrainDevices=no\n",
    "gres.conf": "AutoDetect=nvml\n",
}


def test_files_that_belong_together_are_judged_together(here: Path) -> None:
    for name, text in CLUSTER.items():
        (here / name).write_text(text)
    found = fix(profile="strict")
    assert texts(found) == {
        "cgroup.conf": CLUSTER["cgroup.conf"] + "ConstrainDevices=yes\n",
        "slurm.conf": CLUSTER["slurm.conf"] + "DisableRootJobs=YES\n",
    }
    (here / "gres.conf").write_text("Name=gpu Count=8\n")
    assert set(texts(fix(profile="strict"))) == {"slurm.conf"}


def test_a_file_that_another_one_names_is_repaired_only_within_the_target(here: Path) -> None:
    (here / ".git").mkdir()
    (here / "etc").mkdir()
    (here / "slurm").mkdir()
    (here / "slurm/slurm.conf").write_text("ClusterName=ai\nInclude ../etc/more\n")
    (here / "etc/more").write_text("DisableRootJobs=no\n")
    found = fix("slurm", profile="strict")
    assert found.patches == []
    assert "outside" in reasons(found)["slurm-root-runs-jobs"]
    assert "not known how" in reasons(fix(profile="strict"))["slurm-root-runs-jobs"]


def test_enroot_and_build_files(here: Path) -> None:
    (here / "etc/enroot").mkdir(parents=True)
    (here / "etc/enroot/enroot.conf").write_text("ENROOT_ALLOW_SUPERUSER   yes\n")
    (here / "Dockerfile").write_text(
        "FROM python:3.12\nENV NVIDIA_DRIVER_CAPABILITIES=all A=1\nENV NVIDIA_DRIVER_CAPABILITIES=all\n"
    )
    assert texts(fix(profile="strict")) == {
        "etc/enroot/enroot.conf": "ENROOT_ALLOW_SUPERUSER   no\n",
        "Dockerfile": "FROM python:3.12\nENV NVIDIA_DRIVER_CAPABILITIES=compute,utility A=1\n"
        "ENV NVIDIA_DRIVER_CAPABILITIES=compute,utility\n",
    }


def test_standard_input_has_no_file(here: Path) -> None:
    with pytest.raises(UsageError, match="cannot be repaired"):
        fix("-")


def test_names_in_patches_are_relative_or_start_at_the_root(here: Path) -> None:
    (here / "in").mkdir()
    os.chdir(here / "in")
    assert name_in_diff("a/b.yaml") == "a/b.yaml"
    assert name_in_diff(str(here / "in/b.yaml")) == "b.yaml"
    assert name_in_diff("../b.yaml") == str(here / "b.yaml")[1:]


def test_a_credential_beside_a_change_is_not_printed(here: Path) -> None:
    env = "      env: [{name: HF_TOKEN, value: hunter2hunter2}]\n"
    for name, text in (
        ("far.yaml", PRIVILEGED.replace("    - name: train\n", "    - name: train\n" + env)),
        ("near.yaml", PRIVILEGED.replace("      securityContext", env + "      securityContext")),
    ):
        (here / name).write_text(text)
        sources = Sources()
        found = plan(Request(TODAY, (name,)), Settings(), sources)
        (patch,) = found.patches
        shown = patch_text(patch, sources)
        assert shown is None if name == "near.yaml" else shown is not None
        assert b"hunter2" not in (shown or b"")


# --- laws -----------------------------------------------------------------------------------------

COMMENT = st.sampled_from(["", "  # why", "  # {x: [1]", " #"])
OWN = st.sampled_from(["", "", "# a comment\n", "\n", "#\n"])


@st.composite
def manifests(draw: st.DrawFn) -> str:
    """A pod that several repairable rules fail, in an odd layout."""
    dash, step = draw(st.sampled_from([0, 2, 4])), draw(st.sampled_from([1, 2, 3]))
    quote = draw(st.sampled_from(["", '"', "'"]))
    key = f"{quote}securityContext{quote}"
    context = draw(
        st.sampled_from(
            [
                "",
                f"{key}: {{privileged: true}}",
                f"{key}: {{ privileged: true , runAsUser: 5 }}",
                f"{key}:{{c}}\n{{o}}{{i}}privileged: true{{c}}",
                f"{key}:{{c}}\n{{i}}runAsUser: 5{{c}}\n{{o}}{{i}}privileged: true{{c}}",
                f"{key}:{{c}}",
                f"{key}: {{}}",
                f"{key}: {{allowPrivilegeEscalation: true}}",
            ]
        )
    )
    pad = " " * (2 + dash + 2)
    while "{c}" in context or "{o}" in context or "{i}" in context:
        context = context.replace("{c}", draw(COMMENT), 1).replace("{i}", pad + " " * step, 1)
        context = context.replace("{o}", draw(OWN), 1)
    entries = [
        "image: registry.example/train:1",
        "resources: {limits: {nvidia.com/gpu: 1}}",
        f"env:\n{pad}- {{name: NVIDIA_DRIVER_CAPABILITIES, value: all}}",
        f"workingDir: |\n{pad}  /x\n",
        *([context] if context else []),
    ]
    entries = [entry.replace("{{}}", "{}") for entry in draw(st.permutations(entries))]
    body = f"{' ' * (2 + dash)}- name: train{draw(COMMENT)}\n"
    for entry in entries:
        body += draw(OWN) + f"{pad}{entry}" + (draw(COMMENT) if "workingDir" not in entry else "") + "\n"
    head = draw(st.sampled_from(["", "---\n", "# head\n---\n", "kind: x\n---\n"]))
    host = draw(st.sampled_from(["", f"  hostPID: true{draw(COMMENT)}\n"]))
    return f"{head}apiVersion: v1\nkind: Pod\nmetadata: {{name: train}}\nspec:\n{host}  containers:\n{body}"


def words(text: str) -> list[str]:
    """The comments of the generated manifests, whose values hold no `#`."""
    return sorted(line[line.index("#") :] for line in text.splitlines() if "#" in line)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=manifests(), eol=st.sampled_from(["\n", "\r\n"]))
def test_what_is_repaired_is_gone_and_nothing_else_changes(here: Path, text: str, eol: str) -> None:
    text = text.replace("\n", eol)
    (here / "pod.yaml").write_bytes(text.encode())
    request = Request(TODAY, ("pod.yaml",), profile="strict")
    before = {(f.rule, f.message) for f in check(request, Settings(), Sources()).findings}
    found = fix("pod.yaml", profile="strict")
    after = texts(found).get("pod.yaml", text)
    (here / "pod.yaml").write_bytes(after.encode())
    left = {(f.rule, f.message) for f in check(request, Settings(), Sources()).findings}
    repaired = {(f.rule, f.message) for f in found.repaired}
    assert found.repaired
    assert not repaired & left
    assert before - repaired <= left
    assert left - before <= {(f.rule, f.message) for f in found.uncovered}
    assert words(after) == words(text)
    assert fix("pod.yaml", profile="strict").patches == []


def test_findings_that_several_overlays_share_keep_what_belongs_to_them(here: Path) -> None:
    (here / "base").mkdir()
    (here / "base/pod.yaml").write_text(PRIVILEGED)
    (here / "base/kustomization.yaml").write_text("resources: [pod.yaml]\n")
    for name in ("a", "b"):
        (here / name).mkdir()
        (here / name / "kustomization.yaml").write_text(f"resources: [../base]\nnamePrefix: {name}-\n")
    found = plan(Request(TODAY, (".",)), Settings(), Sources())
    assert [patch.path for patch in found.patches] == ["base/pod.yaml"]


NGINX = """\
http {
  ssl_protocols TLSv1 TLSv1.1 TLSv1.2; # old
  server { listen 443 ssl; location /v1 { proxy_pass http://10.0.0.5:8000; } }
}
"""
KUBELET = """\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous: {enabled: true}  # for the probe
  x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}
authorization: {mode: Webhook}
tlsMinVersion: "VersionTLS10"
"""
SYSCTL = """\
# shared
kernel.dmesg_restrict=0
fs.suid_dumpable = 1
kernel.randomize_va_space = 0
vm.mmap_min_addr=0
kernel.unprivileged_bpf_disabled = 0
fs.protected_hardlinks = 0
"""
CLOUD = """\
resource "aws_kms_key" "k" {
  description = "models" # ours
}
resource "aws_instance" "gpu" {
  metadata_options {
    http_tokens = "optional"
  }
}
resource "aws_cloudtrail" "t" {
  enable_logging             = false
  enable_log_file_validation = false
}
"""
TASKS = """\
---
- name: log in
  ansible.builtin.shell: docker login -p {{ registry_password }}  # once
  register: out
- block:
    - {name: flow, shell: "login --token {{ api_token }}"}
"""
SCHEDULER = """\
apiVersion: v1
kind: Pod
metadata: {name: kube-scheduler, namespace: kube-system}
spec:
  containers:
  - name: kube-scheduler
    image: registry.k8s.io/kube-scheduler:v1.34.0
    command:
    - kube-scheduler
    - --bind-address=127.0.0.1 # ours
"""
REPAIRS = [
    (
        "roles/gpu/tasks/main.yml",
        TASKS,
        {"task-shows-secret": [("register: out\n", "register: out\n  no_log: true\n"), ('}}"}', '}}", no_log: true}')]},
    ),
    ("scheduler.yaml", SCHEDULER, {"cluster-controller-profiling": [("ours\n", "ours\n    - --profiling=false\n")]}),
    (
        "api-server.yaml",
        SCHEDULER.replace("scheduler", "apiserver").replace("--bind-address=127.0.0.1", "--profiling=true"),
        {"api-server-profiling": [("--profiling=true", "--profiling=false")]},
    ),
    (
        "etc/systemd/journald.conf",
        "[Journal]\n#Storage=auto\nStorage=none\n",
        {"journal-thrown-away": [("none", "persistent")]},
    ),
    (
        "etc/ssh/sshd_config",
        "LogLevel ERROR # quiet\nMatch User git\n  LogLevel QUIET\n",
        {"ssh-server-logs-too-little": [("ERROR", "VERBOSE"), ("QUIET", "VERBOSE")]},
    ),
    (
        "etc/sysctl.d/90-ai.conf",
        SYSCTL,
        {
            "kernel-log-open-to-users": [("restrict=0", "restrict=1")],
            "privileged-programs-dump-core": [("dumpable = 1", "dumpable = 0")],
            "kernel-addresses-shown": [("space = 0", "space = 2")],
            "null-page-mappable": [("addr=0", "addr=65536")],
            "kernel-programs-open-to-users": [("disabled = 0", "disabled = 1")],
            "links-in-shared-folders-followed": [("links = 0", "links = 1")],
        },
    ),
    (
        "postgresql.conf",
        "listen_addresses = '*'\nlog_connections off   # noise\npassword_encryption = 'md5'\n",
        {
            "postgresql-logs-no-connections": [("connections off", "connections on")],
            "postgresql-keeps-md5-passwords": [("'md5'", "scram-sha-256")],
        },
    ),
    (
        "redis.conf",
        "bind 10.0.0.1\n# for a day\nenable-debug-command yes\n",
        {"redis-runtime-commands-open": [("yes", "local")]},
    ),
    ("nginx.conf", NGINX, {"route-accepts-old-tls": [("TLSv1 TLSv1.1 ", "")]}),
    (
        "kubelet.yaml",
        KUBELET,
        {
            "kubelet-anonymous-access": [("enabled: true", "enabled: false")],
            "kubelet-old-tls": [("VersionTLS10", "VersionTLS12")],
        },
    ),
    (
        "main.tf",
        CLOUD,
        {
            "key-never-rotates": [("# ours\n", "# ours\n\n  enable_key_rotation = true\n")],
            "instance-metadata-without-token": [("optional", "required")],
            "trail-is-off": [("enable_logging             = false", "enable_logging             = true")],
            "trail-can-be-changed": [("validation = false", "validation = true")],
        },
    ),
]


@pytest.mark.parametrize(("path", "text", "changes"), REPAIRS, ids=[path for path, _, _ in REPAIRS])
def test_settings_of_hosts_servers_and_clouds_are_repaired(
    here: Path, path: str, text: str, changes: dict[str, list[tuple[str, str]]]
) -> None:
    target = here / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    found = fix(profile="strict")
    assert {finding.rule for finding in found.repaired} == changes.keys()
    assert not found.refused
    for before, after in (pair for pairs in changes.values() for pair in pairs):
        text = text.replace(before, after, 1)
    assert texts(found) == {path: text}
    target.write_text(text)
    again = fix(profile="strict")
    assert again.patches == []
    assert not {finding.rule for finding in again.after.findings} & changes.keys()


INSTANCE = 'resource "aws_instance" "g" {{\n  {}\n}}\n'


def test_a_decision_about_a_task_and_what_is_no_command_line_are_left(here: Path) -> None:
    (here / "roles/gpu/tasks").mkdir(parents=True)
    (here / "roles/gpu/tasks/main.yml").write_text("- shell: login --token {{ api_token }}\n  no_log: false\n")
    (here / "kubeadm.yaml").write_text("apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n")
    found = fix(profile="strict")
    assert found.patches == []
    assert reasons(found) == {"task-shows-secret": "somebody wrote another value, which is a decision"}
    assert "api-server-profiling" in {finding.rule for finding in found.after.findings}


@pytest.mark.parametrize(
    ("path", "text", "rule"),
    [
        ("kubelet.yaml", KUBELET.replace("Webhook", "AlwaysAllow"), "kubelet-anonymous-access"),
        ("kubelet.yaml", "\n".join(KUBELET.splitlines()[:4]), "kubelet-anonymous-access"),
        (
            "etc/sysctl.d/1.conf",
            "fs.protected_symlinks=0\nfs.protected_hardlinks=0\n",
            "links-in-shared-folders-followed",
        ),
        (
            "redis.conf",
            "bind 10.0.0.1\nenable-debug-command yes\nenable-module-command yes\n",
            "redis-runtime-commands-open",
        ),
        ("main.tf", INSTANCE.format('iam_instance_profile = "p"'), "instance-metadata-without-token"),
        ("main.tf", INSTANCE.format('user_data = "x"'), "instance-metadata-without-token"),
        ("main.tf", 'resource "aws_launch_template" "g" {\n  name = "a"\n}\n', "instance-metadata-without-token"),
        ("main.tf", 'resource "google_kms_crypto_key" "k" {\n  name = "a"\n}\n', "key-never-rotates"),
        ("main.tf.json", '{"resource": {"aws_kms_key": {"k": {"description": "a"}}}}', "key-never-rotates"),
    ],
)
def test_what_is_not_known_to_be_safe_there_is_left(here: Path, path: str, text: str, rule: str) -> None:
    (here / path).parent.mkdir(parents=True, exist_ok=True)
    (here / path).write_text(text)
    found = fix(profile="strict")
    assert rule in {finding.rule for finding in found.after.findings}
    assert rule not in {finding.rule for finding in found.repaired}
    assert not [refusal for refusal in found.refused if refusal.finding.rule == rule]
