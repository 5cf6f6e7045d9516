"""What the programs of Slurm run themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import UNSET
from tests.collect.configs.on_disk import items, write

from holdfast.collect.shell import FUNCTION
from holdfast.collect.slurm import helpers
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.kinds.script import Script
from holdfast.kinds.slurm_cluster import SlurmCluster

CONF = "ClusterName=ai\nProlog=/etc/slurm/prolog.sh\nNodeName=gpu1\nPartitionName=gpu Nodes=ALL\n"
PATH = "#!/bin/bash\nPATH=/usr/bin:/bin\n"


def found(root: Path, files: dict[str, str], conf: str = CONF) -> list[object]:
    members = {"etc/slurm/slurm.conf": conf, **{f"etc/slurm/{name}": text for name, text in files.items()}}
    return items(root, members)


def scripts(root: Path, files: dict[str, str], conf: str = CONF) -> dict[str, Script]:
    """The programs by their path below `etc/slurm`."""
    assets = [item for item in found(root, files, conf) if isinstance(item, Asset) and isinstance(item.facts, Script)]
    return {asset.path.partition("etc/slurm/")[2]: asset.facts for asset in assets}


def gaps(root: Path, files: dict[str, str], conf: str = CONF) -> list[tuple[str, int | None]]:
    return [(item.reason, item.line) for item in found(root, files, conf) if isinstance(item, Gap)]


def uses(script: Script, fact: str = "evaluated") -> list[object]:
    return [use.name for use in getattr(script, fact)]


@pytest.mark.parametrize(
    "line",
    [
        "/etc/slurm/bin/check",
        "exec /etc/slurm/bin/check",
        "timeout 5 /etc/slurm/bin/check",
        "bash /etc/slurm/bin/check",
        ". /etc/slurm/bin/check",
        "source /etc/slurm/bin/check",
        "sudo -u root /etc/slurm/bin/check",
        'D=/etc/slurm/bin\n"$D/check"',
        'D="$( cd "$( dirname "${BASH_SOURCE[0]}" )" && pwd )"\n. "$D/bin/check"',
        '. "$(dirname "$0")/bin/check"',
        '. "${0%/*}/bin/check"',
    ],
)
def test_a_file_that_a_prolog_runs_is_judged_as_the_prolog_is(tmp_path, line):
    script = scripts(tmp_path, {"prolog.sh": f"{PATH}{line}\n", "bin/check": 'eval "echo $SLURM_JOB_COMMENT"\n'})
    check = script["bin/check"]
    assert (check.called_by, check.runs_as, check.interpreter) == (["Prolog"], "root", "shell")
    assert uses(check) == ["SLURM_JOB_COMMENT"]


@pytest.mark.parametrize(
    ("line", "evaluated"),
    [
        ('"$SLURM_JOB_NAME" x', ["$1", "$@"]),
        ('x "$SLURM_JOB_NAME"', ["$2", "$@"]),
        ('x "${SLURM_JOB_NAME}-1"', ["$2", "$@"]),
        ('"$(scontrol show job 1)"', ["$1", "$@"]),
        ('"${SLURM_JOB_NAME//[^a-z]/}"', []),
        ('"$SLURM_JOB_ID" x', []),
        ("", []),
    ],
)
def test_text_of_the_job_is_its_arguments(tmp_path, line, evaluated):
    files = {
        "prolog.sh": f"{PATH}/etc/slurm/a.sh {line}\n",
        "a.sh": 'eval "$1"\neval "$2"\neval "$@"\nf() { eval "$1"; }\nf "$SLURM_JOB_ID"\n',
    }
    assert uses(scripts(tmp_path, files)["a.sh"]) == evaluated


def test_it_is_handed_on_through_several_files(tmp_path):
    files = {
        "prolog.sh": f'{PATH}exec /etc/slurm/a.sh "$SLURM_JOB_NAME"\n',
        "a.sh": '/etc/slurm/b.sh first "$1"\n',
        "b.sh": "eval $2\n. /etc/slurm/c.sh\n",
        "c.sh": "eval $2\n",
    }
    found = scripts(tmp_path, files)
    assert [uses(found[name]) for name in ("a.sh", "b.sh", "c.sh")] == [[], ["$2"], ["$2"]]


def test_variables_of_the_caller_hold_it_unless_they_are_set_again(tmp_path):
    files = {
        "prolog.sh": f'{PATH}export A="$SLURM_JOB_NAME" B=$SLURM_JOB_NAME C=c\n/etc/slurm/a.sh\n',
        "a.sh": "B=b\neval $A $B $C\n",
    }
    assert uses(scripts(tmp_path, files)["a.sh"]) == ["A"]


def test_functions_of_a_file_that_is_read_get_the_arguments_of_their_calls(tmp_path):
    files = {
        "prolog.sh": f'{PATH}. /etc/slurm/lib.sh\nrun x "$SLURM_JOB_NAME"\nsafe "$SLURM_JOB_ID"\n',
        "lib.sh": 'run() {\n  eval "$2"\n}\nsafe() {\n  eval "$1"\n}',
    }
    found = scripts(tmp_path, files)
    assert (uses(found["lib.sh"]), uses(found["prolog.sh"])) == (["$2"], [])


def test_it_finds_commands_by_the_path_of_its_callers(tmp_path):
    files = {"prolog.sh": f"{PATH}/etc/slurm/a.sh\n", "a.sh": "date\n"}
    assert uses(scripts(tmp_path, files)["a.sh"], "searched") == []
    files |= {"epilog.sh": "#!/bin/sh\n/etc/slurm/a.sh\n"}
    found = scripts(tmp_path, files, f"{CONF}Epilog=/etc/slurm/epilog.sh\n")["a.sh"]
    assert (uses(found, "searched"), found.called_by) == (["date"], ["Prolog", "Epilog"])


def test_the_strongest_of_the_accounts_counts(tmp_path):
    files = {
        "prolog.sh": "#!/bin/sh\n/etc/slurm/a.sh\n",
        "task.sh": '#!/bin/sh\n. /etc/slurm/a.sh\n. /etc/slurm/b.sh "$SPANK_X"\n',
        "a.sh": "",
        "b.sh": "",
    }
    found = scripts(tmp_path, files, f"{CONF}TaskProlog=/etc/slurm/task.sh\n")
    assert (found["a.sh"].runs_as, found["b.sh"].runs_as) == ("root", "user")


@pytest.mark.parametrize(
    "line",
    [
        'sudo -u "$SLURM_JOB_USER" /etc/slurm/a.sh',
        "runuser -u nobody -- /etc/slurm/a.sh",
        "/etc/slurm/$X/a.sh",
        "cat /etc/slurm/a.sh",
        "bash -c 'date' /etc/slurm/a.sh",
    ],
)
def test_other_accounts_unknown_paths_and_data_are_not_followed(tmp_path, line):
    assert "a.sh" not in scripts(tmp_path, {"prolog.sh": f"{PATH}{line}\n", "a.sh": "eval $SLURM_JOB_NAME\n"})


def test_files_that_run_one_another_end(tmp_path):
    files = {
        "prolog.sh": "#!/bin/sh\n/etc/slurm/a.sh\n/etc/slurm/../slurm/a.sh\n/etc/slurm/prolog.sh\n",
        "a.sh": "/etc/slurm/a.sh\n. /etc/slurm/prolog.sh\n/etc/slurm/./a.sh\n",
    }
    assert sorted(scripts(tmp_path, files)) == ["a.sh", "prolog.sh"]


def test_a_program_that_a_setting_names_is_told_once(tmp_path):
    files = {"prolog.sh": "#!/bin/sh\n/etc/slurm/epilog.sh\n", "epilog.sh": "#!/bin/sh\ndate\n"}
    found = scripts(tmp_path, files, f"{CONF}Epilog=/etc/slurm/epilog.sh\n")
    assert found["epilog.sh"].called_by == ["Epilog"]


def test_a_file_that_many_programs_read_is_searched_for_functions_once(tmp_path, monkeypatch):
    class Counting:
        searched = 0

        def findall(self, text: str) -> list[str]:
            Counting.searched += 1
            return FUNCTION.findall(text)

    monkeypatch.setattr(helpers, "FUNCTION", Counting())
    names = [f"{at}.sh" for at in range(20)]
    files = {
        "prolog.sh": PATH + "".join(f'/etc/slurm/{name} "$SLURM_JOB_NAME"\n' for name in names),
        **dict.fromkeys(names, '. /etc/slurm/lib.sh\nrun "$1"\n'),
        "lib.sh": 'run() {\n  eval "$1"\n}\n',
    }
    assert uses(scripts(tmp_path, files)["lib.sh"]) == ["$1"]
    assert Counting.searched == len(names) + 1


@pytest.mark.parametrize("bound", ["MAX_PROGRAMS", "MAX_FOLLOWED", "DEPTH"])
def test_what_is_behind_too_much_is_left_out(tmp_path, monkeypatch, bound):
    monkeypatch.setattr(helpers, bound, 2)
    files = {
        "prolog.sh": "#!/bin/sh\n/etc/slurm/0.sh\n",
        **{f"{at}.sh": f"/etc/slurm/{at + 1}.sh\n" for at in range(5)},
        "5.sh": "",
    }
    reasons = [reason for reason, _ in gaps(tmp_path, files)]
    assert [reason.partition("`")[2] for reason in reasons] in (
        ["/etc/slurm/1.sh`, behind more than is followed"],
        ["/etc/slurm/2.sh`, behind more than is followed"],
    )


@pytest.mark.parametrize(
    "line", ["/etc/slurm/gone", "/opt/site/gone.sh", ". /opt/site/gone", '. "$(dirname "$0")/gone"']
)
def test_what_is_not_here_is_left_out(tmp_path, line):
    ((reason, number),) = gaps(tmp_path, {"prolog.sh": f"{PATH}{line}\n{line}\n"})
    assert reason.endswith("gone`, which is not here: what that does was not examined") or "gone.sh" in reason
    assert number == 3


@pytest.mark.parametrize(
    "line",
    [
        "/usr/bin/nvidia-smi", "/opt/slurm/bin/scontrol show job 1", "/usr/local/bin/dcgm-exporter", ". /etc/profile",
        ". /etc/profile.d/modules.sh", "source /etc/os-release", ". /usr/share/lmod/lmod/init/bash", ". /home/a/env",
        ". /etc/default/slurm", "/opt/conda/bin/python3.11 x",
    ],
)  # fmt: skip
def test_programs_and_files_of_the_distribution_are_not_missed(tmp_path, line):
    assert gaps(tmp_path, {"prolog.sh": f"{PATH}{line}\n"}) == []


def cluster(root: Path, files: dict[str, str]) -> SlurmCluster:
    (facts,) = [item.facts for item in found(root, files) if isinstance(item, Asset) and item.kind == "slurm_cluster"]
    assert isinstance(facts, SlurmCluster)
    return facts


def test_what_it_runs_counts_for_the_setting(tmp_path):
    files = {
        "prolog.sh": "#!/bin/sh\n. /etc/slurm/lib.sh\n/etc/slurm/a\n",
        "lib.sh": "x=1\n",
        "a": "#!/bin/sh\nnvidia-smi -r\n",
    }
    assert cluster(tmp_path, files).cleans_gpus is True
    assert cluster(tmp_path, {"a": "#!/bin/sh\ndate\n"}).cleans_gpus is False


@pytest.mark.parametrize(
    "line", ["/etc/slurm/gone", ". /home/a/env", '. "$X"', "run-parts /etc/slurm/p", "/etc/slurm/b.py"]
)
def test_what_is_not_known_leaves_the_answer_open(tmp_path, line):
    files = {"prolog.sh": f"#!/bin/sh\n{line}\n", "b.py": "#!/usr/bin/python3\n"}
    assert cluster(tmp_path, files).cleans_gpus is UNSET


def test_a_binary_program_is_none_to_read(tmp_path):
    write(tmp_path, {"etc/slurm/x": "\x7fELF\0"})
    assert sorted(scripts(tmp_path, {"prolog.sh": "#!/bin/sh\n/etc/slurm/x\n"})) == ["prolog.sh"]


@pytest.mark.parametrize(("size", "read"), [(0, True), (2 << 20, False)])
def test_on_a_host_a_large_program_is_not_read_for_a_script(tmp_path, size, read):
    files = {
        "etc/passwd": "root:x:0:0::/:/bin/sh\n",
        "etc/slurm/slurm.conf": CONF,
        "etc/slurm/prolog.sh": "#!/bin/sh\n/usr/local/sbin/checks\n/usr/local/sbin/gone\n",
        "usr/local/sbin/checks": f"#!/bin/sh\neval $SLURM_JOB_NAME\n{'#' * size}",
    }
    paths = [item.path for item in items(tmp_path, files) if isinstance(item, Asset)]
    assert any(path.endswith("sbin/checks") for path in paths) is read
