"""slurm.conf and the files beside it, as one cluster."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import dedent

import pytest
from msgspec import UNSET

from holdfast.collect.files import Options, collect
from holdfast.collect.readers import SLURM, reader_of
from holdfast.collect.slurm.files import read
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap, Read
from holdfast.kinds.script import Script
from holdfast.kinds.slurm_cluster import SlurmCluster

MAIN = "etc/slurm/slurm.conf"


def items(text: str, *, host: bool = False, **others: str) -> list[object]:
    members = {MAIN: dedent(text).encode()}
    for name, content in others.items():
        members[f"etc/slurm/{name.replace('__', '/').replace('_conf', '.conf').replace('_sh', '.sh')}"] = dedent(
            content
        ).encode()
    return list(read(Files(members, host="/nowhere" if host else None)))


def asset(text: str, *, host: bool = False, **others: str) -> Asset:
    (found,) = [
        item
        for item in items(text, host=host, **others)
        if isinstance(item, Asset) and isinstance(item.facts, SlurmCluster)
    ]
    return found


def cluster(text: str, *, host: bool = False, **others: str) -> SlurmCluster:
    facts = asset(text, host=host, **others).facts
    assert isinstance(facts, SlurmCluster)
    return facts


def gaps(text: str, **others: str) -> list[Gap]:
    return [item for item in items(text, **others) if isinstance(item, Gap)]


def test_documented_defaults_are_filled_in():
    facts = cluster("ClusterName=ai\n", host=True)
    assert (facts.name, facts.slurm_user, facts.auth_type, facts.cred_type) == ("ai", "root", "munge", "munge")
    assert (facts.private_data, facts.disable_root_jobs, facts.task_plugins) == ([], False, [])
    assert (facts.track_type, facts.accounting, facts.enforces) == ("cgroup", None, [])
    assert (facts.constrains_devices, facts.constrains_memory, facts.constrains_cores) == (False, False, False)
    assert (facts.gpus, facts.gpus_shared, facts.plugins, facts.private_tmp) == (False, [], [], False)
    assert (facts.tokens, facts.tokens_for_users, facts.token_lifespan) == (False, False, None)
    assert (facts.scron, facts.prolog, facts.cleans_gpus, facts.ends_strays) == (False, [], False, False)


def test_what_another_file_could_say_is_open_in_a_repository():
    facts = cluster("ClusterName=ai\n")
    assert facts.constrains_devices is UNSET
    assert facts.gpus_named is UNSET
    assert facts.plugins is UNSET
    assert facts.private_tmp is UNSET
    assert {folder.permissions for folder in facts.folders} == {UNSET}
    assert facts.pam_adopt is UNSET


def test_a_missing_include_leaves_what_is_not_said_open():
    text = "ClusterName=ai\nInclude gone.conf\nSlurmUser=slurm\n"
    facts = cluster(text)
    (gap,) = gaps(text)
    assert (gap.kind, gap.line) == ("unreadable", 2)
    assert "gone.conf" in gap.reason
    assert facts.slurm_user == "slurm"
    for fact in ("auth_type", "private_data", "disable_root_jobs", "gpus", "gpus_shared", "partitions", "scron",
                 "prolog", "tokens", "tokens_for_users", "token_lifespan", "enforces", "accounting", "cleans_gpus"):  # fmt: skip
        assert getattr(facts, fact) is UNSET, fact


def test_settings_by_other_spellings():
    facts = cluster(
        """
        ClusterName=AI
        AuthType=slurm
        ProctrackType=LinuxProc
        TaskPlugin=task/cgroup,affinity
        JobSubmitPlugins=job_submit/lua,require_timelimit
        AccountingStorageType=accounting_storage/none
        AccountingStorageEnforce=safe,QOS
        PrologFlags=X11
        PrivateData=Jobs
        DisableRootJobs=maybe
        StoragePass=abc
        """
    )
    assert (facts.auth_type, facts.cred_type, facts.track_type) == ("slurm", "slurm", "linuxproc")
    assert facts.task_plugins == ["cgroup", "affinity"]
    assert facts.job_submit_plugins == ["lua", "require_timelimit"]
    assert facts.accounting is None
    assert facts.enforces == ["safe", "qos", "limits", "associations"]
    assert facts.prolog_flags == ["x11", "contain", "alloc"]
    assert facts.private_data == ["jobs"]
    assert facts.disable_root_jobs is UNSET
    assert facts.settings == {"storagepass": "***"}
    assert cluster("CredType=cred/none\n").cred_type == "none"


def test_limits_have_their_place_in_the_file_beside():
    found = asset("ClusterName=ai\n", cgroup_conf="ConstrainCores=yes\nConstrainSwapSpace=yes\n")
    assert (found.facts.constrains_devices, found.facts.constrains_memory, found.facts.constrains_cores) == (
        False,
        True,
        True,
    )
    assert found.spots["constrains_cores"] == Spot(1, 1, "", "etc/slurm/cgroup.conf")
    assert found.spots["constrains_devices"] == Spot(1, 1, "", "etc/slurm/cgroup.conf")
    open_ = cluster("ClusterName=ai\n", cgroup_conf="ConstrainDevices=perhaps\nInclude gone\n")
    assert (open_.constrains_devices, open_.constrains_memory) == (UNSET, UNSET)
    assert cluster("ClusterName=ai\n", cgroup_conf="\0").constrains_devices is UNSET


@pytest.mark.parametrize(
    ("gres", "named"),
    [
        ("Name=gpu File=/dev/nvidia[0-7]\n", True),
        ("NodeName=gpu1 Name=gpu MultipleFiles=/dev/nvidia0,/dev/x\n", True),
        ("AutoDetect=nvml\n", True),
        ("AutoDetect=nvml\nNodeName=a AutoDetect=off Name=gpu Count=8\n", False),
        ("NodeName=a AutoDetect=nvidia Name=gpu\n", True),
        ("AutoDetect=off\n", False),
        ("Name=gpu Count=8\n", False),
        ("Name=fpga File=/dev/x\n", False),
        ("", False),
        ("Include gone.conf\n", UNSET),
        ("\0", UNSET),
    ],
)
def test_whether_gpus_have_device_files(gres, named):
    assert cluster("ClusterName=ai\n", gres_conf=gres).gpus_named is named


def test_gpus_of_nodes_and_partitions():
    facts = cluster(
        """
        GresTypes=gpu
        NodeName=DEFAULT Gres=gpu:h100:8
        NodeName=gpu[01-04]
        NodeName=cpu[1-2] Gres=fpga:1
        NodeName=bad[ Gres=fpga:1
        NodeSet=fast Nodes=gpu[01-02]
        NodeSet=some Feature=infiniband
        PartitionName=DEFAULT MaxTime=1-0 State=up
        PartitionName=a Nodes=gpu01,cpu1
        PartitionName=b Nodes=cpu[1-2] AllowAccounts=x,y ExclusiveUser=YES
        PartitionName=c Nodes=ALL AllowGroups=ALL OverSubscribe=FORCE:2
        PartitionName=d Nodes=fast RootOnly=YES Shared=EXCLUSIVE
        PartitionName=e Nodes=some Exclusive=TOPO
        PartitionName=f
        PartitionName=g Nodes=x[ DisableRootJobs=YES
        """
    )
    assert facts.gpus is True
    assert {partition.name: partition.gpus for partition in facts.partitions} == {
        "a": True, "b": UNSET, "c": True, "d": True, "e": UNSET, "f": False, "g": UNSET,
    }  # fmt: skip
    by_name = {partition.name: partition for partition in facts.partitions}
    assert by_name["a"].max_time == "1-0"
    assert by_name["a"].state == "UP"
    assert by_name["b"].allow_accounts == ["x", "y"]
    assert by_name["c"].allow_groups is None
    assert [by_name[name].exclusive for name in "abcde"] == ["NO", "USER", "NO", "NODE", "TOPO"]
    assert by_name["c"].over_subscribe == "FORCE"
    assert by_name["d"].root_only is True
    assert (by_name["g"].disable_root_jobs, by_name["a"].disable_root_jobs) == (True, None)
    assert by_name["f"].nodes is None


def test_nodes_without_gpus():
    facts = cluster("NodeName=a\nPartitionName=p Nodes=a\nPartitionName=q Nodes=other\n")
    assert [partition.gpus for partition in facts.partitions] == [False, UNSET]
    assert facts.gpus is False
    assert cluster("GresTypes=gpu\n").gpus is True
    assert cluster("NodeName=a Gres=gpu:2,shard:8\n").gpus_shared == ["shard"]
    assert cluster("ExclusiveTopo=no\nPartitionName=a ExclusiveTopo=YES\n").partitions[0].exclusive == "TOPO"


def test_tokens():
    text = "AuthAltTypes=auth/jwt\nAuthAltParameters={}\n"
    assert cluster("AuthAltTypes=auth/jwt\n").tokens_for_users is True
    assert cluster(text.format("disable_token_creation")).tokens_for_users is False
    assert cluster(text.format("jwks=/a")).tokens_for_users is False
    assert cluster(text.format("jwks=/a,jwt_key=/b,max_token_lifespan=60")).tokens_for_users is True
    assert cluster(text.format("max_token_lifespan=60")).token_lifespan == 60
    assert cluster(text.format("max_token_lifespan=x")).token_lifespan is None


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("AuthAltParameters=disable_token_creation,jwt_key=/tmp/k", [("AuthAltParameters", "/tmp/k")]),
        ("AuthAltParameters=jwt_key=/a,JWKS=/b", [("AuthAltParameters", "/a"), ("AuthAltParameters", "/b")]),
        ("AuthInfo=cred_expire=30,socket=/tmp/s,ttl=30", [("AuthInfo", "/tmp/s")]),
        ("AuthInfo=/tmp/s", [("AuthInfo", "/tmp/s")]),
        ("AuthInfo=ttl=30", []),
        ("AuthAltParameters=jwt_key=relative,other=/x", []),
        ("AuthInfo=socket={{ socket }}", []),
    ],
)
def test_keys_and_sockets_that_settings_name(line, found):
    item = asset(f"ClusterName=ai\nSlurmdSpoolDir=/var/x\n\n{line}\n")
    assert isinstance(item.facts, SlurmCluster)
    folders = item.facts.folders[2:] if isinstance(item.facts.folders, list) else []
    assert [(each.setting, each.path) for each in folders] == found
    assert {item.spots[f"folders[{at}]"].line for at in range(2, 2 + len(found))} <= {4}
    assert item.spots[""].line == 1


def test_private_folders_for_temporary_files():
    path = "BasePath=/x\n"
    assert cluster("NamespaceType=namespace/tmpfs\nPrologFlags=Contain\n", job_container_conf=path).private_tmp is True
    old = "JobContainerType=job_container/tmpfs\nPrologFlags=RunInJob\n"
    assert cluster(old, job_container_conf=path).private_tmp is True
    assert cluster(old).private_tmp is UNSET
    assert cluster(old, job_container_conf="\0").private_tmp is UNSET
    assert cluster("NamespaceType=namespace/linux\n", host=True).private_tmp is False
    assert cluster("A=1\n", plugstack_conf="required private-tmpdir.so base=/x\n").private_tmp is True
    assert cluster("A=1\n", plugstack_conf="optional pyxis.so\n").private_tmp is False
    assert cluster("Include gone\n").private_tmp is UNSET


NODES = "NamespaceType=namespace/{kind}\nPrologFlags=Contain\nNodeName=n[1-3]\n"


@pytest.mark.parametrize(
    ("lines", "own"),
    [
        ("BasePath=/x\n", True),
        ("AutoBasePath=true\nBasePath=/x Dirs=/tmp,/var/tmp,/dev/shm\n", True),
        ("NodeName=n[1-3] AutoBasePath=true BasePath=/x\n", True),
        ("NodeName=n[1-2] BasePath=/x\nNodeName=n3 BasePath=/y\n", True),
        ("BasePath=/x\nNodeName=m1 BasePath=none\n", True),
        ("BasePath=none\nNodeName=n[1-3] BasePath=/x\n", True),
        ("BasePath=none\n", False),
        ("BasePath=/x Dirs=/var/tmp\n", False),
        ("BasePath=/x Dirs=/tmp,/var/tmp\n", False),
        ("Dirs=/scratch\nBasePath=/x\n", False),
        ("AutoBasePath=true\n", False),
        ("BasePath=/x\nNodeName=n2 BasePath=NONE\n", False),
        ("NodeName=n[1-2] BasePath=/x\n", False),
        ("", False),
        ("NodeName=n[1- BasePath=/x\n", UNSET),
        ("Include gone\n", UNSET),
    ],
)
def test_folders_of_jobs_by_node(lines, own):
    assert cluster(NODES.format(kind="tmpfs"), job_container_conf=lines).private_tmp is own


@pytest.mark.parametrize(
    ("lines", "own"),
    [
        ("BasePath=/x\n", True),
        ("NodeName=n1 BasePath=/x\n", UNSET),
        ("BasePath=/x\nNodeName=n1 BasePath=none\n", False),
    ],
)
def test_folders_of_jobs_on_nodes_that_are_not_known(lines, own):
    text = "NamespaceType=namespace/tmpfs\nPrologFlags=Contain\n"
    assert cluster(text, job_container_conf=lines).private_tmp is own


@pytest.mark.parametrize(
    ("document", "own"),
    [
        ("defaults: {base_path: /x}", True),
        ("defaults: {base_path: /x, dirs: '/tmp,/dev/shm'}", True),
        ("defaults: {base_path: /x, dir_confs: [{path: /tmp}, {path: /dev/shm, tmpfs: true}]}", True),
        ("node_confs: [{nodes: ['n[1-2]', n3], options: {base_path: /x}}]", True),
        ("defaults: {base_path: /x, dirs: [/scratch]}", False),
        ("defaults: {base_path: /x}\nnode_confs: [{nodes: [n1], options: {base_path: none}}]", False),
        ("defaults:\nnode_confs: [{options: {}}]", False),
        ("- a", UNSET),
        ("{", UNSET),
        (None, UNSET),
    ],
)
def test_folders_of_jobs_in_namespaces(document, own):
    members = {MAIN: NODES.format(kind="linux").encode()}
    if document is not None:
        members["etc/slurm/namespace.yaml"] = document.encode()
    (facts,) = [item.facts for item in read(Files(members)) if isinstance(item, Asset)]
    assert facts.private_tmp is own


@pytest.mark.parametrize(
    ("gres", "named"),
    [
        ("Name=gpu File=/dev/nvidia[0-7]\n", True),
        ("NodeName=n[1-4] Name=gpu File=/dev/nvidia[0-7]\n", True),
        ("NodeName=n[1-2] Name=gpu File=/dev/nvidia0\nNodeName=n[3-4] AutoDetect=nvml\n", True),
        ("AutoDetect=nvml\nNodeName=n4 AutoDetect=off Name=gpu File=/dev/nvidia0\n", True),
        ("NodeName=n1 Name=gpu File=/dev/nvidia[0-7]\n", False),
        ("NodeName=n1 AutoDetect=nvml\n", False),
        ("AutoDetect=nvml\nNodeName=n4 AutoDetect=off\n", False),
        ("NodeName=n[1- Name=gpu File=/dev/nvidia0\n", UNSET),
    ],
)
def test_every_node_with_gpus_needs_device_files(gres, named):
    text = "NodeName=n[1-4] Gres=gpu:h100:8\nNodeName=cpu[1-9]\n"
    assert cluster(text, gres_conf=gres).gpus_named is named


def test_device_files_of_nodes_that_are_not_known():
    text = "NodeName=n1 Gres=gpu:8\nInclude gone\n"
    assert cluster(text, gres_conf="NodeName=n1 Name=gpu File=/dev/nvidia0\n").gpus_named is UNSET
    assert cluster(text, gres_conf="Name=gpu File=/dev/nvidia0\n").gpus_named is True
    assert cluster(text, gres_conf="AutoDetect=nvml\n").gpus_named is True
    assert cluster(text, gres_conf="NodeName=n2 Name=gpu File=/dev/nvidia0\n").gpus_named is False


def test_spank_plugins():
    found = asset(
        "PlugStackConfig=/etc/slurm/plugs\n",
        plugs="include /etc/slurm/plugs.d/*.conf\noptional /opt/x.so a=1 b\n",
        plugs_d__pyxis_conf="",
        **{"plugs.d__pyxis_conf": "required pyxis.so container_scope=job\n"},
    )
    first, second = found.facts.plugins
    assert (first.name, first.required, first.arguments) == ("pyxis.so", True, {"container_scope": "job"})
    assert (second.name, second.path, second.required, second.arguments) == (
        "x.so",
        "/opt/x.so",
        False,
        {"a": "1", "b": ""},
    )
    assert found.spots["plugins[0]"] == Spot(1, 1, "", "etc/slurm/plugs.d/pyxis.conf")


def test_plugins_that_cannot_be_told():
    for text in ("nonsense\n", "\0", "include gone.conf\n"):
        found = items("A=1\n", plugstack_conf=text)
        facts = next(item.facts for item in found if isinstance(item, Asset))
        assert facts.plugins is UNSET
        assert [gap.path for gap in found if isinstance(gap, Gap)] == ["etc/slurm/plugstack.conf"]
    assert cluster("A=1\n", plugstack_conf="include none.d/*\n").plugins == []
    facts = cluster("A=1\n", plugstack_conf="required pyxis.so\ninclude gone.conf\n")
    assert [plugin.name for plugin in facts.plugins] == ["pyxis.so", UNSET]
    assert facts.private_tmp is UNSET
    assert cluster("A=1\n", plugstack_conf="required private-tmp.so\ninclude gone.conf\n").private_tmp is True
    assert cluster("Include gone\n").plugins is UNSET


@pytest.mark.parametrize("pattern", ["/etc/slurm/plugs.d/*.conf", "/opt/slurm/plugs.d/*"])
def test_plugins_of_a_folder_that_is_not_here_are_not_known(pattern):
    text = f"required pyxis.so\ninclude {pattern}\n"
    facts = cluster("A=1\n", plugstack_conf=text)
    assert ([plugin.name for plugin in facts.plugins], facts.private_tmp) == (["pyxis.so", UNSET], UNSET)
    (gap,) = gaps("A=1\n", plugstack_conf=text)
    assert (gap.kind, gap.line) == ("left_out", 2)
    assert pattern in gap.reason
    assert cluster("A=1\n", plugstack_conf=f"include {pattern}\n").plugins is UNSET
    assert cluster("A=1\n", plugstack_conf=text, host=True).plugins == [facts.plugins[0]]


@pytest.mark.parametrize("pattern", ["/scratch/plugs.d/*.conf", "/tmp/plugs.conf", "/home/a/*"])
def test_what_a_folder_of_users_has_included_is_a_plugin_from_there(pattern):
    found = asset("A=1\n", plugstack_conf=f"required pyxis.so\ninclude {pattern}\n")
    assert isinstance(found.facts, SlurmCluster)
    assert [plugin.path for plugin in found.facts.plugins] == ["pyxis.so", pattern, UNSET]
    assert found.spots["plugins[1]"] == Spot(2, 1, "", "etc/slurm/plugstack.conf")


PROLOG = "#!/bin/bash\nPATH=/bin\nnvidia-smi --gpu-reset\n"


def test_programs_are_assets_of_their_own():
    found = items("ClusterName=ai\nProlog=/etc/slurm/p.d/*\nTaskProlog=task_sh\nMailProg=/bin/true\nEpilog=/opt/gone\n",
                  **{"p.d__a_sh": PROLOG, "p.d__.hidden": "x", "task.sh": "#!/bin/sh\n"}, task_sh="#!/bin/sh\npkill x\n")  # fmt: skip
    scripts = {item.path: item.facts for item in found if isinstance(item, Asset) and isinstance(item.facts, Script)}
    assert {path: (facts.called_by, facts.runs_as) for path, facts in scripts.items()} == {
        "etc/slurm/p.d/a.sh": (["Prolog"], "root"),
    }
    edges = [item for item in found if isinstance(item, Edge)]
    assert [(edge.relation, edge.target) for edge in edges] == [("runs", "script/etc/slurm/p.d/a.sh/script")]
    missing = [item for item in found if isinstance(item, Gap)]
    assert [(gap.kind, gap.line) for gap in missing] == [("left_out", 5), ("left_out", 3)]
    (facts,) = [item.facts for item in found if isinstance(item, Asset) and isinstance(item.facts, SlurmCluster)]
    assert facts.cleans_gpus is True
    assert facts.ends_strays is UNSET
    assert facts.prolog == ["/etc/slurm/p.d/*"]


def test_a_program_that_is_missing_on_its_own_host_should_be_there():
    (gap,) = [item for item in items("Prolog=/opt/gone\n", host=True) if isinstance(item, Gap)]
    assert gap.kind == "unreadable"


def test_the_strongest_account_counts():
    found = items("TaskProlog=x.sh\nPrologSlurmctld=x.sh\n", x_sh="#!/bin/sh\n")
    (script,) = [item.facts for item in found if isinstance(item, Asset) and isinstance(item.facts, Script)]
    assert (script.called_by, script.runs_as) == (["PrologSlurmctld", "TaskProlog"], "controller")
    found = items("Prolog=x.sh\nEpilog=x.sh\n", x_sh="\x7fELF")
    (script,) = [item.facts for item in found if isinstance(item, Asset) and isinstance(item.facts, Script)]
    assert script.unquoted is UNSET


def test_a_template_is_said_to_be_one():
    (gap,) = gaps("ClusterName={{ slurm_cluster_name }}\n")
    assert gap.kind == "template"


def test_what_stands_in_a_template_whatever_is_filled_in_is_judged():
    text = """
    # {{ ansible_managed }}
    ClusterName={{ name }}
    SlurmctldPort={{ p }}
    DisableRootJobs=YES
    {# PrivateData=all #}
    {% if x %}
    TaskPlugin=task/none
    {% else %}
    TaskPlugin=task/cgroup
    {% endif %}
    Epilog=/etc/slurm/clean.sh
    """
    found = asset(
        text, cgroup_conf="ConstrainDevices={{ a }}\nConstrainCores=no\n", clean_sh="#!/bin/sh\neval $SPANK_X"
    )
    facts = found.facts
    assert isinstance(facts, SlurmCluster)
    assert found.partial
    assert (facts.name, facts.task_plugins, facts.constrains_devices) == (UNSET, UNSET, UNSET)
    assert (facts.disable_root_jobs, facts.private_data, facts.constrains_cores) == (True, [], False)
    assert facts.epilog == ["/etc/slurm/clean.sh"]
    scripts = [item.facts for item in items(text, clean_sh="#!/bin/sh\neval $SPANK_X") if isinstance(item, Asset)]
    assert [use.name for script in scripts if isinstance(script, Script) for use in script.evaluated] == ["SPANK_X"]


@pytest.mark.parametrize(
    "rest",
    [
        "{{ everything }}",
        "{% for key in settings %}\n{{ key }}={{ settings[key] }}\n{% endfor %}",
        "Include {{ other }}",
        "NodeName={{ nodes }} Gres=gpu:8",
        "<% if x %>\nNodeName=a \\\n  Gres=gpu:8\n<% end %>",
    ],
)
def test_a_template_that_may_hold_more_leaves_open_what_it_does_not_say(rest):
    facts = cluster(f"DisableRootJobs=YES\nEpilog=/tmp/x\n{rest}\n")
    assert (facts.disable_root_jobs, facts.private_data, facts.gpus) == (True, UNSET, UNSET)
    assert [program.path for program in facts.programs] == ["/tmp/x", UNSET]


@pytest.mark.parametrize(
    ("path", "called"),
    [
        ("etc/slurm/prolog.d/10.sh", ["Prolog"]),
        ("epilog.d/50-clean", ["Epilog"]),
        ("slurm/epilog.sh", ["Epilog"]),
        ("a/slurm/slurm.epilog.clean", ["Epilog"]),
    ],
)
def test_programs_that_no_configuration_names_are_known_by_their_place(path, called):
    assert reader_of(path) == SLURM
    found = list(read(Files({path: b"#!/bin/bash\neval $SLURM_JOB_NAME\ndocker run -d vllm/vllm-openai\n"})))
    (script,) = [item.facts for item in found if isinstance(item, Asset) and isinstance(item.facts, Script)]
    assert (script.called_by, script.runs_as) == (called, "root")
    assert [use.name for use in script.evaluated] == ["SLURM_JOB_NAME"]
    assert len(found) > 1


@pytest.mark.parametrize("name", ["README.md", ".10.swp", "10.sh~", "10.j2", "10.rpmnew"])
def test_what_is_no_program_in_such_a_folder_is_none(name):
    assert list(read(Files({f"prolog.d/{name}": b"eval $SLURM_JOB_NAME"}))) == []


def test_a_program_that_is_named_is_told_once():
    found = items("Epilog=/etc/slurm/epilog.d/*\n", **{"epilog.d__1_sh": "#!/bin/sh\neval $SPANK_X\n"})
    assert len([item for item in found if isinstance(item, Asset) and isinstance(item.facts, Script)]) == 1


def test_a_file_that_is_no_configuration_is_a_gap():
    (gap,) = gaps("A=\0\n")
    assert (gap.kind, gap.line) == ("unreadable", 1)


@pytest.fixture
def head(tmp_path: Path) -> Path:
    """A head node's root file system."""
    slurm = tmp_path / "etc" / "slurm"
    slurm.mkdir(parents=True)
    (tmp_path / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    (tmp_path / "etc" / "pam.d").mkdir()
    (tmp_path / "etc" / "pam.d" / "sshd").write_text("account required pam_slurm_adopt.so\n")
    (slurm / "slurm.conf").write_text(
        "ClusterName=ai\nProlog=/opt/slurm/prolog\nStateSaveLocation=/var/state\nSlurmdSpoolDir=/var/%n\n"
    )
    (tmp_path / "opt" / "slurm").mkdir(parents=True)
    (tmp_path / "opt" / "slurm" / "prolog").write_text(PROLOG)
    (tmp_path / "var" / "state").mkdir(parents=True)
    os.chmod(tmp_path / "var" / "state", 0o777)
    return tmp_path


@pytest.mark.parametrize("target", ["", "etc", "etc/slurm", "etc/slurm/slurm.conf"])
def test_a_host_is_read_with_what_lies_beside(head: Path, target: str):
    found = list(collect(Options(str(head / target))))
    (facts,) = [item.facts for item in found if isinstance(item, Asset) and isinstance(item.facts, SlurmCluster)]
    assert facts.pam_adopt is True
    assert [(folder.setting, folder.permissions.others_writable) for folder in facts.folders] == [
        ("StateSaveLocation", True)
    ]
    (script,) = [item for item in found if isinstance(item, Asset) and isinstance(item.facts, Script)]
    assert script.path == str(head / "opt" / "slurm" / "prolog")
    assert script.facts.permissions.others_writable is False
    assert script.source == "host"
    read_once = [item.path for item in found if isinstance(item, Read)]
    assert len(read_once) == len(set(read_once))
    assert not [item for item in found if isinstance(item, Gap)]


def test_nodes_beyond_so_many_are_unobserved(monkeypatch):
    monkeypatch.setattr("holdfast.collect.slurm.nodes.NAMES", 15)
    text = "ClusterName=a\nNodeName=n[0-9] Gres=gpu:1\nNodeName=c0\nNodeSet=gset Nodes=n[0-9]\n"
    found = cluster(
        f"{text}PartitionName=a Nodes=c0\nPartitionName=b Nodes=gset\nPartitionName=d Nodes=c0\n", host=True
    )
    assert [each.gpus for each in found.partitions] == [False, True, UNSET]


def test_private_data_is_read_as_slurm_reads_it():
    assert cluster("PrivateData=Job,user\n", host=True).private_data == ["jobs", "users"]
    assert "usage" in str(cluster("PrivateData=all\n", host=True).private_data)
    assert cluster("PrivateData=nothing\n", host=True).private_data == []


def test_what_enforcement_demands_may_be_a_number():
    assert cluster("AccountingStorageEnforce=2\n", host=True).enforces == ["2", "limits", "associations"]
    assert cluster("AccountingStorageEnforce=limits,quos\n", host=True).enforces is UNSET
    assert cluster("AccountingStorageEnforce=nosteps,All\n", host=True).enforces[0] == "nosteps"


def test_swap_space_is_a_limit_of_its_own():
    facts = cluster("ClusterName=ai\n", host=True, cgroup_conf="ConstrainRAMSpace=yes\n")
    assert (facts.constrains_memory, facts.constrains_swap) == (True, False)
    swap = asset("ClusterName=ai\n", host=True, cgroup_conf="ConstrainSwapSpace=yes\n")
    assert isinstance(swap.facts, SlurmCluster)
    assert (swap.facts.constrains_memory, swap.facts.constrains_swap) == (True, True)
    assert swap.spots["constrains_memory"].path == "etc/slurm/cgroup.conf"


def test_programs_are_known_by_their_settings_even_where_they_are_not_here():
    found = asset("ClusterName=ai\nProlog=/tmp/a.sh\nEpilog=/etc/slurm/b.d/*\nMailProg=/bin/true\n")
    assert isinstance(found.facts, SlurmCluster)
    programs = found.facts.programs
    assert isinstance(programs, list)
    assert [(each.setting, each.path, each.runs_as) for each in programs] == [
        ("Prolog", "/tmp/a.sh", "root"),
        ("Epilog", "/etc/slurm/b.d/*", "root"),
    ]
    assert found.spots["programs[1]"].line == 3
    assert cluster("Include gone\n").programs is UNSET


def test_files_and_plugin_folders_that_the_daemons_trust(tmp_path: Path):
    folder = tmp_path / "etc" / "slurm"
    folder.mkdir(parents=True)
    (tmp_path / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    (tmp_path / "opt").mkdir()
    (folder / "slurm.conf").write_text("ClusterName=ai\nInclude nodes.conf\nPluginDir=/opt:/gone\n")
    (folder / "nodes.conf").write_text("NodeName=a\n")
    (folder / "cgroup.conf").write_text("ConstrainDevices=yes\n")
    (folder / "nodes.conf").chmod(0o666)
    (found,) = [
        item
        for item in collect(Options(str(tmp_path)))
        if isinstance(item, Asset) and isinstance(item.facts, SlurmCluster)
    ]
    facts = found.facts
    assert isinstance(facts, SlurmCluster)
    assert isinstance(facts.files, list)
    assert isinstance(facts.folders, list)
    assert [(os.path.basename(str(each.path)), each.permissions.others_writable) for each in facts.files] == [
        ("slurm.conf", False),
        ("nodes.conf", True),
        ("cgroup.conf", False),
    ]
    assert found.spots["files[1]"].path.endswith("nodes.conf")
    assert [(each.setting, each.path, each.permissions is None) for each in facts.folders[2:]] == [
        ("PluginDir", "/opt", False),
        ("PluginDir", "/gone", True),
    ]
    assert (found.spots["folders[2]"].line, found.spots["folders[3]"].line) == (3, 3)
    assert cluster("ClusterName=ai\n").files is UNSET


@pytest.mark.parametrize(
    ("text", "open_"),
    [
        ("", False),
        ("MetricsType=metrics/openmetrics\n", True),
        ("MetricsType=metrics/openmetrics\nMetricsAuthUsers=a\n", False),
        ("MetricsType=metrics/openmetrics\nPrivateData=jobs\n", False),
        ("MetricsType=metrics/openmetrics\nPrivateData=jobs\nMetricsParameters=ignore_private_data\n", True),
        ("MetricsType=metrics/openmetrics\nInclude gone\n", UNSET),
        ("Include gone\n", UNSET),
    ],
)
def test_metrics_that_ask_nobody(text, open_):
    assert cluster(f"ClusterName=ai\n{text}").metrics_open is open_


def test_without_a_cgroup_plugin_nothing_is_limited():
    group = "CgroupPlugin=disabled\nConstrainDevices=yes\nConstrainRAMSpace=yes\nConstrainCores=yes\n"
    found = asset("ClusterName=ai\n", cgroup_conf=group)
    facts = found.facts
    assert (facts.constrains_devices, facts.constrains_memory, facts.constrains_cores) == (False, False, False)
    assert found.spots["constrains_devices"] == Spot(1, 1, "", "etc/slurm/cgroup.conf")
    open_ = cluster("ClusterName=ai\n", cgroup_conf="CgroupPlugin={{ p }}\nConstrainDevices=yes\nConstrainCores=no\n")
    assert (open_.constrains_devices, open_.constrains_cores) == (UNSET, False)


def test_programs_that_further_settings_and_files_name():
    facts = cluster(
        "ResvProlog=/tmp/re\nJobCompType=jobcomp/script\nJobCompLoc=/home/u/jc.sh\nJobCompPassScript=/etc/p\n",
        burst_buffer_conf="GetSysState=/home/u/x\n",
        job_container_conf="NodeName=a BasePath=/x InitScript=/scratch/i.sh\n",
    )
    assert [(program.setting, program.path, program.runs_as) for program in facts.programs] == [
        ("ResvProlog", "/tmp/re", "controller"),
        ("JobCompPassScript", "/etc/p", "controller"),
        ("JobCompLoc", "/home/u/jc.sh", "controller"),
        ("GetSysState", "/home/u/x", "controller"),
        ("InitScript", "/scratch/i.sh", "root"),
    ]
    assert cluster("JobCompType=jobcomp/filetxt\nJobCompLoc=/var/log/jobs\n").programs == []


def test_passwords_that_every_user_reads():
    facts = cluster("AccountingStoragePass=s3cret\nJobCompPass=/run/munge/x\n")
    assert [(found.setting, found.value) for found in facts.passwords] == [("AccountingStoragePass", "s3cret")]
    assert cluster("JobCompPass=7777\n").passwords == []
    assert cluster("Include gone\n").passwords is UNSET


def test_partitions_of_nodes_with_a_feature():
    text = """
    NodeName=g[1-2] Gres=gpu:8 Features=h100,ib
    NodeName=c1 Feature=cpu
    NodeSet=fast Feature=h100
    NodeSet=slow Feature=cpu
    NodeSet=both Feature=cpu Nodes=g1
    PartitionName=a Nodes=fast
    PartitionName=b Nodes=slow
    PartitionName=c Nodes=both
    """
    assert [partition.gpus for partition in cluster(text).partitions] == [True, UNSET, True]


def test_a_program_that_plainly_resets_gpus_does_so_whatever_else_it_runs():
    text = "Epilog=/etc/slurm/e.sh\n"
    facts = cluster(text, e_sh="#!/bin/sh\nnvidia-smi -r\n. /etc/other\n$CMD\n")
    assert (facts.cleans_gpus, facts.ends_strays) == (True, UNSET)
