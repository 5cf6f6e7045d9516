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
    assert list(examine("x.yaml", b"- copy: [\n")) == []
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
        ("- get_url: {url: 'http://169.254.169.254/x'}", "plain_http", False),
        ("- unarchive: {src: 'http://x/y.tgz', dest: /opt, remote_src: yes}", "plain_http", True),
        ("- unarchive: {src: 'http://x/y.tgz', dest: /opt, remote_src: yes}", "digest_checked", False),
        ("- unarchive: {src: y.tgz, dest: /opt}", "digest_checked", None),
        ("- unarchive: {src: y.tgz, dest: /opt}", "plain_http", None),
        ("- uri: {url: 'http://x/y'}", "plain_http", None),
        ("- uri: {url: 'http://x/y', dest: /y}", "plain_http", True),
        ("- uri: {url: 'http://x/y', dest: /y}", "digest_checked", False),
        ("- apt_key: {url: 'http://x/key'}", "plain_http", True),
        ("- apt_key: {url: 'https://x/key'}", "plain_http", False),
        ("- rpm_key: {key: 'http://x/key'}", "plain_http", True),
        ("- rpm_key: {key: 'http://x/key', fingerprint: 'EBC6'}", "plain_http", False),
        ("- apt: {deb: 'http://x/y.deb'}", "plain_http", True),
        ("- apt: {deb: 'http://x/y.deb'}", "digest_checked", False),
        ("- dnf: {name: 'http://x/y.rpm'}", "plain_http", False),
        ("- yum: {name: [a, 'http://x/y.rpm'], disable_gpg_check: yes}", "plain_http", True),
        ("- dnf: {name: x, validate_certs: no}", "certificates_checked", False),
        ("- dnf: {name: x, sslverify: '{{ s }}'}", "certificates_checked", UNSET),
        ("- yum_repository: {name: x, sslverify: no}", "certificates_checked", False),
        ("- git: {repo: 'http://x/y', dest: /y}", "plain_http", True),
        ("- git: {repo: 'git@x:y', dest: /y}", "plain_http", None),
        ("- git: {repo: 'http://x/y', dest: /y, verify_commit: true}", "plain_http", False),
        (
            "- git: {repo: 'http://x/y', dest: /y, version: abcdef6789012345678901234567890123456789}",
            "plain_http",
            False,
        ),
        ("- shell: curl -sLk https://x/y -o /usr/bin/y", "certificates_checked", False),
        ("- shell: curl -o kube https://x/y", "certificates_checked", True),
        ("- shell: curl -ksS https://x/y | tar xz", "certificates_checked", False),
        ("- shell: curl -k https://localhost/y -o y", "certificates_checked", None),
        ("- shell: curl -k https://x/healthz", "certificates_checked", None),
        ("- shell: wget --no-check-certificate https://x/y", "certificates_checked", False),
        ("- shell: curl http://x/y -o /usr/bin/y", "plain_http", True),
        ("- shell: curl http://x/y -o y; sha256sum -c y.sha256", "plain_http", None),
        ("- shell: 'curl http://x/y -o y; ('", "plain_http", True),
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
        ("- user: {name: x, password: geheim12, update_password: on_create}", "credentials", ["password"]),
        ("- community.mysql.mysql_user: {name: x, password: geheim12}", "credentials", ["password"]),
        ("- uri: {url: 'https://x'}\n  vars: {db: {db_password: geheim12}}", "credentials", ["db_password"]),
        ("- shell: echo 'root:geheim12' | chpasswd", "credentials", ["root.password"]),
        ("- shell: chmod -R 777 /data", "others_writable", True),
        ("- shell: chmod 1777 /data", "others_writable", None),
        ("- selinux: {state: permissive}", "protections_off", ["SELinux"]),
        ("- selinux: {state: enforcing}", "protections_off", []),
        ("- ufw: {state: disabled}", "protections_off", ["ufw"]),
        ("- service: {name: '{{ item }}', state: stopped}\n  loop: [firewalld, x]", "protections_off", ["firewalld"]),
        ("- systemd: {name: auditd.service, enabled: no}", "protections_off", ["auditd"]),
        ("- systemd: {name: ufw, masked: yes}", "protections_off", ["ufw"]),
        ("- apt: {name: [apparmor, x], state: absent}", "protections_off", ["apparmor"]),
        ("- apt: {name: ufw}", "protections_off", []),
        ("- command: setenforce 0", "protections_off", ["SELinux"]),
        ("- shell: x {{ db_password }}", "names_secret", True),
        (
            "- command: ssh-keygen -q -f '{{ private_key }}' -N ''\n  args: {creates: '{{ private_key }}'}",
            "names_secret",
            False,
        ),
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
    assert gaps == [(6, "template"), (25, "template"), (27, "left_out"), (17, "left_out")]


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


