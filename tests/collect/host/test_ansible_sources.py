"""Files that tasks of Ansible copy, and variables that name where they go."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.collect.files import Options, collect
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap, Read, Rendered
from holdfast.core.suppression import Directive

ROLE = "roles/gpu"
TASKS = f"{ROLE}/tasks/main.yml"


class Tree:
    """A repository on disk, and what is found in it."""

    def __init__(self, folder: Path, files: dict[str, str | bytes], target: str = "") -> None:
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(text if isinstance(text, bytes) else text.encode())
        self.folder = folder
        self.items = list(collect(Options(str(folder / target))))
        self.gaps = [
            (item.path.removeprefix(f"{folder}/"), item.line, item.kind, item.reason)
            for item in self.items
            if isinstance(item, Gap)
        ]

    def asset(self, kind: str) -> Asset:
        (found,) = [item for item in self.items if isinstance(item, Asset) and item.kind == kind]
        return found

    def kinds(self) -> set[str]:
        return {item.kind for item in self.items if isinstance(item, Asset)} - {"ansible_task"}

    def spot(self, kind: str, fact: str) -> tuple[str, int]:
        asset = self.asset(kind)
        spot = asset.spot(fact)
        return (spot.path or asset.path).removeprefix(f"{self.folder}/"), spot.line


OPEN = '{\n"hosts": ["tcp://0.0.0.0:2375"]\n}\n'


@pytest.mark.parametrize(
    ("module", "source", "file"),
    [
        ("copy", "daemon.json", f"{ROLE}/files/daemon.json"),
        ("ansible.builtin.copy", "files/daemon.json", f"{ROLE}/files/daemon.json"),
        ("copy", "daemon.json", f"{ROLE}/tasks/files/daemon.json"),
        ("copy", "daemon.json", f"{ROLE}/daemon.json"),
        ("template", "daemon.json.j2", f"{ROLE}/templates/daemon.json.j2"),
    ],
)
def test_a_copied_file_is_judged_as_what_it_becomes(tmp_path: Path, module: str, source: str, file: str) -> None:
    task = f"- {module}: {{src: {source}, dest: /etc/docker/daemon.json}}\n"
    tree = Tree(tmp_path, {TASKS: task, file: OPEN})
    assert tree.asset("container_runtime").path == str(tmp_path / TASKS)
    assert tree.spot("container_runtime", "listeners[0]") == (file, 2)
    assert tree.gaps == []


def test_a_playbook_finds_files_beside_it(tmp_path: Path) -> None:
    play = "- hosts: all\n  tasks:\n    - copy: src=90-hpc.conf dest=/etc/sysctl.d/\n"
    tree = Tree(tmp_path, {"site.yml": play, "files/90-hpc.conf": "kernel.yama.ptrace_scope = 0\n"}, "site.yml")
    assert tree.asset("kernel").facts.sysctl == {"kernel.yama.ptrace_scope": "0"}  # type: ignore[attr-defined]


def test_a_folder_as_the_place_takes_the_name_of_the_file(tmp_path: Path) -> None:
    task = "- template: {src: 90-x.conf.j2, dest: /etc/sysctl.d}\n"
    tree = Tree(
        tmp_path, {TASKS: task, f"{ROLE}/templates/90-x.conf.j2": "# {{ ansible_managed }}\nvm.swappiness = 1\n"}
    )
    assert tree.spot("kernel", 'sysctl["vm.swappiness"]') == (f"{ROLE}/templates/90-x.conf.j2", 2)


def test_a_file_that_is_judged_by_its_own_name_is_judged_once(tmp_path: Path) -> None:
    task = "- copy: {src: sshd_config, dest: /etc/ssh/sshd_config}\n"
    tree = Tree(tmp_path, {TASKS: task, f"{ROLE}/files/sshd_config": "PermitRootLogin yes\n"})
    assert tree.asset("ssh_server").path == str(tmp_path / ROLE / "files/sshd_config")


@pytest.mark.parametrize("hole", ["{{ swappiness }}", "{{swappiness}}", "{%if x%}1{%endif%}"])
def test_a_template_with_holes_is_told(tmp_path: Path, hole: str) -> None:
    task = "- name: a\n  template: {src: x.j2, dest: /etc/sysctl.d/x.conf}\n"
    tree = Tree(tmp_path, {TASKS: task, f"{ROLE}/templates/x.j2": f"vm.swappiness = {hole}\n"})
    assert tree.gaps == [(TASKS, 2, "template", "an unrendered template: render it and check the result")]


def test_what_is_not_here_is_told_once_and_only_where_it_would_be_judged(tmp_path: Path) -> None:
    rows = [f"- copy: {{src: {name}, dest: /etc/sysctl.d/{name}.conf}}\n" for name in "abcdef"]
    rows += [
        "- copy: {src: /opt/y, dest: /etc/sudoers.d/y}\n",
        "- copy: {src: a, dest: /etc/sudoers.d/z, remote_src: true}\n",
        "- copy: {src: a, dest: /opt/z}\n",
        "- copy: {src: munge.key, dest: /etc/munge/munge.key, mode: '0400'}\n",
        "- copy: {src: [a], dest: /etc/sudoers.d/z}\n",
        "- copy: {src: b, dest: /etc/sudoers.d/z, state: absent}\n",
        "- copy: {src: '{{ item }}', dest: /etc/sudoers.d/z}\n",
        "- template: {src: gone.j2, dest: /etc/sudoers.d/z}\n",
    ]
    tree = Tree(tmp_path, {TASKS: "".join(rows), f"{ROLE}/files/b": "x"})
    (copied,) = [gap for gap in tree.gaps if gap[2] == "left_out"]
    assert copied[:2] == (TASKS, 1)
    assert copied[3].startswith("copies a to /etc/sysctl.d/a.conf, c to /etc/sysctl.d/c.conf")
    assert copied[3].endswith("f to /etc/sysctl.d/f.conf and 3 more: not here, and so not judged")
    assert [gap[1] for gap in tree.gaps if gap[2] == "template"] == [14]


def test_a_source_never_leaves_the_role_or_repository(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("ml ALL=(ALL) NOPASSWD: ALL\n")
    (tmp_path / "r" / ROLE / "files").mkdir(parents=True)
    (tmp_path / "r" / ROLE / "files" / "link").symlink_to(tmp_path / "secret")
    rows = [f"- copy: {{src: {name}, dest: /etc/sudoers.d/ml}}\n" for name in ("../../../../secret", "link")]
    tree = Tree(tmp_path / "r", {TASKS: "".join(rows)})
    assert tree.kinds() == set()


def test_comments_in_a_copied_file_suppress_and_the_file_counts_as_read(tmp_path: Path) -> None:
    text = "# holdfast:ignore sudo-everything-without-password -- a lab\nml ALL=(ALL) NOPASSWD: ALL\n"
    tree = Tree(tmp_path, {TASKS: "- copy: {src: ml, dest: /etc/sudoers.d/ml}\n", f"{ROLE}/files/ml": text})
    source = str(tmp_path / ROLE / "files/ml")
    assert Read(source) in tree.items
    assert [item.path for item in tree.items if isinstance(item, Directive)] == [source]


def test_a_copied_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    task = "- copy: {src: daemon, dest: /etc/docker/daemon.json}\n"
    tree = Tree(tmp_path, {TASKS: task, f"{ROLE}/files/daemon": "\n{"})
    ((path, line, kind, _),) = tree.gaps
    assert (path, line, kind) == (f"{ROLE}/files/daemon", 3, "unreadable")


LINE = "- lineinfile: {path: '{{ sshd_config_path }}', line: 'PermitRootLogin yes'}\n"


@pytest.mark.parametrize(
    "files",
    [
        {f"{ROLE}/defaults/main.yml": "sshd_config_path: /etc/ssh/sshd_config\n"},
        {f"{ROLE}/defaults/main.yaml": "base: /etc\nsshd_config_path: '{{ base }}/ssh/sshd_config'\n"},
        {
            f"{ROLE}/vars/main.yml": "sshd_config_path: /etc/ssh/sshd_config\n",
            f"{ROLE}/defaults/main.yml": "sshd_config_path: /opt/x\n",
        },
    ],
)
def test_the_variables_of_a_role_name_the_place(tmp_path: Path, files: dict[str, str | bytes]) -> None:
    tree = Tree(tmp_path, {TASKS: LINE, **files})
    assert tree.asset("ssh_server").spots[""] == Spot(1, 1)
    assert tree.gaps == []


def test_the_variables_of_a_play_a_block_and_a_task_name_the_place(tmp_path: Path) -> None:
    play = """\
