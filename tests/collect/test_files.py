"""From a file or folder to assets: every hostile file gives one gap and stops nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.collect import files
from holdfast.collect.files import Options, collect, text
from holdfast.collect.readers import reader_of
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap, Read
from holdfast.core.suppression import Directive

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i}]}\n"


def gaps(root: Path) -> list[tuple[str, str, str]]:
    return [
        (os.path.relpath(item.path, root), item.reason, item.kind)
        for item in collect(Options(str(root)))
        if isinstance(item, Gap)
    ]


@pytest.mark.parametrize(
    ("name", "yes"),
    [
        ("a.yaml", True), ("a.yml", True), ("a.json", True), ("Dockerfile", True), ("dockerfile.gpu", True),
        ("Containerfile", True), ("train.Dockerfile", True), ("Dockerfile.dockerignore", False), ("a.sh", True),
        ("Dockerfile.md", False), ("Dockerfile.gpu.py", False), ("Dockerfile.dev.dockerignore", False), ("a.bash", True),
        ("train.sbatch", True), ("train.slurm", True), ("a.yaml.j2", True), ("a.json.tmpl", True), ("a.txt.j2", False),
        ("Dockerfile.j2", True), ("Dockerfile.python3.12", True),
        ("a.service", True), ("devcontainer.json", True), ("a.txt", False), ("yaml", False), ("", False),
    ],
)  # fmt: skip
def test_a_name_says_whether_a_file_is_examined(name, yes):
    assert bool(reader_of(name)) is yes


def test_every_kind_of_file_finds_its_reader(tmp_path: Path):
    (tmp_path / "pod.yaml").write_text(POD)
    (tmp_path / "compose.yml").write_text("services: {a: {image: b}}\n")
    (tmp_path / "Dockerfile").write_text("FROM a\n")
    (tmp_path / "run.sh").write_text("vllm serve x\n")
    (tmp_path / "a.service").write_text("[Service]\nExecStart=/usr/bin/ollama serve\n")
    (tmp_path / "devcontainer.json").write_text('{"image": "x"}')
    (tmp_path / "notes.txt").write_text(POD)
    found = list(collect(Options(str(tmp_path))))
    sources = sorted({(os.path.basename(item.path), item.source) for item in found if isinstance(item, Asset)})
    assert sources == [
        ("Dockerfile", "dockerfile"), ("a.service", "unit"), ("compose.yml", "compose"),
        ("devcontainer.json", "devcontainer"), ("pod.yaml", "manifest"), ("run.sh", "script"),
    ]  # fmt: skip
    assert sum(isinstance(item, Read) for item in found) == 6
    assert not [item for item in found if isinstance(item, Gap)]


def test_suppressions_in_comments_come_along():
    (directive, asset) = text("a.yaml", f"# holdfast:ignore-file[some-rule]: because\n{POD}".encode())
    assert isinstance(directive, Directive)
    assert (directive.rule, directive.reason, directive.line) == ("some-rule", "because", 0)
    assert isinstance(asset, Asset)


def test_blank_files_say_nothing():
    assert list(text("a.yaml", b" \n\t\n")) == []
    assert list(text("a.unknown", b"apiVersion: v1")) == []


HOSTILE = {
    "truncated.yaml": (POD[:-6].encode(), "not readable as YAML: did not find expected node content"),
    "binary.yaml": (b"apiVersion: v1\nkind: \x00\x01\x02", "not readable as YAML: not text: control characters are not allowed"),
    "brackets.yaml": (b"apiVersion: " + b"[" * 50_000, "not readable as YAML: nested more than 100 deep"),
    "recursive.yaml": (b"apiVersion: &a [*a]\n", "not readable as YAML: alias *a stands inside its own anchor"),
    "invalid.yaml": (b"apiVersion: \xc3\x28\n", "not readable as YAML: not text: invalid trailing UTF-8 octet"),
    "tabs.yaml": (
        b"apiVersion: v1\nkind:\n\tx: 1\n",
        "not readable as YAML: found character that cannot start any token",
    ),
    "duplicate.yaml": (POD.encode() + b"kind: Job\n", "not readable as YAML: the key `kind` stands twice"),
    "many.yaml": (b"apiVersion: v1\n---\n" * 100_001, "not readable as YAML: more than 100000 documents"),
    "scalar.yaml": (
        b"apiVersion: " + b"x" * (16 << 20),
        "not readable as YAML: a document of 16777228 bytes, at most 16777216 are read",
    ),
    "laughs.yaml": (
        b"apiVersion: v1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 9)),
        "not readable as YAML: more than 1000000 values",
    ),
    "half.json": (b'{"apiVersion": "v1", "kind"', "not readable as JSON: did not find expected ',' or '}'"),
    "devcontainer.json": (
        b'{"image": ',
        "not readable as a development container: expected a value",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_read_is_one_gap_and_stops_nothing(tmp_path: Path, name: str):
    data, reason = HOSTILE[name]
    (tmp_path / "a.yaml").write_text(POD)
    (tmp_path / name).write_bytes(data)
    (tmp_path / "z.yaml").write_text(POD)
    assert gaps(tmp_path) == [(name, reason, "unreadable")]
    assert sum(isinstance(item, Asset) for item in collect(Options(str(tmp_path)))) == 2


def test_a_broken_document_does_not_stop_its_neighbours():
    found = list(text("a.yaml", f"{POD}---\napiVersion: [\n---\n{POD}".encode()))
    assert [type(item) for item in found] == [Asset, Gap, Asset]
    assert found[1] == Gap("a.yaml", "not readable as YAML: did not find expected node content", "unreadable", 7)


def test_things_that_only_look_like_files_are_gaps(tmp_path: Path):
    os.mkfifo(tmp_path / "fifo.yaml")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "link.yaml").symlink_to("/dev/zero")
    (tmp_path / "huge.yaml").touch()
    os.truncate(tmp_path / "huge.yaml", 1 << 30)
    assert gaps(tmp_path) == [
        ("fifo.yaml", "not a regular file", "unreadable"),
        ("huge.yaml", f"{1 << 30} bytes, at most {64 << 20} are read", "unreadable"),
        ("link.yaml", "a symbolic link, which is not followed", "left_out"),
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_a_gap(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(POD)
    (tmp_path / "a.yaml").chmod(0)
    assert gaps(tmp_path) == [("a.yaml", "cannot be read: Permission denied", "unreadable")]


def test_a_file_that_is_gone_is_a_gap(tmp_path: Path):
    (item,) = collect(Options(str(tmp_path / "gone.yaml")))
    assert item == Gap(str(tmp_path / "gone.yaml"), "cannot be read: No such file or directory", "unreadable")


@pytest.mark.parametrize(
    ("content", "source"),
    [
        (POD, "manifest"), ("services: {a: {image: b}}\n", "compose"), ("# x\nFROM a\n", "dockerfile"),
        ("#!/bin/bash\nvllm serve m\n", "script"), ("[Service]\nExecStart=/bin/ollama serve\n", "unit"),
    ],
)  # fmt: skip
def test_a_file_that_somebody_names_is_known_by_its_content(tmp_path: Path, content: str, source: str):
    (tmp_path / "odd").write_text(f"{content}# holdfast:ignore[x]: y\n")
    found = list(collect(Options(str(tmp_path / "odd"))))
    assert {item.source for item in found if isinstance(item, Asset)} == {source}
    assert [type(item) for item in found[:2]] == [Read, Directive]
    assert all(item.path == str(tmp_path / "odd") for item in found if isinstance(item, Asset | Read | Directive))


def test_a_named_file_without_any_sign_is_a_gap(tmp_path: Path):
    (tmp_path / "odd").write_text("nothing that is known\n")
    (item,) = collect(Options(str(tmp_path / "odd")))
    assert item == Gap(str(tmp_path / "odd"), "not a kind of file that is understood", "unreadable")
    (tmp_path / "plain").write_text(POD)
    assert [type(item) for item in collect(Options(str(tmp_path / "plain")))] == [Read, Asset]


def test_links_and_pipes_that_somebody_names(tmp_path: Path):
    (tmp_path / "pod.yaml").write_text(POD)
    (tmp_path / "link.yaml").symlink_to("pod.yaml")
    os.mkfifo(tmp_path / "pipe")
    assert [type(item) for item in collect(Options(str(tmp_path / "link.yaml")))] == [Read, Asset]
    assert list(collect(Options(str(tmp_path / "pipe")))) == [
        Gap(str(tmp_path / "pipe"), "not a regular file", "unreadable")
    ]


def test_many_files_are_read_by_many_processes_with_the_same_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for number in range(70):
        (tmp_path / f"{number:02}.yaml").write_text(POD.replace("image: i", "image: i, env: [{name: A, value: b}]"))
    (tmp_path / "zz.yaml").symlink_to("00.yaml")
    alone = list(collect(Options(str(tmp_path))))
    monkeypatch.setattr(files, "ALONE", 3)
    assert list(collect(Options(str(tmp_path)))) == alone
    assert sum(isinstance(item, Asset) for item in alone) == 70


def die(_: object, instead: object) -> None:
    os._exit(1)


def test_what_a_process_took_with_it_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for number in range(3):
        (tmp_path / f"{number}.yaml").write_text(POD)
    (tmp_path / "z.yaml").symlink_to("0.yaml")
    monkeypatch.setattr(files, "ALONE", 1)
    monkeypatch.setattr(files, "_entries", die)
    found = [item for item in collect(Options(str(tmp_path))) if isinstance(item, Gap)]
    assert [(os.path.basename(gap.path), gap.kind) for gap in found] == [
        ("1.yaml", "unreadable"), ("2.yaml", "unreadable"), ("z.yaml", "left_out"),
    ]  # fmt: skip


def test_the_current_folder_needs_no_prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(POD)
    assert [item.path for item in collect(Options("."))] == ["a.yaml", "a.yaml"]


KINDS = ["a.yaml", "a.json", "compose.yaml", "Dockerfile", "a.sh", "a.service", "devcontainer.json", "-"]
SEEDS = (
    POD.encode(),
    b"services:\n  a:\n    image: ${X:-y}\n    ports: ['80:80']\n    volumes: [/a:/b]\n    extends: {service: a}\n",
    b'FROM a AS b\nRUN curl x | sh\nENV A=b\nCMD ["vllm", "serve"]\n',
    b"#!/bin/sh\nvllm serve $(x) --host 0.0.0.0\n",
    b"[Service]\nExecStart=/bin/ollama serve\nEnvironment=A=b\n",
    b'{"image": "x", "runArgs": ["--gpus", "all", "-v", "/a:/b"], "mounts": ["type=bind,source=/,target=/h"]}',
    (
        b"apiVersion: ray.io/v1\nkind: RayCluster\nspec:\n  headGroupSpec:\n    rayStartParams: {dashboard-host: x}\n    "
        b"template: {spec: {containers: [{name: c, image: 'rayproject/ray:2.9'}]}}\n"
    ),
    b"apiVersion: argoproj.io/v1\nkind: Workflow\nspec:\n  templates: [{name: a, container: {image: b}, sidecars: [{}]}]\n",
)


@pytest.mark.parametrize("path", KINDS)
@given(seed=st.sampled_from(SEEDS), at=st.integers(0, 220), cut=st.integers(0, 6), put=st.binary(max_size=6))
@settings(max_examples=120, deadline=None)
def test_a_damaged_file_of_any_kind_never_raises(path, seed, at, cut, put):
    for item in text(path, seed[:at] + put + seed[at + cut :]):
        assert isinstance(item, Asset | Edge | Gap | Directive)
        if isinstance(item, Gap):
            assert item.kind in ("unreadable", "template")


@pytest.mark.parametrize("path", KINDS)
@given(data=st.binary(max_size=120))
@settings(max_examples=60, deadline=None)
def test_any_bytes_never_raise(path, data):
    for item in text(path, b"apiVersion services vllm\n" + data):
        assert isinstance(item, Asset | Edge | Gap | Directive)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.sampled_from(["", "x", "${A}", "{{ b }}", "8080:80", "a=b"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from([
            "name", "image", "containers", "container", "script", "steps", "sidecars", "containerSet", "spec", "template",
            "securityContext", "resources", "limits", "env", "envFrom", "valueFrom", "ports", "volumes", "volumeMounts",
            "hostPath", "emptyDir", "metadata", "labels", "annotations", "command", "args", "templates", "trainer",
            "predictor", "model", "driver", "executor", "gpu", "headGroupSpec", "rayStartParams", "extends", "deploy",
            "environment", "devices", "gpus", "healthcheck", "runPolicy", "items", "kind", "apiVersion", "data",
        ]),
        inner,
        max_size=6,
    ),
    max_leaves=25,
)  # fmt: skip


@given(
    kind=st.sampled_from(["Pod", "RayCluster", "TrainJob", "InferenceService", "SparkApplication", "List", "Workflow"]),
    spec=VALUES,
)
@settings(max_examples=60, deadline=None)
def test_objects_of_any_shape_never_raise(kind, spec):
    import json

    document = {"apiVersion": "ray.io/v1", "kind": kind, "metadata": spec, "spec": spec, "items": [{"spec": spec}]}
    assert all(isinstance(item, Asset | Edge) for item in text("a.json", json.dumps(document).encode()))


@given(service=VALUES, volumes=VALUES)
@settings(max_examples=60, deadline=None)
def test_services_of_any_shape_never_raise(service, volumes):
    import json

    document = {"services": {"a": service, "b": {"image": "x", "extends": "a"}}, "volumes": volumes}
    assert all(isinstance(item, Asset | Edge) for item in text("compose.yaml", json.dumps(document).encode()))


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.yaml", b"a: [", "not readable as YAML: "), ("z.json", b'{"a": [}', "not readable as JSON: "),
        ("deep.yaml", b"[" * 50_000, "not readable as YAML: nested"), ("x.sh", b"\xff\x80(", "binary, not text"),
        ("y.sh", b"if ((", "not readable as a shell script: "), ("x.service", b"\0garbage", "not readable as a unit: "),
        ("many.yaml", b"a: 1\n---\n" * 100_001, "not readable as YAML: more than"),
    ],
)  # fmt: skip
def test_a_broken_file_that_somebody_names_is_a_gap_and_one_in_a_tree_is_passed_over(tmp_path, name, data, reason):
    (tmp_path / name).write_bytes(data)
    found = [item for item in collect(Options(str(tmp_path / name))) if isinstance(item, Gap)]
    assert [item.reason.startswith(reason) for item in found] == [True]
    assert list(collect(Options(str(tmp_path)))) == [Read(str(tmp_path / name))]


@pytest.mark.parametrize(
    ("name", "data"), [("a.yaml", b"a: 1\n---\nb: 2\n"), ("a.sh", b"make\n"), ("a.service", b"[Service]\nUser=a\n")]
)
def test_a_sound_file_that_somebody_names_and_that_shows_nothing_is_none(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    assert list(collect(Options(str(tmp_path / name)))) == [Read(str(tmp_path / name))]


@pytest.mark.parametrize(
    ("name", "data", "seen"),
    [
        ("a.yaml.j2", POD.encode(), True), ("a.yaml.tmpl", b"services: {}", True), ("a.yaml.j2", b"x: {{ y }}", False),
        ("a.sh.j2", b"x", True), ("Dockerfile.j2", b"FROM {{ base }}\n", True),
        ("redis.conf.j2", b"bind {{ x }}", True), ("nginx.conf.j2", b"x", True), ("haproxy.cfg.j2", b"x", True),
        ("jupyter_server_config.py.j2", b"c.ServerApp.token = '{{ x }}'", True), ("redis.conf.template", b"bind $x", True),
        ("conf.d/a.conf.tmpl", b"x", True), ("slurm.conf.erb", b"x", True), ("main.tf.tpl", b"x", True),
        ("config.yaml.j2", b"model_list: [{litellm_params: {{ x }}}]", True), ("README.md.gotmpl", b"x", False),
        ("default.conf.template", b"server {}", False), ("kubelet.service.j2", b"x", True), ("Dockerfile", b"{% if x %}\nFROM x\n", True),
        ("Dockerfile", b"FROM x\nRUN docker inspect -f '{{.Id}}' x\n", False), ("Dockerfile.tpl", b"# <%= x %>\n", True),
    ],
)  # fmt: skip
def test_a_template_is_told_as_one(name, data, seen):
    found = [item for item in text(name, data) if isinstance(item, Gap)]
    assert [item.kind for item in found] == ["template"] * seen


@pytest.mark.parametrize(
    ("data", "source"),
    [
        (POD.encode(), "manifest"), (POD.encode("utf-16"), "manifest"), (b"FROM x\n", "dockerfile"),
        (b"#!/bin/sh\ndocker run x\n", "script"), (b"[Service]\nExecStart=/usr/bin/docker run x\n", "unit"),
        (b'{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "c"}]}}', "manifest"),
    ],
)  # fmt: skip
def test_standard_input_is_known_by_its_content(data, source):
    found = [item for item in files.standard_input(data) if isinstance(item, Asset)]
    assert {item.source for item in found} == {source}


@pytest.mark.parametrize(
    ("data", "reasons"),
    [
        (b"", 1),
        (b" \n", 1),
        (b"a: [", 1),
        (b"a: 1\n", 1),
        (POD.split("spec", maxsplit=1)[0].encode(), 0),
        (b"#!/bin/sh\nif ((", 1),
    ],
)
def test_standard_input_that_shows_nothing_is_a_gap_where_it_cannot_be_read(data, reasons):
    assert sum(isinstance(item, Gap) for item in files.standard_input(data)) == reasons


def test_a_text_may_take_the_place_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(files, "ALONE", 1)
    for name in ("a.yaml", "b.yaml", "c.yaml"):
        (tmp_path / name).write_text(POD)
    changed = {name: POD.replace("name: ", "name: new-").encode() for name in ("a.yaml", "c.yaml")}
    found = [item.id for item in collect(Options(".", instead=changed)) if isinstance(item, Asset)]
    assert ["new-" in name for name in found] == [True, False, True]
    named = [item.id for item in collect(Options("a.yaml", instead=changed)) if isinstance(item, Asset)]
    assert "new-" in named[0]