def kinds(document: str) -> dict[str, Asset]:
    return {asset.kind: asset for asset in found(document)}


def gaps(document: str) -> list[tuple[int, str]]:
    items = examine(PATH, dedent(document).encode())
    return [(item.line, item.reason) for item in items if isinstance(item, Gap)]


@pytest.mark.parametrize(
    "row",
    [
        "lineinfile: {path: /etc/ssh/sshd_config, regexp: '^#?PermitRootLogin', line: PermitRootLogin yes}",
        "blockinfile: {path: /etc/ssh/sshd_config, block: PermitRootLogin yes}",
        "replace: {path: /etc/ssh/sshd_config, regexp: x, replace: PermitRootLogin yes}",
        "shell: echo 'PermitRootLogin yes' >> /etc/ssh/sshd_config",
        "shell: sed -i 's/^#.PermitRootLogin .*/PermitRootLogin yes/' /etc/ssh/sshd_config",
    ],
)
def test_a_line_of_sshd_config_is_judged_without_the_rest(row: str) -> None:
    asset = kinds(f"- {row}\n")["ssh_server"]
    assert (asset.partial, asset.facts.cases[0].root_login, asset.facts.cases[0].password_login) == (  # type: ignore[attr-defined]
        True,
        "yes",
        UNSET,
    )


def test_changed_lines_that_mean_nothing_alone_are_said_to_be_unjudged_once() -> None:
    document = """
    - replace: {path: /etc/slurm/cgroup.conf, regexp: x, replace: ConstrainDevices=no}
    - lineinfile: {path: /etc/slurm/slurm.conf, line: 'A=b'}
    - lineinfile: {path: /opt/x/values.yaml, line: 'A: b'}
    - pamd: {name: sshd, type: auth, control: sufficient, module_path: pam_permit.so}
    - pamd: {name: sudo, type: auth, control: sufficient, module_path: pam_permit.so, state: args_absent}
    - iptables: {chain: INPUT, jump: ACCEPT}
    - firewalld: {service: ssh}
    - ufw: {state: disabled}
    """
    assert gaps(document) == [
        (7, "sets rules of a packet filter one by one: not judged without the rest"),
        (
            2,
            "changes lines of /etc/slurm/cgroup.conf, /etc/slurm/slurm.conf, /etc/pam.d/sshd: not judged without the rest",
        ),
    ]
    assert gaps("- ufw: {state: disabled}\n") == []
    many = "".join(f"- lineinfile: {{path: /etc/pam.d/{name}, line: x}}\n" for name in "abcdefg")
    assert gaps(many)[0][1].endswith("/etc/pam.d/e and 2 more: not judged without the rest")


def test_what_keeps_some_of_a_line_is_a_template() -> None:
    row = "- lineinfile: {path: /etc/sudoers, regexp: '(.*)', line: '\\1 NOPASSWD: ALL', backrefs: yes}\n"
    assert gaps(row) == [(1, "an unrendered template: render it and check the result")]
    assert [line for line, _ in gaps('- shell: echo "$U ALL=(ALL) ALL" >> /etc/sudoers\n')] == [1]


def test_settings_that_other_modules_make() -> None:
    document = """
    - ini_file: {path: /etc/systemd/journald.conf, section: Journal, option: Storage, value: none}
    - command: sysctl -w kernel.yama.ptrace_scope=0
    - authorized_key: {user: root, key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5k7l3V0y1bQfD0mW7y2k1G1y0q0o9fC0b3m3Yp8o1n a}
    - authorized_key: {user: x, key: "https://github.com/x.keys"}
    - shell: echo "x ALL=(ALL) NOPASSWD:ALL" > /etc/sudoers.d/{{ item }}
      loop: [a, b]
    """
    by_kind = kinds(document)
    assert by_kind["logging"].facts.journal == "none"  # type: ignore[attr-defined]
    assert by_kind["kernel"].facts.sysctl == {"kernel.yama.ptrace_scope": "0"}  # type: ignore[attr-defined]
    assert by_kind["authorized_keys"].facts.account == "root"  # type: ignore[attr-defined]
    names = [asset.id.rpartition("#/")[2] for asset in found(document) if asset.kind == "sudo_rule"]
    assert names == ["etc/sudoers.d/a/x", "etc/sudoers.d/b/x"]
    assert [line for line, _ in gaps(document)] == [5]


