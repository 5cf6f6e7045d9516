"""Files of users that a script takes for its own code."""

from __future__ import annotations

import pytest

from holdfast.collect.shell import Given, conduct
from holdfast.core.asset import Spot
from holdfast.kinds.script import Script

WORK = "$SLURM_JOB_WORK_DIR"


def sourced(text: str, given: Given = Given()) -> list[tuple[str, Spot]]:  # noqa: B008 - frozen
    spots: dict[str, Spot] = {}
    facts = conduct(Script(), text, spots, given).facts
    return [(use.name, spots[f"sourced[{at}]"]) for at, use in enumerate(facts.sourced)]


def names(text: str, given: Given = Given()) -> list[str]:  # noqa: B008 - frozen
    return [name for name, _ in sourced(text, given)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f'cd "{WORK}" && ./setup.sh', [f"{WORK}/setup.sh"]),
        (f"pushd {WORK}/\nbin/setup", [f"{WORK}/bin/setup"]),
        (f"cd {WORK}\ncd sub\n. env.sh", [f"{WORK}/env.sh"]),
        ("cd /scratch/x\npython3 -u run.py a", ["/scratch/x/run.py"]),
        (f"cd {WORK}\ncp a b\nmake", []),
        (f"cd {WORK}\n/usr/sbin/x\n$CMD\n~/x", []),
        (f"cd {WORK}\ncd /etc/slurm\n./x", []),
        (f"cd {WORK}\ncd -\n./x", []),
        (f"cd {WORK}\ncd\n./x", []),
        (f"pushd {WORK}\npopd\n./x", []),
        (f"cd {WORK}\npython3 -c 'x'\nbash -s", []),
        (f"sudo -u bob sh -c 'cd {WORK}; ./x'\n./y", []),
        ("./x\ncd sub\n./y", []),
    ],
)
def test_a_script_in_a_folder_of_users_runs_what_lies_there(text, found):
    assert names(text + "\n") == found


@pytest.mark.parametrize(
    "asked",
    [
        "scontrol show job $SLURM_JOB_ID | sed -n 's/.*WorkDir=//p'",
        "/usr/bin/squeue -h -j 1 -o %Z",
        "sacct -j 1 -n -o WorkDir",
    ],
)
def test_the_folder_of_the_job_may_be_asked_for(asked):
    assert names(f'W=$({asked})\nsource "$W/.slurmrc"\n') == [f"$({asked})/.slurmrc"]
    assert names(f'cd "$({asked})"\n./x\n') == [f"$({asked})/x"]


@pytest.mark.parametrize(
    "text", ['W=$(squeue -h -j 1 -o %u)\n. "$W/x"\n', ". $(dirname $0)/x\n", 'S=$(cat /etc/x)\n"$S/y"\n']
)
def test_other_answers_are_no_folder_of_the_owner(text):
    assert names(text) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("export PATH=/scratch/bin:/usr/bin:/bin", ["/scratch/bin"]),
        ("PATH=/opt/x:/home/a/bin:$PATH", ["/home/a/bin"]),
        ("PATH=/usr/local/bin:/usr/bin:/scratch/bin", []),
        ("PATH=$PATH:/scratch/bin", []),
        ("PATH=/usr/sbin/:/scratch/bin", []),
        ("export LD_PRELOAD=/home/$SLURM_JOB_USER/lib.so", ["/home/$SLURM_JOB_USER/lib.so"]),
        ("export LD_PRELOAD='/usr/lib/a.so /tmp/b.so'", ["/tmp/b.so"]),
        ("export LD_LIBRARY_PATH=/usr/lib:/scratch/lib", ["/scratch/lib"]),
        ("export PYTHONPATH=/scratch/py PERL5LIB=/tmp/p", ["/scratch/py", "/tmp/p"]),
        ("export PYTHONPATH=/opt/py TMPDIR=/tmp/x", []),
        ("module use /scratch/modules\nmodule load cuda", ["/scratch/modules"]),
        ("module use --append /opt/modules", []),
        ("module use", []),
        ("module load /scratch/x", []),
        ("LD_PRELOAD=/tmp/x.so date", ["/tmp/x.so"]),
        ("sudo -u bob env LD_PRELOAD=/tmp/x.so id", []),
    ],
)
def test_folders_of_users_that_are_searched_for_code(line, found):
    assert names(f"{line}\ndate\n") == found


def test_a_search_path_has_the_place_at_which_it_is_set():
    text = "date\n  export PATH=/scratch/bin:$PATH\ndate\nPATH=/home/x:$PATH\ndate\n"
    assert sourced(text) == [("/scratch/bin", Spot(2, 10)), ("/home/x", Spot(2, 10))]


def test_what_a_caller_has_set_is_told_where_it_does_so():
    given = Given(env={"PATH": "/scratch/bin"})
    assert names("date\n", given) == []
    assert names("date\nPATH=/home/x\ndate\n", given) == ["/home/x"]


def test_a_variable_whose_assignment_is_not_found_has_the_place_of_the_command():
    assert sourced("true\nenv 'LD_'PRELOAD=/tmp/x.so date\n") == [("/tmp/x.so", Spot(2, 1))]
