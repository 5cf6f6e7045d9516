"""Ansible's tasks, and the files that they write."""

from __future__ import annotations

from textwrap import dedent

import pytest
from msgspec import UNSET

from holdfast.collect.files import text as examine
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.kinds.ansible_task import AnsibleTask

PATH = "roles/gpu/tasks/main.yml"


def found(document: str) -> list[Asset]:
    return [item for item in examine(PATH, dedent(document).encode()) if isinstance(item, Asset)]


def task(row: str) -> AnsibleTask:
    first = found(f"---\n{row}\n")[0].facts
    assert isinstance(first, AnsibleTask)
    return first


def test_tasks_of_plays_blocks_and_handlers() -> None:
    document = """
    # a play
    - hosts: all
      pre_tasks:
        - apt: {name: a}
      tasks:
        - name: same
          block:
            - {name: same, ansible.builtin.shell: a}
          rescue:
            - {name: same, command: b}
        - include_tasks: x.yml
        - 3
      handlers:
        - {name: h, service: {name: x}}
    """
    assert [(asset.id, asset.spot("").line) for asset in found(document)] == [
        (f"ansible_task/{PATH}/apt", 5), (f"ansible_task/{PATH}/same", 9), (f"ansible_task/{PATH}/same~2", 11),
    ]  # fmt: skip


def test_a_line_of_sudoers_may_name_an_alias_that_stands_elsewhere() -> None:
    text = b"---\n- lineinfile: {path: /etc/sudoers, line: 'OPS ALL=(ALL) SERVICES'}\n"
    assert [item for item in examine(PATH, text) if isinstance(item, Gap)] == []


def test_what_is_no_list_of_tasks_shows_nothing() -> None:
    assert found("a: {copy: x}\ncopy: {}\n") == []
    assert list(examine(PATH, b"- copy: [\n")) == []
    assert list(examine("x.yaml", b"- name: a\n  image: b\n")) == []


@pytest.mark.parametrize(
    ("row", "field", "value"),
    [
        ("- get_url: {url: https://x}", "certificates_checked", True),
        ("- get_url: {url: https://x, validate_certs: no}", "certificates_checked", False),
        ("- get_url: {url: https://x, validate_certs: '{{ v }}'}", "certificates_checked", UNSET),
        ("- get_url: url=https://x validate_certs=False", "certificates_checked", False),
        ("- get_url: url=https://x 'validate_certs=False", "certificates_checked", True),
        ("- shell: x", "certificates_checked", None),
        ("- luks_device: {device: /d, passphrase: x, pbkdf: {algorithm: pbkdf2}}", "guessable_disk_key", True),
        ("- luks_device: {device: /d, passphrase: x, type: '{{ t }}'}", "guessable_disk_key", UNSET),
        ("- luks_device: {device: /d, passphrase: x}", "guessable_disk_key", False),
        ("- luks_device: {device: /d, keyfile: /k, type: luks1}", "guessable_disk_key", False),
        ("- shell: cryptsetup -q -M luks1 luksFormat /d", "guessable_disk_key", True),
        ("- shell: cryptsetup luksFormat /d", "guessable_disk_key", False),
        ("- copy: {src: k, dest: /etc/munge/munge.key, mode: '0440'}", "opens_cluster_key", True),
        ("- file: {path: /etc/slurm/slurm.key, mode: 0600}", "opens_cluster_key", False),
        ("- copy: {src: k, dest: /etc/munge/munge.key}", "opens_cluster_key", UNSET),
        ("- copy: {src: k, dest: /etc/munge/munge.key, mode: u=r}", "opens_cluster_key", UNSET),
        ("- copy: {src: k, dest: /etc/munge/munge.key.md, mode: '0644'}", "opens_cluster_key", None),
        ("- get_url: {url: http://x}", "plain_http", True),
        ("- get_url: {url: http://localhost/x}", "plain_http", False),
        ("- get_url: {url: 'http://{{ h }}/x'}", "plain_http", False),
        ("- get_url: {url: x, checksum: y}", "digest_checked", True),
        ("- apt: {name: x}", "signatures_checked", True),
        ("- apt: {name: x, allow_unauthenticated: '{{ x }}'}", "signatures_checked", UNSET),
        ("- yum_repository: {name: x, gpgcheck: no}", "signatures_checked", False),
        ("- apt_repository: {repo: 'deb [trusted=yes] x'}", "signatures_checked", False),
        ("- copy: {dest: /x, mode: 0666}", "others_writable", True),
        ("- copy: {dest: /x, mode: '0644'}", "others_writable", False),
        ("- copy: {dest: /x, mode: '1777'}", "others_writable", False),
        ("- copy: {dest: /x, mode: 'u=rw,o=rw'}", "others_writable", True),
        ("- copy: {dest: /x, mode: 'u=rwX,go=rX'}", "others_writable", False),
        ("- copy: {dest: /x, mode: '{{ m }}'}", "others_writable", UNSET),
        ("- copy: {dest: /x, mode: preserve}", "others_writable", None),
        ("- copy: {dest: /x, mode: '0999'}", "others_writable", UNSET),
        ("- copy: {dest: /x}", "others_writable", None),
        ("- shell: curl x | sh", "runs_download", True),
        ("- command: {cmd: curl x}", "runs_download", False),
        ("- shell: x\n  environment: {HF_TOKEN: abcdefgh1234}", "credentials", ["HF_TOKEN"]),
        ("- user: {name: x, password: geheim12}", "credentials", ["password"]),
        ("- user: {name: x, password: '{{ p }}'}", "credentials", []),
        ("- shell: x {{ db_password }}", "names_secret", True),
        ("- shell: x\n  no_log: true", "hidden", True),
    ],
)
def test_facts(row: str, field: str, value: object) -> None:
    assert getattr(task(row), field) == value