def test_containers() -> None:
    document = """
    - docker_container:
        name: agent
        image: x/agent:1
        command: ollama serve
        privileged: true
        network_mode: host
        volumes: [/var/run/docker.sock:/var/run/docker.sock]
        env: {A: '{{ a }}'}
        mounts: [{type: bind, source: /, target: /host}]
    - containers.podman.podman_container: {name: p, image: y, privileged: '{{ p }}', command: [a, b], cap_add: SYS_ADMIN}
    - docker_container: {name: gone, image: z, state: absent}
    - docker_container: {name: odd, image: z, command: "a 'b", read_only: yes}
    """
    assets = [asset for asset in found(document) if asset.kind == "workload"]
    assert [asset.id.rpartition("/")[2] for asset in assets] == ["docker.agent", "podman.p", "docker.odd"]
    agent, podman, odd = (asset.facts for asset in assets)
    assert (agent.containers[0].privileged, agent.host_network) == (True, True)  # type: ignore[attr-defined]
    assert [volume.host_path for volume in agent.volumes] == ["/var/run/docker.sock", "/"]  # type: ignore[attr-defined]
    assert (podman.containers[0].privileged, podman.containers[0].argv) == (UNSET, ["a", "b"])  # type: ignore[attr-defined]
    assert odd.containers[0].read_only_root is True  # type: ignore[attr-defined]
    (filled,) = found("- docker_container: {name: '{{ n }}', image: '{{ i }}'}\n")
    assert (filled.id.rpartition("/")[2], filled.facts.containers[0].image) == ("docker.container", UNSET)  # type: ignore[attr-defined]
    assert (assets[0].spot("").line, [asset.partial for asset in assets]) == (2, [True, True, False])
    assert [asset.facts.product for asset in found(document) if asset.kind == "server"] == ["ollama"]  # type: ignore[attr-defined]


def test_fetched_by_one_task_and_run_by_the_next() -> None:
    document = "- name: a\n  command: curl -o /tmp/x https://x/y\n- name: b\n  command: bash /tmp/x\n"
    assert [asset.facts.runs_download for asset in found(document)] == [False, True]  # type: ignore[attr-defined]


def test_credentials_of_plays_roles_and_blocks() -> None:
    document = """
    - hosts: all
      vars:
        slurm_db_password: geheim12
        image_pull_secret: regcred
        other_token: !vault |
          $ANSIBLE_VAULT;1.1;AES256
          6162
        password_file: /x
        api_key: CHANGE_ME_1
      environment: {HF_TOKEN: hf_abcdefgh}
      roles:
        - {role: db, db_root_password: geheim12}
        - common
      tasks:
        - block: [{debug: {msg: x}}]
          vars: {munge_key: geheim12}
    """
    told = {asset.facts.module: (asset.facts.credentials, asset.spot("credentials").line) for asset in found(document)}  # type: ignore[attr-defined]
    assert told == {
        "play": (["slurm_db_password", "HF_TOKEN"], 4), "role": (["db_root_password"], 13),
        "block": (["munge_key"], 17), "debug": ([], 16),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        ("group_vars/all.yml", "ansible_ssh_pass: geheim12\n", ["ansible_ssh_pass"]),
        ("host_vars/a/x.yaml", "a: {b: [{db_password: 'geheim12'}]}\n", ["db_password"]),
        ("roles/r/vars/main.yml", "munge_key: geheim12\n", ["munge_key"]),
        ("roles/r/defaults/main.yml", "x_password: ''\ny_password: '{{ z }}'\n", []),
        ("roles/r/defaults/main.yml", "x_password: geheim12\nx: [\n", []),
        ("inventory.yml", "all: {vars: {ansible_password: geheim12}}\n", ["ansible_password"]),
        ("values.yml", "x_password: geheim12\n", []),
        ("compose.yml", "a: {ansible_password: '{{ x }}', db_password: geheim12}\n", []),
        ("x/vars/secret.yml", "apiVersion: v1\nkind: X\nstringData: {db_password: geheim12}\n", []),
        ("inventory/production", "[a]\nh1 ansible_ssh_pass='geheim 12' x=y\n# ansible_password=b\n", ["ansible_ssh_pass"]),
        ("hosts.ini", "[all:vars]\nansible_become_pass = geheim12\n", ["ansible_become_pass"]),
        ("hosts.ini", "[a]\nh1 ansible_host=1.2.3.4\n", []),
        ("hosts.ini", "h1 ansible_password={{ vault_p }}\n", []),
    ],
)  # fmt: skip
def test_credentials_of_variables_and_inventories(path: str, text: str, names: list[str]) -> None:
    assets = [item for item in examine(path, text.encode()) if isinstance(item, Asset)]
    told = [name for asset in assets for name in asset.facts.credentials]  # type: ignore[attr-defined]
    assert told == names
    assert all(asset.hidden for asset in assets)


