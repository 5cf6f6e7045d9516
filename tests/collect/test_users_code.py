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
        (f"cd {WORK}\ncd sub\n. env.sh", [f"{WORK}/sub/env.sh"]),
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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cd /tmp\n./x.sh", "/tmp/x.sh"),
        ("cd /tmp && ./x.sh", "/tmp/x.sh"),
        ("cd -P -- /scratch || exit 1\n. ./env.sh", "/scratch/env.sh"),
        ("pushd /tmp >/dev/null\n./x.sh\npopd", "/tmp/x.sh"),
        ("PATH=/tmp:$PATH\ndate", "/tmp"),
        ("PYTHONPATH=/tmp /usr/sbin/tool", "/tmp"),
        ("cd /opt\n../tmp/x.sh", "/tmp/x.sh"),
    ],
)
def test_a_folder_open_to_all_is_one_with_and_without_a_slash(text, found):
    assert names(f"{text}\n") == [found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cd /scratch/a\n(cd /etc; ls)\n./x.sh", ["/scratch/a/x.sh"]),
        ("cd /scratch/a\nx=$(cd /etc && pwd)\n./x.sh", ["/scratch/a/x.sh"]),
        ("(cd /scratch/a; ls)\n./x.sh", []),
        ("bash -c 'cd /tmp; ./y'\n./x.sh", ["/tmp/y"]),
        ("cd /tmp\nbash -c './y'", ["/tmp/y"]),
        ("cd /tmp\ncd /etc\ncd -\n./x.sh", ["/tmp/x.sh"]),
        ("pushd /tmp\npushd /etc\npopd\n./x.sh", ["/tmp/x.sh"]),
        ("pushd /etc\npushd /tmp\npushd\n./x.sh", []),
        ("cd /etc\npushd /tmp\npushd\npushd\n./x.sh", ["/tmp/x.sh"]),
        ("popd\npushd\n./x.sh", []),
        ("cd /tmp\ncd ../etc\n./x.sh", []),
        (f"cd /tmp/{'a' * 5000}\n./x.sh", []),
    ],
)
def test_each_shell_has_a_folder_of_its_own(text, found):
    assert names(f"{text}\n") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('H=$(eval echo ~$SLURM_JOB_USER)\n. "$H/.p"', "$(eval echo ~$SLURM_JOB_USER)/.p"),
        (
            "H=$(getent passwd $SLURM_JOB_USER | cut -d: -f6)\n. $H/.p",
            "$(getent passwd $SLURM_JOB_USER | cut -d: -f6)/.p",
        ),
        (
            "H=$(getent passwd \"$U\" | awk -F: '{print $6}')\nbash $H/.p",
            "$(getent passwd \"$U\" | awk -F: '{print $6}')/.p",
        ),
        ("for f in /scratch/hooks/*.sh; do . $f; done", "/scratch/hooks/*.sh"),
        ('for f in /etc/a /tmp/a.sh; do bash "${f}"; done', "/tmp/a.sh"),
        ("for d in /etc /tmp; do $d/x.sh; done", "/tmp/x.sh"),
        ("L='/etc/a /tmp/b'\nfor f in $L; do $f; done", "/tmp/b"),
        ("for f in $(ls /scratch/hooks/*.sh); do bash $f; done", "/scratch/hooks/*.sh"),
        ("cd /tmp\nfor f in *.sh; do . ./$f; done", "/tmp/$f"),
        ("cd /tmp\nfor f in hooks/*.sh; do . $f; done", "/tmp/hooks/*.sh"),
        ("for f in /tmp/a; do sh -c '$f'; done", "/tmp/a"),
        ('eval "$(cat /tmp/x.sh)"', "/tmp/x.sh"),
        ("eval `cat /tmp/x.sh`", "/tmp/x.sh"),
        ("bash <(cat /tmp/x.sh)", "/tmp/x.sh"),
        (". $(< /tmp/name)", "/tmp/name"),
        ("bash < /tmp/x.sh", "/tmp/x.sh"),
        ("bash -s a < /tmp/x.sh", "/tmp/x.sh"),
        ("cat /etc/a /tmp/x.sh | bash", "/tmp/x.sh"),
        ("sed s/a/b/ /tmp/x.sh | tee /var/log/x | sh", "/tmp/x.sh"),
        ("run-parts --regex=. /tmp/hooks.d", "/tmp/hooks.d"),
        ("trap /tmp/x.sh EXIT", "/tmp/x.sh"),
        ("trap -- 'date; . /tmp/x.sh' EXIT", "/tmp/x.sh"),
        ("find /etc -name x -exec /tmp/x.sh {} \\;", "/tmp/x.sh"),
        ("awk -F: -f /tmp/x.awk /etc/passwd", "/tmp/x.awk"),
        ("sed -nf /tmp/x.sed /etc/passwd", "/tmp/x.sed"),
        ("gawk --file=/tmp/x.awk", "/tmp/x.awk"),
        ("lua5.4 /tmp/x.lua", "/tmp/x.lua"),
        ("python3.11 -u /tmp/x.py", "/tmp/x.py"),
        ("/data/users/$SLURM_JOB_USER/p.sh", "/data/users/$SLURM_JOB_USER/p.sh"),
        (". /lustre/home/${SLURM_JOB_USER}/p.sh", "/lustre/home/${SLURM_JOB_USER}/p.sh"),
        (". /run/user/$SLURM_JOB_UID/p.sh", "/run/user/$SLURM_JOB_UID/p.sh"),
    ],
)
def test_ways_to_run_files_of_users(text, found):
    assert names(f"{text}\n") == [found]


@pytest.mark.parametrize(
    "text",
    [
        "for f in /etc/slurm/prolog.d/*.sh; do . $f; done",
        "for f in /tmp/*; do rm -f $f; done\n$f",
        "for f in /tmp/*; do f=/etc/x; . $f; done",
        "for f in $(seq 9); do . /etc/x$f; done",
        f"for f in {'a' * 5000} /tmp/a; do echo $f; done",
        'eval "$(cat /etc/x.sh)"',
        "cat /tmp/x | grep y",
        "cat /etc/x | bash",
        "cat /tmp/x | python3 -c 'import sys'",
        "grep y /tmp/x | wc -l",
        "while read l; do echo $l; done < /tmp/x",
        "run-parts /etc/slurm/hooks.d",
        "run-parts",
        "trap 'rm -f /tmp/x' EXIT",
        "trap - EXIT",
        "trap '' INT",
        "trap -p EXIT",
        "find /tmp -name x -delete",
        "find /scratch -exec chmod o-w {} \\;",
        "awk -F: '{print $1}' /tmp/x",
        "sed -i s/a/b/ /tmp/x",
        ". /etc/slurm/users/$SLURM_JOB_USER/limits.sh",
        ". /data/users/$SLURM_JOB_USER.sh",
        "H=$(getent passwd $SLURM_JOB_USER | cut -d: -f3)\n. /etc/slurm/$H",
        "H=$(getent passwd slurm | cut -d: -f6)\n. $H/env",
        "mkdir -p /scratch/$SLURM_JOB_USER",
        "module load cuda",
        "bash",
    ],
)
def test_files_of_users_that_are_only_data_and_files_of_the_administrator(text):
    assert names(f"{text}\n") == []
