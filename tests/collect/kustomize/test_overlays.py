"""What overlays make of objects, written from kustomize's documentation and held against kustomize where it is there."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from holdfast.app.check import Request, Sources, check
from holdfast.collect.files import Options, collect
from holdfast.collect.kustomize.document import Target
from holdfast.collect.kustomize.merge import Deleted, merged, operated
from holdfast.collect.kustomize.render import Rendering, fits
from holdfast.collect.kustomize.selectors import readable, selected
from holdfast.config import Settings
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.estate.overlays import applied
from holdfast.formats.yaml import Mapping as Node
from holdfast.formats.yaml import Sequence, load
from holdfast.kinds.stored_secret import StoredSecret
from holdfast.kinds.workload import Workload

BASE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: llm}
spec:
  template:
    spec:
      volumes: [{name: data, emptyDir: {}}]
      containers:
        - name: main
          image: vllm/vllm-openai:latest
          env: [{name: A, value: a}, {name: B, value: b}]
          ports: [{containerPort: 80}]
          args: [serve]
          securityContext: {privileged: true, capabilities: {add: [SYS_ADMIN]}}
"""


def tree(root: Path, **files: str) -> str:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_yaml", ".yaml").replace("_env", ".env")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    return str(root)


def seen(root: str, **more: Any) -> tuple[list[Asset], list[Gap]]:
    found = list(collect(Options(root, **more)))
    edges = [item for item in found if isinstance(item, Edge)]
    assets = applied([item for item in found if isinstance(item, Asset)], edges)
    return assets, [item for item in found if isinstance(item, Gap)]


def workloads(root: str, **more: Any) -> list[Asset]:
    return [asset for asset in seen(root, **more)[0] if isinstance(asset.facts, Workload)]


def facts(asset: Asset) -> Any:
    return asset.facts


OVERLAYS = {
    "merge": """\
        patches:
          - path: patch.yaml
        """,
    "inline": """\
        patches:
          - target: {kind: Deployment, name: llm}
            patch: |-
              - op: replace
                path: /spec/template/spec/containers/0/securityContext/privileged
                value: false
              - op: remove
                path: /spec/template/spec/containers/0/securityContext/capabilities
        """,
    "images": """\
        images:
          - {name: vllm/vllm-openai, newName: registry.example/vllm, newTag: v1}
        """,
    "digest": f"""\
        images:
          - {{name: vllm/vllm-openai, digest: "sha256:{"a" * 64}"}}
        """,
    "names": """\
        namePrefix: a-
        nameSuffix: -b
        namespace: ml
        patchesStrategicMerge:
          - |-
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: llm}
            spec: {template: {spec: {hostNetwork: true}}}
        """,
    "selector": """\
        patches:
          - target: {kind: Deploy.*, labelSelector: app=llm}
            patch: '[{"op": "add", "path": "/spec/template/spec/hostPID", "value": true}]'
          - target: {annotationSelector: x=y}
            patch: '[{"op": "add", "path": "/spec/template/spec/hostIPC", "value": true}]'
        """,
}
PATCH = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: llm}
spec:
  template:
    spec:
      containers:
        - name: side
          image: side:1
        - name: main
          env: [{name: B, $patch: delete}, {name: C, value: c}]
          args: [other]
          securityContext: {privileged: false, capabilities: null}
      volumes:
        - $patch: replace
        - {name: other, secret: {secretName: s}}