- hosts: a
  vars: {where: /etc/sysctl.d}
  tasks:
    - block:
        - copy: {dest: "{{ where }}/{{ file }}", content: vm.swappiness = 1}
      vars: {file: a.conf}
    - copy: {dest: "{{ where }}/{{ file }}", content: vm.overcommit_memory = 1}
      vars: {file: b.conf}
- hosts: b
  vars: 3
  tasks:
    - copy: {dest: "{{ where }}/c.conf", content: vm.panic_on_oom = 1}
"""
    tree = Tree(tmp_path, {"site.yml": play})
    assert tree.asset("kernel").facts.sysctl == {"vm.swappiness": "1", "vm.overcommit_memory": "1"}  # type: ignore[attr-defined]


def test_the_items_of_a_task_may_be_a_variable(tmp_path: Path) -> None:
    task = "- lineinfile: {path: /etc/sysctl.conf, line: '{{ item.line }}'}\n  with_items: '{{ rows }}'\n"
    tree = Tree(tmp_path, {TASKS: task, f"{ROLE}/defaults/main.yml": "rows: [{line: vm.swappiness = 1}]\n"})
    assert tree.asset("kernel").facts.sysctl == {"vm.swappiness": "1"}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "row",
    [
        "lineinfile: {path: '{{ sshd_config }}', line: PermitRootLogin yes}",
        "copy: {dest: '{{ docker_dir }}/daemon.json', content: '{}'}",
        "copy: {dest: '{{ docker_dir }}/daemon.json', src: daemon.json}",
        "template: {src: daemon.json.j2, dest: '{{ docker_dir }}/daemon.json'}",
    ],
)
def test_a_place_that_nobody_knows_is_told_where_its_name_says_that_it_is_judged(tmp_path: Path, row: str) -> None:
    loop = "sshd_config: '{{ docker_dir }}'\ndocker_dir: '{{ sshd_config }}'\n"
    tree = Tree(tmp_path, {TASKS: f"- {row}\n", f"{ROLE}/defaults/main.yml": loop, f"{ROLE}/vars/main.yml": "[\n"})
    assert [gap[:3] for gap in tree.gaps if gap[0] == TASKS] == [(TASKS, 1, "template")]


def test_places_of_other_things_are_not_told(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {TASKS: "- copy: {dest: '{{ app_dir }}/settings.ini', content: x}\n"})
    assert tree.gaps == []


def test_content_that_is_data_is_written_as_json(tmp_path: Path) -> None:
    task = "- copy:\n    dest: /etc/docker/daemon.json\n    content: {hosts: ['tcp://0.0.0.0:2375']}\n"
    assert Tree(tmp_path, {TASKS: task}).kinds() == {"container_runtime"}


def test_variables_that_grow_without_end_stay_as_they_are(tmp_path: Path) -> None:
    rows = [f"v{at}: '{f'{{{{ v{at + 1} }}}}' * 1000}'" for at in range(4)]
    task = "- copy: {dest: /etc/sysctl.d/a.conf, content: '{{ v0 }}'}\n"
    tree = Tree(tmp_path, {TASKS: task, f"{ROLE}/defaults/main.yml": "\n".join([*rows, "v4: x"])})
    assert [gap[2] for gap in tree.gaps] == ["template"]


def test_a_file_that_several_tasks_copy_counts_once(tmp_path: Path) -> None:
    text = "# holdfast:ignore sudo-everything-without-password -- a lab\nml ALL=(ALL) NOPASSWD: ALL\n"
    task = "- copy: {src: ml, dest: /etc/sudoers.d/ml}\n"
    tree = Tree(tmp_path, {TASKS: task, f"{ROLE}/handlers/main.yml": task, f"{ROLE}/files/ml": text})
    source = str(tmp_path / ROLE / "files/ml")
    assert [type(item) for item in tree.items if getattr(item, "path", "") == source] == [Read, Directive]


def test_a_place_whose_last_name_says_enough_is_judged(tmp_path: Path) -> None:
    task = "- copy: {src: x, dest: '{{ slurm_config_dir }}/cgroup.conf'}\n- copy: {src: y, dest: '{{ dir }}/'}\n"
    tree = Tree(tmp_path, {TASKS: task, f"{ROLE}/files/x": "ConstrainDevices=no\n"})
    assert tree.kinds() == {"slurm_cluster"}
    assert tree.spot("slurm_cluster", "") == (f"{ROLE}/files/x", 1)


def test_an_empty_default_is_to_be_set_by_somebody(tmp_path: Path) -> None:
    task = "- copy: {content: '{{ config }}', dest: /etc/docker/daemon.json}\n"
    tree = Tree(tmp_path, {TASKS: task, f"{ROLE}/defaults/main.yml": "config: ''\n"})
    assert [gap[2] for gap in tree.gaps] == ["template"]


def test_documents_that_are_not_here_are_told_below_etc_alone(tmp_path: Path) -> None:
    rows = [f"- copy: {{src: {place}.json, dest: {place}/a.json}}\n" for place in ("/etc", "/var")]
    (gap,) = Tree(tmp_path, {TASKS: "".join(rows)}).gaps
    assert gap[3] == "copies /etc.json to /etc/a.json: not here, and so not judged"


def test_a_name_that_no_file_can_have_is_not_here(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {TASKS: '- copy: {src: "a\\0", dest: /etc/sudoers.d/x}\n'})
    assert [gap[2] for gap in tree.gaps] == ["left_out"]


def test_a_document_from_a_template_is_told_or_judged_wherever_it_goes(tmp_path: Path) -> None:
    rows = [f"- template: {{src: {name}.yml.j2, dest: '{{{{ app_dir }}}}/{name}.yml'}}\n" for name in ("gone", "here")]
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n"
    tree = Tree(tmp_path, {TASKS: "".join(rows), f"{ROLE}/templates/here.yml.j2": pod})
    assert tree.kinds() == {"workload"}
    assert [gap[:3] for gap in tree.gaps if gap[0] == TASKS] == [(TASKS, 1, "template")]
    assert [item.path for item in tree.items if isinstance(item, Rendered)] == [
        str(tmp_path / ROLE / "templates/here.yml.j2")
    ]


def test_loops_that_write_very_many_files_end_with_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "- copy: {content: 'a ALL=ALL', dest: '/etc/sudoers.d/a{{ item }}'}\n  loop: [0, 1, 2, 3]\n" * 3
    for name, most in (("PARTS", 5), ("SIZE", 50)):
        with monkeypatch.context() as patch:
            patch.setattr(f"holdfast.collect.host.ansible.{name}", most)
            tree = Tree(tmp_path / name, {TASKS: rows})
        assert [(line, kind) for _, line, kind, reason in tree.gaps if "more than" in reason] == [(3, "left_out")]