def test_files_that_tasks_write() -> None:
    document = """
    - copy:
        dest: /etc/docker/daemon.json
        content: |
          {"icc": false}
    - sysctl: {name: "{{ item.key }}", value: "{{ item['value'] }}"}
      loop:
        - {key: kernel.dmesg_restrict, value: 0}
        - {key: kernel.kptr_restrict, value: "{{ x }}"}
    - sysctl: {name: "{{ item.key }}", value: "{{ item.value }}"}
      with_dict: {vm.swappiness: 1}
    - modprobe: {name: nvidia, params: NVreg_DeviceFileMode=0666}
    - modprobe: {name: nvidia}
    - lineinfile: {path: /etc/sudoers, line: "ml ALL=(ALL) NOPASSWD: ALL"}
    - lineinfile: {path: /etc/sudoers, regexp: x, state: absent, line: "x ALL=ALL"}
    - lineinfile: {path: /etc/sudoers}
    - lineinfile: {path: /etc/pam.d/sshd, line: "account required pam_slurm_adopt.so"}
    - blockinfile: {path: /etc/exports, block: "/data *(rw)"}
    - ansible.posix.mount: {src: "nas:/d", path: /d, fstype: nfs4, state: mounted}
    - mount: {path: /d, state: unmounted}
    - mount: {path: /d, src: x}
    - community.general.sudoers: {name: a.b, group: ml, commands: [/bin/a, /bin/b]}
    - community.general.sudoers: {name: c, user: u, runas: v, nopassword: false, commands: "{{ item }}"}
      with_items: [/bin/c]
    - template: {src: x.j2, dest: /etc/nftables.conf}
    - template: {src: x.j2, dest: /opt/x}
    - copy: {src: x, dest: /etc/sysctl.conf}
    - copy: {dest: /opt/y, content: z}
    """
    items = list(examine(PATH, dedent(document).encode()))
    shown = [item for item in items if isinstance(item, Asset) and item.kind != "ansible_task"]
    by_id = {asset.id.rpartition("#/")[2]: asset for asset in shown}
    assert sorted(by_id) == [
        "etc/docker/daemon.json", "etc/exports//data/*", "etc/fstab//d", "etc/sudoers.d/a_b/%ml", "etc/sudoers.d/c/u", "etc/sudoers/ml",
        "kernel", "sudoers",
    ]  # fmt: skip
    kernel = by_id["kernel"]
    assert kernel.facts.sysctl == {"kernel.dmesg_restrict": "0", "vm.swappiness": "1"}
    assert kernel.facts.module_options == {"nvidia.NVreg_DeviceFileMode": "0666"}
    assert (by_id["etc/docker/daemon.json"].spot("inter_container").line, by_id["etc/docker/daemon.json"].path) == (
        5,
        PATH,
    )
    assert by_id["etc/sudoers/ml"].facts.commands[0].no_password is True
    group, user = by_id["etc/sudoers.d/a_b/%ml"].facts, by_id["etc/sudoers.d/c/u"].facts
    assert ([command.name for command in group.commands], group.commands[0].no_password) == (["/bin/a", "/bin/b"], True)
    assert (user.run_as, user.commands[0].no_password) == (["v"], False)
    assert by_id["etc/exports//data/*"].partial is True
    gaps = [(item.line, item.kind) for item in items if isinstance(item, Gap)]
    assert gaps == [(6, "template"), (25, "template")]