"""


def overlay(root: Path, name: str, base: str = BASE) -> str:
    if name == "merge":
        tree(root, over__patch_yaml=PATCH)
    return tree(
        root,
        base__kustomization_yaml="resources: [deployment.yaml]\n",
        base__deployment_yaml=base,
        over__kustomization_yaml=f"resources: [../base]\n{dedent(OVERLAYS[name])}",
    )


def test_a_base_that_every_overlay_changes_is_judged_through_them(tmp_path: Path) -> None:
    (asset,) = workloads(overlay(tmp_path, "merge"))
    side, main = asset.facts.containers  # type: ignore[attr-defined]
    assert (side.name, main.name, main.privileged, main.capabilities_added) == ("side", "main", False, [])
    assert ([entry.name for entry in main.env], main.argv) == (["C", "A"], ["other"])
    assert [volume.name for volume in facts(asset).volumes] == ["other"]
    assert asset.source == "kustomize"
    assert asset.id == f"workload/{tmp_path}/over/kustomization.yaml/Deployment..llm"
    spot = asset.spot("containers[1].privileged")
    assert (spot.path, spot.line) == (f"{tmp_path}/over/patch.yaml", 13)
    spot = asset.spot("containers[1].image")
    assert (spot.path, spot.line) == (f"{tmp_path}/base/deployment.yaml", 10)


@pytest.mark.parametrize("name", [name for name in OVERLAYS if name != "selector"])
def test_each_way_to_change_an_object_takes_the_place_of_the_base(tmp_path: Path, name: str) -> None:
    (asset,) = workloads(overlay(tmp_path, name))
    assert asset.source == "kustomize"


def test_images_names_and_places(tmp_path: Path) -> None:
    (asset,) = workloads(overlay(tmp_path / "1", "images"))
    (main,) = facts(asset).containers
    assert (main.image, main.tag) == ("registry.example/vllm:v1", "v1")
    (asset,) = workloads(overlay(tmp_path / "2", "digest"))
    assert facts(asset).containers[0].digest == "sha256:" + "a" * 64
    (asset,) = workloads(overlay(tmp_path / "3", "names"))
    assert (facts(asset).name, facts(asset).namespace, facts(asset).host_network) == ("a-llm-b", "ml", True)


def test_selectors_choose_by_labels_or_annotations(tmp_path: Path) -> None:
    base = BASE.replace("{name: llm}", "{name: x, labels: {app: llm}, annotations: {x: y}}")
    (asset,) = workloads(overlay(tmp_path / "1", "selector", base))
    assert (facts(asset).host_pid, facts(asset).host_ipc) == (True, True)
    (asset,) = workloads(overlay(tmp_path / "2", "selector"))
    assert (asset.source, facts(asset).host_pid) == ("manifest", False)


def test_a_base_that_somebody_applies_as_it_is_stays(tmp_path: Path) -> None:
    overlay(tmp_path, "inline")
    root = tree(tmp_path, plain__kustomization_yaml="resources: [../base]\n")
    assert sorted(asset.source for asset in workloads(root)) == ["kustomize", "manifest"]


def test_overlays_that_make_the_same_are_judged_once(tmp_path: Path) -> None:
    overlay(tmp_path, "inline")
    text = (tmp_path / "over/kustomization.yaml").read_text()
    root = tree(tmp_path, twin__kustomization_yaml=f"namespace: twin\n{text}")
    assert len(workloads(root)) == 1


def test_components_come_before_the_overlay_and_overlays_lie_on_each_other(tmp_path: Path) -> None:
    privileged = "/spec/template/spec/containers/0/securityContext/privileged"
    root = tree(
        tmp_path,
        base__kustomization_yaml="resources: [deployment.yaml]\n",
        base__deployment_yaml=BASE,
        part__kustomization_yaml=f"""\
            kind: Component
            resources: [more.yaml]
            patches: [{{target: {{name: llm}}, patch: '[{{op: replace, path: {privileged}, value: 1}}]'}}]
            """,
        part__more_yaml=BASE.replace("llm", "more"),
        mid__kustomization_yaml=f"""\
            resources: [../base]
            components: [../part]
            patches: [{{target: {{name: llm}}, patch: '[{{op: replace, path: {privileged}, value: false}}]'}}]
            """,
        top__kustomization_yaml="""\
            bases: [../mid]
            patches:
              - target: {kind: Deployment}
                patch: '[{op: add, path: /spec/template/spec/hostPID, value: true}]'
            """,
    )
    found = {facts(asset).name: facts(asset) for asset in workloads(root)}
    assert {name: each.host_pid for name, each in found.items()} == {"llm": True, "more": True}
    assert (found["llm"].containers[0].privileged, found["more"].containers[0].privileged) == (False, True)


def test_an_object_that_an_overlay_removes_is_gone(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        deployment_yaml=BASE,
        kustomization_yaml="""\
            resources: [deployment.yaml]
            patches:
              - patch: |-
                  apiVersion: apps/v1
                  kind: Deployment
                  metadata: {name: llm}
                  $patch: delete
            """,
    )
    assert workloads(root) == []


def test_a_patch_is_no_object_of_its_own(tmp_path: Path) -> None:
    remote = "resources: ['https://example.com/base?ref=1']\npatches: [{path: patch.yaml}]\n"
    root = tree(tmp_path, kustomization_yaml=remote, patch_yaml=PATCH)
    (asset,) = workloads(root)
    assert asset.partial
    side, main = facts(asset).containers
    assert (main.privileged, main.allow_privilege_escalation, side.image) == (False, UNSET, "side:1")
    gaps = seen(root)[1]
    assert [gap.reason for gap in gaps] == ["a remote base is not fetched: https://example.com/base?ref=1"]
    assert gaps[0].kind == "left_out"


def test_what_is_not_applied_is_said(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        deployment_yaml=BASE,
        kustomization_yaml="""\
            resources: [deployment.yaml, missing.yaml, .]
            replacements: [{path: x.yaml}]
            patches: [{path: gone.yaml}, {path: broken.yaml}, {target: {name: llm}, patch: '[{op: remove, path: /spec/x}]'}, 5]
            """,
        broken_yaml="a: [\n",
        other__kustomization_yaml="a: [",
        third__kustomization_yaml="- a\n",
        fourth__kustomization_yaml="resources: [../../outside]\n",
    )
    reasons = {gap.reason.partition(":")[0].replace(f"{root}/", "") for gap in seen(root)[1]}
    assert {each for each in reasons if not each.endswith("outside is not there, or beyond what is examined")} == {
        "missing.yaml is not there, or beyond what is examined",
        "`replacements` of a kustomization are not applied",
        "the patch gone.yaml is not there",
        "not readable as a patch",
        "a patch does not apply",
        "not readable as YAML",
        "not a kustomization",
        "names itself over others, which kustomize refuses",
    }


def test_secrets_that_are_generated_stand_in_the_file(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        kustomization_yaml="""\
            namespace: ml
            secretGenerator:
              - name: s
                literals: [secretkey=minio123, "user='me'", nothing]
                envs: [s.env, gone.env]
                env: t.env
              - 5
            """,
        s_env="# comment\nTOKEN=abc\n",
        t_env="OTHER=<you>\n",
    )
    (asset,) = (each for each in seen(root)[0] if isinstance(each.facts, StoredSecret))
    entries = {entry.name: entry for entry in asset.facts.entries}  # type: ignore[attr-defined]
    assert {name: entry.shipped for name, entry in entries.items()} == {
        "secretkey": True,
        "user": False,
        "TOKEN": False,
        "OTHER": False,
    }
    assert (str.__str__(entries["user"].value), entries["OTHER"].value) == ("me", None)
    assert (asset.spot("").line, facts(asset).namespace) == (3, "ml")


def test_config_maps_that_are_generated_may_hold_credentials(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        kustomization_yaml="""\
            namespace: ml
            configMapGenerator:
              - name: plain
                literals: [PORT=80]
              - name: c
                literals: [OPENAI_API_KEY=sk-proj-0123456789abcdef0123, PORT=80]
                envs: [s.env]
            """,
        s_env="HF_TOKEN=abc\n",
    )
    (asset,) = seen(root)[0]
    assert [entry.name for entry in facts(asset).entries] == ["OPENAI_API_KEY", "HF_TOKEN"]
    assert (asset.kind, asset.spot("").line, facts(asset).namespace) == ("config_map", 5, "ml")


def test_a_single_kustomization_is_judged_as_a_whole(tmp_path: Path) -> None:
    root = overlay(tmp_path, "inline")
    tree(
        tmp_path,
        base__kustomization_yaml="resources: [deployment.yaml, other.yaml]\n",
        base__other_yaml=BASE.replace("llm", "other"),
    )
    (tmp_path / ".git").mkdir()
    for target in (f"{root}/over", f"{root}/over/kustomization.yaml"):
        found = {facts(asset).name: asset.source for asset in workloads(target)}
        assert found == {"llm": "kustomize", "other": "manifest"}


def test_rendering_is_asked_for_beyond_a_bound_and_can_be_refused(tmp_path: Path) -> None:
    root = overlay(tmp_path, "inline")
    assert [asset.source for asset in workloads(root, render="never")] == ["manifest"]
    assert [gap.kind for gap in seen(root, render="never")[1]] == ["left_out"]
    for number in range(100):
        tree(tmp_path / f"{number}", kustomization_yaml="secretGenerator: [{name: s, literals: [a=b]}]\n")
    assert {asset.source for asset in workloads(root)} == {"manifest"}
    assert sum(isinstance(asset.facts, StoredSecret) for asset in seen(root)[0]) == 100
    assert {asset.source for asset in workloads(root, render="always")} == {"kustomize"}


def test_one_mistake_in_a_base_is_one_finding(tmp_path: Path) -> None:
    overlay(tmp_path, "images")
    text = (tmp_path / "over/kustomization.yaml").read_text()
    root = tree(tmp_path, twin__kustomization_yaml=text.replace("v1", "v2"))
    assert len(workloads(root)) == 2
    from datetime import date

    request = Request(today=date(2026, 11, 30), targets=(root,), rules=("privileged-container",))
    (finding,) = check(request, Settings(), Sources()).findings
    assert (finding.location.path, finding.location.line) == (f"{tmp_path}/base/deployment.yaml", 14)


def test_cycles_end(tmp_path: Path) -> None:
    tree(tmp_path, a__kustomization_yaml="resources: [../b, d.yaml]\nnamespace: x\n", a__d_yaml=BASE)
    root = tree(tmp_path, b__kustomization_yaml="resources: [../a]\n")
    assert len(workloads(root)) == 1


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a]\n"}, 1),
        ({"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "components: [../a]\n"}, 1),
        ({"a/kustomization.yaml": "resources: [.]\n"}, 1),
        (
            {
                "top/kustomization.yaml": "resources: [../a, ../b]\n",
                "a/kustomization.yaml": "resources: [../b]\n",
                "b/kustomization.yaml": "resources: [../a]\n",
            },
            1,
        ),
        (
            {
                "top/kustomization.yaml": "resources: [../a, ../b]\n",
                "a/kustomization.yaml": "resources: [../b]\n",
                "b/kustomization.yaml": "resources: []\n",
            },
            0,
        ),
    ],
)
def test_a_circle_of_kustomizations_is_told_once(tmp_path: Path, files: dict[str, str], told: int) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    _, gaps = seen(str(tmp_path))
    assert [gap.kind for gap in gaps if "kustomize refuses" in gap.reason] == ["unreadable"] * told


def test_files_in_a_config_map_that_an_overlay_changes_stay_at_their_places(tmp_path: Path) -> None:
    base = """\
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: c}
        data:
          redis.conf: |
            port 6379
            bind 0.0.0.0
          more.yaml: |
            apiVersion: v1
            kind: {{ x }}
        """
    patch = """\
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: c}
        data:
          # mine
          redis.conf: |
            bind 127.0.0.1
        """
    tree(tmp_path, base__kustomization_yaml="resources: [c.yaml]\n", base__c_yaml=base)
    tree(tmp_path, over__kustomization_yaml="resources: [../base]\npatches: [{path: p.yaml}]\n", over__p_yaml=patch)
    assets, gaps = seen(str(tmp_path))
    assert {asset.id.rpartition("/ConfigMap.")[0] for asset in assets} == {f"server/{tmp_path}/over/kustomization.yaml"}
    (server,) = assets
    assert (server.spot("host").path, server.spot("host").line) == (f"{tmp_path}/over/p.yaml", 7)
    assert {(gap.path, gap.line) for gap in gaps} == {(f"{tmp_path}/base/c.yaml", 10)}


def node(text: str) -> Any:
    return load(text.encode())


@pytest.mark.parametrize(
    ("base", "patch", "result"),
    [
        ("{a: {b: 1}}", "{a: {c: 2}}", {"a": {"b": 1, "c": 2}}),
        ("{a: {b: 1}}", "{a: {$patch: replace, c: 2}}", {"a": {"c": 2}}),
        ("{a: {b: 1}, d: 1}", "{a: {$patch: delete}}", {"d": 1}),
        ("{a: 1}", "{a: null, b: {c: null, d: 1, e: [{f: null}]}}", {"b": {"d": 1, "e": [{}]}}),
        ("{f: [a, b]}", "{$deleteFromPrimitiveList/f: [a]}", {"f": ["b"]}),
        ("{f: [a, b]}", "{$setElementOrder/f: [b, a], f: [c]}", {"f": ["c"]}),
        (
            "{env: [{name: a, value: x}]}",
            "{env: [{name: a, value: y}, {name: b}]}",
            {"env": [{"name": "b"}, {"name": "a", "value": "y"}]},
        ),
        ("{env: [{name: a}]}", "{env: [{name: a, $patch: delete}, {name: c, $patch: delete}]}", {"env": []}),
        ("{env: [a]}", "{env: [b]}", {"env": ["b", "a"]}),
        (
            "{ports: [{containerPort: 80, name: x}]}",
            "{ports: [{containerPort: 80, protocol: TCP, name: y}]}",
            {"ports": [{"containerPort": 80, "protocol": "TCP", "name": "y"}]},
        ),
        ("{ports: [{port: 80, name: x}]}", "{ports: [{port: 80, name: y}]}", {"ports": [{"port": 80, "name": "y"}]}),
    ],
)
def test_strategic_merges(base: str, patch: str, result: object) -> None:
    assert merged(node(base), node(patch), known=True) == result


def test_lists_of_unknown_objects_are_replaced_and_a_whole_can_be_deleted() -> None:
    assert merged(node("{env: [{name: a}]}"), node("{env: [{name: b}]}"), known=False) == {"env": [{"name": "b"}]}
    with pytest.raises(Deleted):
        merged(node("{a: 1}"), node("{$patch: delete}"), known=True)


@pytest.mark.parametrize(
    ("operations", "result"),
    [
        ("[{op: add, path: /a/0, value: x}]", {"a": ["x", 1, 2], "b": {"c/d": 3}}),
        ("[{op: add, path: /a/-, value: x}]", {"a": [1, 2, "x"], "b": {"c/d": 3}}),
        ("[{op: replace, path: /a/1, value: x}]", {"a": [1, "x"], "b": {"c/d": 3}}),
        ("[{op: remove, path: /a/0}]", {"a": [2], "b": {"c/d": 3}}),
        ("[{op: replace, path: /b/c~1d, value: 4}]", {"a": [1, 2], "b": {"c/d": 4}}),
        ("[{op: move, from: /b, path: /e}]", {"a": [1, 2], "e": {"c/d": 3}}),
        ("[{op: copy, from: /a/0, path: /f}]", {"a": [1, 2], "b": {"c/d": 3}, "f": 1}),
        ("[{op: test, path: /a, value: x}]", {"a": [1, 2], "b": {"c/d": 3}}),
    ],
)
def test_operations(operations: str, result: object) -> None:
    assert operated(node("{a: [1, 2], b: {c/d: 3}}"), node(operations)) == result


@pytest.mark.parametrize(
    "operations",
    [
        *("[5]", "[{op: add}]", "[{op: add, path: x}]", "[{op: nope, path: /a}]", "[{op: remove, path: /x/y}]"),
        *("[{op: remove, path: /a/9}]", "[{op: remove, path: /a/x}]", "[{op: replace, path: /a/2, value: 1}]"),
        *("[{op: add, path: /a/9, value: 1}]", "[{op: add, path: /a/5/b, value: 1}]", "[{op: remove, path: /a/2}]"),
    ],
)
def test_operations_that_do_not_apply(operations: str) -> None:
    with pytest.raises(FormatError):
        operated(node("{a: [1, 2]}"), node(operations))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["a", "b", "delete", "replace"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "env", "ports", "containers", "$patch", "a"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["env", "containers", "a"]), VALUES, max_size=3), VALUES)
def test_only_the_typed_errors_escape(base: dict[str, Any], patch: object) -> None:
    first, second = node(json.dumps(base)), node(json.dumps(patch))
    try:
        if isinstance(second, Node):
            assert isinstance(merged(first, second, known=True), Node)
        if isinstance(second, Sequence):
            operated(first, second)
    except (Deleted, FormatError):
        pass
    assert first == node(json.dumps(base)), "the base stays as it was"


def rendered_by_kustomize(folder: str) -> dict[str, Any]:
    done = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, check=True)
    return {item["metadata"]["name"]: item for item in yaml.safe_load_all(done.stdout)}


def ordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: ordered(item) for key, item in value.items()}
    return [ordered(item) for item in value] if isinstance(value, list) else value


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kustomize comes with kubectl")
@pytest.mark.parametrize("name", list(OVERLAYS))
def test_kustomize_makes_the_same(tmp_path: Path, name: str) -> None:
    base = BASE.replace("{name: llm}", "{name: llm, labels: {app: llm}, annotations: {x: y}}")
    root = overlay(tmp_path, name, base)
    try:
        theirs = rendered_by_kustomize(f"{root}/over")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no kustomize in this kubectl: {error.stderr[:100]!r}")
    from holdfast.collect.kustomize.document import Kustomization, read
    from holdfast.collect.together import Files

    path = f"{root}/over/kustomization.yaml"
    node_ = read(path, Path(path).read_bytes(), Files({path: b""}, root))
    assert isinstance(node_, Kustomization)
    ours, changed = Rendering().apply(load(base.encode()), (node_,), 1)
    assert changed
    assert ours is not None
    assert ordered(ours) == ordered(theirs[ours["metadata"]["name"]])


@pytest.mark.parametrize(
    ("target", "chosen"),
    [
        (Target("Deployment", "llm", None, None, None, None), True),
        (Target("Service", None, None, None, None, None), False),
        (Target(None, "other", None, None, None, None), False),
        (Target(None, "l.m", "ml", "apps", None, None), True),
        (Target(None, None, "other", None, None, None), False),
        (Target(None, None, None, "batch", None, None), False),
        (Target(None, "(", None, None, None, None), False),
        (Target(None, "(l|x)*m", None, None, None, None), True),
        (Target(None, "l" * 300, None, None, None, None), False),
        (Target(None, None, None, None, "app=llm, tier==x", None), True),
        (Target(None, None, None, None, "app in (llm, x),tier", "a=b"), True),
        (Target(None, None, None, None, "app in (x,y)", None), False),
        (Target(None, None, None, None, "app notin (x), other notin (y)", None), True),
        (Target(None, None, None, None, "app notin (llm)", None), False),
        (Target(None, None, None, None, "app!=x,other != x, !other,! more", None), True),
        (Target(None, None, None, None, "app!=llm", None), False),
        (Target(None, None, None, None, "!app", None), False),
        (Target(None, None, None, None, "other", None), False),
        (Target(None, None, None, None, "app = llm", "a=c"), False),
        (Target(None, None, None, None, "a=b", None), False),
        (Target(None, None, None, None, None, "app=llm"), False),
        (Target(None, None, None, None, "team=x", "of=y"), True),
        (Target(None, None, None, None, "app in (llm", None), False),
        (Target(None, None, None, None, "app=llm tier=x", None), False),
    ],
)
def test_whom_a_patch_is_for(target: Target, chosen: bool) -> None:
    value = load(
        b"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: llm, namespace: ml, labels: {app: llm, tier: x}, annotations: {a: b}}\n"
    )
    assert fits(target, value, {"llm"}, {"labels": {"team": "x"}, "annotations": {"of": "y"}}) is chosen


SELECTED = """\
resources: [../base]
patches:
  - target: {{{}}}
    patch: '[{{"op": "add", "path": "/spec/template/spec/hostPID", "value": true}}]'