def test_a_row_of_pam_before_another_is_judged_where_it_lets_everybody_in() -> None:
    row = "{name: sshd, type: auth, control: required, module_path: pam_sepermit.so, new_type: auth, new_control: %s, new_module_path: pam_permit.so, state: %s}"
    (service,) = [
        each
        for each in found(f"- community.general.pamd: {row % ('sufficient', 'before')}\n")
        if each.kind == "pam_service"
    ]
    facts = service.facts
    assert (service.partial, facts.admits_everyone, facts.lockout, facts.adopts_jobs) == (True, True, UNSET, UNSET)  # type: ignore[attr-defined]
    for other in (row % ("optional", "before"), row % ("sufficient", "after"), row % ("sufficient", "updated")):
        document = f"- community.general.pamd: {other}\n"
        assert found(document) == []
        assert [line for line, _ in gaps(document)] == [1]


def test_tasks_that_cannot_be_read_are_told() -> None:
    ((line, reason),) = gaps("- debug: {msg: a}\n- debug: {var: hostvars[inventory_hostname].api_key}\n")
    assert (line, reason.partition(":")[0]) == (2, "not readable as tasks of Ansible")
    assert gaps("{% if a %}\n- copy: [\n") == [] == gaps("- nothing: [\n")
    assert gaps("- copy: {dest: {{ dest }}}\n- copy: [") == [
        (1, "an unrendered template: render it and check the result")
    ]


@pytest.mark.parametrize(
    ("row", "field", "value"),
    [
        ("- cron: {name: x, job: 'curl http://x.example/a.sh | sh'}", "runs_download", True),
        ("- cron: {name: x, job: 'curl http://x.example/a.sh | sh'}", "plain_http", True),
        ("- cron: {name: x, job: /opt/a.sh}", "runs_download", False),
        ("- cron: {name: x, state: absent}", "runs_download", False),
        ("- command: {argv: [setenforce, '0']}", "protections_off", ["SELinux"]),
        ("- command: {argv: [echo, 'a; setenforce 0']}", "protections_off", []),
        ("- deb822_repository: {name: x, uris: https://x.example, trusted: true}", "signatures_checked", False),
        ("- deb822_repository: {name: x, uris: https://x.example, allow_insecure: yes}", "signatures_checked", False),
        ("- deb822_repository: {name: x, uris: https://x.example, trusted: '{{ t }}'}", "signatures_checked", UNSET),
        ("- deb822_repository: {name: x, uris: https://x.example, signed_by: https://x.example/k}", "signatures_checked", True),
        ("- uri: {url: https://x, headers: {Authorization: Bearer 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}}", "credentials", ["headers.Authorization"]),
        ("- uri: {url: https://x, headers: {X-Auth-Token: kQzXwVbTrNmLpDsHyGfJcRa}}", "credentials", ["headers.X-Auth-Token"]),
        ("- uri: {url: https://x, headers: {Authorization: 'Bearer {{ token }}'}}", "credentials", []),
        ("- uri: {url: https://x, headers: {Authorization: Bearer <your token>}}", "credentials", []),
        ("- uri: {url: https://x, headers: {Authorization: Bearer your-token-here}}", "credentials", []),
        ("- uri: {url: https://x, headers: {Content-Type: application/json, 3: x}}", "credentials", []),
        ("- uri: {url: https://x, headers: 'Authorization:x'}", "credentials", []),
        ("- debug: {var: vault_password}", "names_secret", True),
        ("- debug: var=hf_token", "names_secret", True),
        ("- debug: {var: 'hostvars[inventory_hostname].api_key'}", "names_secret", True),
        ("- debug: {var: token_path}", "names_secret", False),
        ("- debug: {var: 3}", "names_secret", False),
    ],
)  # fmt: skip
def test_further_modules(row: str, field: str, value: object) -> None:
    assert getattr(task(row), field) == value


def test_a_credential_in_a_header_is_hidden_and_has_its_place() -> None:
    (asset,) = found(
        "- uri:\n    url: https://x\n    headers:\n      Authorization: Bearer hf_kQzXwVbTrNmLpDsHyGfJcRaEuWo\n"
    )
    assert (asset.spots["credentials"].line, [str.__str__(each) for each in asset.hidden]) == (
        4, ["hf_kQzXwVbTrNmLpDsHyGfJcRaEuWo"],
    )  # fmt: skip