@pytest.mark.parametrize(
    ("row", "packages"),
    [
        ("- apt: {name: ['docker-ce=5:24.0.7-1', jq]}", [("docker-ce", "24.0.7-1")]),
        ("- apt: {pkg: 'munge=0.5.15,runc=1.1.5'}", [("munge", "0.5.15"), ("runc", "1.1.5")]),
        ("- dnf: name=docker-ce-3:24.0.7-1.el9 state=present", [("docker-ce", "24.0.7")]),
        ("- apt: {name: '{{ item }}'}\n  loop: [nvidia-container-toolkit=1.17.3-1, jq]", [("nvidia-container-toolkit", "1.17.3-1")]),
        ("- apt: {name: 'docker-ce={{ version }}'}", [("docker-ce", UNSET)]),
        ("- get_url: {url: 'https://download.schedmd.com/slurm/slurm-23.11.4.tar.bz2', dest: /tmp}", [("https://download.schedmd.com/slurm/slurm-23.11.4.tar.bz2", "23.11.4")]),
        ("- unarchive: {src: 'https://download.docker.com/linux/static/stable/x86_64/docker-24.0.7.tgz', dest: /tmp}", [("https://download.docker.com/linux/static/stable/x86_64/docker-24.0.7.tgz", "24.0.7")]),
        ("- shell: apt-get install -y munge=0.5.15", [("munge", "0.5.15")]),
        ("- command: {cmd: dnf install -y runc-1.1.5}", [("runc", "1.1.5")]),
        ("- copy: {src: 'munge=0.5.15', dest: /tmp/x}", []), ("- apt: {name: munge}", []), ("- apt: {update_cache: true}", []),
        ("- pip: {name: vllm, version: 0.6.0}", [("vllm", "0.6.0")]),
        ('- pip: {name: ["vllm==0.6.0", "ray>=2.0,<2.7"]}', [("vllm", "0.6.0"), ("ray", "2.6")]),
        ("- pip: {name: vllm, version: '{{ v }}'}", [("vllm", UNSET)]),
        ("- pip: {requirements: x}", []),
        ("- apt: {deb: /tmp/nvidia-container-toolkit_1.14.0-1_amd64.deb}", [("nvidia-container-toolkit", "1.14.0-1")]),
    ],
)  # fmt: skip
def test_packages_with_a_version(row: str, packages: list[tuple[str, object]]) -> None:
    found = task(row).packages
    assert isinstance(found, list)
    assert [(each.name, each.version) for each in found] == packages