"""


@pytest.mark.parametrize(
    ("base", "target", "shared"),
    [
        ("labels: [{pairs: {app: x}}, {pairs: {tier: gpu}}]", 'labelSelector: "app=x,tier=gpu"', True),
        ("commonLabels: {app: x}", "labelSelector: app=x", True),
        ("commonAnnotations: {tier: gpu}", 'annotationSelector: "tier in (gpu)"', True),
        ("commonAnnotations: {tier: gpu}", "labelSelector: tier=gpu", False),
        ("commonLabels: {app: y}\nlabels: [x]", "labelSelector: app=x", False),
        ("commonLabels: [app]", "labelSelector: app=x", False),
    ],
)
def test_what_a_base_adds_is_selected(tmp_path: Path, base: str, target: str, shared: bool) -> None:
    root = tree(
        tmp_path,
        base__d_yaml=BASE,
        base__kustomization_yaml=f"resources: [d.yaml]\n{base}\n",
        over__kustomization_yaml=SELECTED.format(target),
    )
    (found,) = workloads(root)
    assert facts(found).host_pid is shared


@pytest.mark.parametrize(
    ("selector", "fits_it"),
    [
        ("size > 3", True),
        ("size>4", False),
        ("size < 5", True),
        ("size<4", False),
        ("app > 3", False),
        ("none < 3", False),
        ("size > x", False),
        ("! none, app", True),
        ("!app", False),
        ("app==llm,size notin (1, 2)", True),
        ("app!=llm", False),
        ("app in (a, llm)", True),
    ],
)
def test_requirements_of_a_selector(selector: str, fits_it: bool) -> None:
    assert readable(selector)
    assert selected(selector, {"app": "llm", "size": "4"}) is fits_it


@pytest.mark.parametrize("selector", ["tier in (gpu", "app=", "app=x,", "a b", "!app=x", "=x", "tier in gpu)", ","])
def test_a_selector_that_nobody_can_read_is_told(tmp_path: Path, selector: str) -> None:
    root = tree(
        tmp_path,
        base__d_yaml=BASE,
        base__kustomization_yaml="resources: [d.yaml]\n",
        over__kustomization_yaml=SELECTED.format(f'labelSelector: "{selector}"'),
    )
    told = [(gap.kind, gap.line) for gap in seen(root)[1] if "selector" in gap.reason]
    assert told == ([] if selector == "app=" else [("unreadable", 2)])
    assert not selected(selector, {"app": "x"})


def test_what_a_file_adds_itself_comes_after_its_patches(tmp_path: Path) -> None:
    own = SELECTED.format("labelSelector: app=x").replace("../base", "d.yaml")
    (found,) = workloads(tree(tmp_path, d_yaml=BASE, kustomization_yaml=f"{own}commonLabels: {{app: x}}\n"))
    assert facts(found).host_pid is False


def test_ways_that_differ_in_what_they_add_are_told_apart(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        base__d_yaml=BASE,
        base__kustomization_yaml="resources: [d.yaml]\n",
        a__kustomization_yaml="resources: [../base]\ncommonLabels: {app: y}\n",
        b__kustomization_yaml="resources: [../base]\ncommonLabels: {app: x}\n",
        over__kustomization_yaml=SELECTED.format("labelSelector: app=x").replace("../base", "../a, ../b"),
    )
    assert sorted(facts(each).host_pid for each in workloads(root)) == [False, True]


def test_a_patch_that_selects_by_labels_is_no_object_of_its_own(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        base__d_yaml=BASE,
        base__kustomization_yaml="resources: [d.yaml]\nlabels: [{pairs: {app: x}, includeTemplates: true}]\n",
        over__p_yaml="apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ignored}\n"
        "spec: {template: {spec: {hostNetwork: true, containers: []}}}\n",
        over__kustomization_yaml="resources: [../base]\npatches: [{path: p.yaml, target: {labelSelector: app=x}}]\n",
    )
    (found,) = workloads(root)
    assert (facts(found).name, facts(found).host_network, len(facts(found).containers)) == ("llm", True, 1)


@pytest.mark.parametrize(("options", "name"), [("", "llm"), (", options: {allowNameChange: true}", "other")])
def test_a_patch_renames_what_it_is_for_only_where_it_may(tmp_path: Path, options: str, name: str) -> None:
    root = tree(
        tmp_path,
        d_yaml=BASE.replace("name: llm}", "name: llm, namespace: ml}"),
        p_yaml="apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: other, namespace: y}\n"
        "spec: {template: {spec: {hostNetwork: true}}}\n",
        kustomization_yaml=f"resources: [d.yaml]\npatches: [{{path: p.yaml, target: {{name: llm}}{options}}}]\n",
    )
    (found,) = workloads(root)
    assert (facts(found).name, facts(found).host_network) == (name, True)
    assert (facts(found).controller == "Deployment") is (options == "")
    assert (facts(found).namespace == "ml") is (options == "")


def test_what_has_no_metadata_or_no_image_stays_as_it_is(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        job_yaml="apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a}, {name: b, image: 'x:1'}, {name: c, image: xy}]}\n",
        kustomization_yaml="namePrefix: p-\nresources: [job.yaml]\nimages: [{name: x, newTag: '1'}, {name: z}, {newTag: q}]\n",
    )
    (asset,) = workloads(root)
    assert asset.source == "manifest"


def test_prefixes_further_in_are_part_of_the_name(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        base__kustomization_yaml="resources: [d.yaml]\nnamePrefix: a-\n",
        base__d_yaml=BASE,
        top__kustomization_yaml="""\
            resources: [../base]
            patchesJson6902:
              - target: {group: apps, version: v1, kind: Deployment, name: a-llm}
                path: ops.json
            """,
        **{"top__ops.json": '[{"op": "add", "path": "/spec/template/spec/hostPID", "value": true}]'},
    )
    (asset,) = workloads(root)
    assert (facts(asset).name, facts(asset).host_pid) == ("a-llm", True)


def test_items_whose_names_are_none_are_never_the_same() -> None:
    base, patch = load(b"env: [{name: []}]\n"), load(b"env: [{name: [], value: a}]\n")
    assert isinstance(base, Node)
    assert isinstance(patch, Node)
    assert merged(base, patch, known=True) == {"env": [{"name": [], "value": "a"}, {"name": []}]}
