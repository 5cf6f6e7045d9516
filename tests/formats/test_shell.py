"""Shell text: which commands run, with which words and variables, and where they stand."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.shell import reader
from holdfast.formats.shell.reader import Command, read
from holdfast.formats.shell.variables import NAMES
from holdfast.formats.shell.words import plain

SCRIPT = """\
#!/bin/bash
set -euo pipefail
export HF_HOME=/data
PORT=${PORT:-8000}
# vllm serve commented
cat <<EOF > /etc/motd
rm -rf /
EOF
curl -fsSL https://example.org/install.sh | sudo -E bash -s -- --yes
CUDA_VISIBLE_DEVICES=0 exec vllm serve "$MODEL" \\
    --port "$PORT" --host 0.0.0.0
"""


def argv(text: str) -> list[tuple[str, ...]]:
    return [each.argv for each in read(text)]


def last(text: str) -> Command:
    return read(text)[-1]


def test_reads_a_start_script() -> None:
    env = {"HF_HOME": "/data", "PORT": "8000"}
    assert read(SCRIPT) == [
        Command(("set", "-euo", "pipefail"), {}, 2, 1),
        Command(("cat",), env, 6, 1, redirections=(("<<", "rm -rf /\n"), (">", "/etc/motd"))),
        Command(("curl", "-fsSL", "https://example.org/install.sh"), env, 9, 1),
        Command(("bash", "-s", "--", "--yes"), env, 9, 45, "curl"),
        Command(
            ("vllm", "serve", "$MODEL", "--port", "8000", "--host", "0.0.0.0"),
            {**env, "CUDA_VISIBLE_DEVICES": "0"},
            10,
            24,
        ),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a 'b c' \"d e\" f\\ g", ("a", "b c", "d e", "f g")),
        ('a "x\\"y\\$z\\q" b"c"\'d\'e', ("a", 'x"y$z\\q', "bcde")),
        ("a \\\n  b", ("a", "b")),
        ('a --bar "x"\\\ny', ("a", "--bar", "xy")),
        ('a "one \\\ntwo"', ("a", "one two")),
        ("a '' \"\" b", ("a", "", "", "b")),
        ("a b#c # d", ("a", "b#c")),
        ("a é 'ü' --x=ß", ("a", "é", "ü", "--x=ß")),
        ("a `# why` b \\\n  `# and` c", ("a", "b", "c")),
        ("a {b,c} *.py ~", ("a", "{b,c}", "*.py", "~")),
        ("a 2>&1 >out <in b", ("a", "b")),
        (">out a b 2>&1 c", ("a", "b", "c")),
        ("a b <<E c\nx\nE", ("a", "b", "c")),
        ("a b <<E c 'd' > f\nx\nE", ("a", "b", "c", "d")),
        ("a <<E b > f 2>&1\nx\nE", ("a", "b")),
    ],
)
def test_quotes_continuations_and_redirections_are_removed(text: str, words: tuple[str, ...]) -> None:
    assert argv(text) == [words]


@pytest.mark.parametrize(
    "word",
    [
        "$X",
        "${X}",
        "${X#a}",
        "${X:+y}",
        "${X:?m}",
        "${#X}",
        "${!X}",
        "${X[0]}",
        "$1",
        "$@",
        "$?",
        "$((1+2))",
        "$'a\\n'",
        "--a=$X.b",
    ],
)
def test_words_that_cannot_be_resolved_keep_their_raw_text(word: str) -> None:
    assert argv(f"a {word}") == [("a", word)]


def test_literals_that_the_script_assigned_are_put_in() -> None:
    assert last('A=1; B="$A 2"; run $A ${A} "--x=${B}" $C').argv == ("run", "1", "1", "--x=1 2", "$C")
    assert last("A=x; A+=y; B+=z; run $A $B").argv == ("run", "xy", "$Bz")
    assert last('A=1; run " $A  ${A} "').argv == ("run", " 1  1 ")
    assert last("A=1 B=2; unset A; run $A $B").argv == ("run", "$A", "2")
    assert last("A=; run x$A").argv == ("run", "x")


def test_defaults_count_only_where_the_name_is_not_known() -> None:
    assert argv("run ${A:-8000} ${B-'x y'} ${C:-${D:-d}} \"${E:-  e}\"") == [("run", "8000", "x y", "d", "  e")]
    assert last("A=1; run ${A:-2} ${A-2} ${A:=2} ${A:?} ${A:+3} ${A+3}").argv == (
        "run",
        "1",
        "1",
        "1",
        "1",
        "3",
        "3",
    )
    assert last("A=; run ${A:-2} ${A-2}x ${A:+3}y ${A:?}").argv == ("run", "2", "x", "y", "${A:?}")
    assert last("A=$(x); run ${A:-2} ${A:+3} $A").argv == ("run", "${A:-2}", "${A:+3}", "$(x)")


def test_an_assigning_default_stays_assigned() -> None:
    assert last(": ${A:=8000}; run $A").argv == ("run", "8000")
    assert last(": ${A:=8000}; run $A").env == {"A": "8000"}


def test_variables_given_by_the_caller_are_known() -> None:
    assert read("run $A", {"A": "1"}) == [Command(("run", "1"), {"A": "1"}, 1, 1)]
    assert read("run", {"A": "1"}) == [Command(("run",), {"A": "1"}, 1, 1)]


def test_prefix_assignments_reach_their_command_only() -> None:
    first, second = read("A=1 B=$X run $A; next")
    assert first == Command(("run", "$A"), {"A": "1", "B": "$X"}, 1, 10)
    assert second.env == {}
    assert read("A=1 B= run") == [Command(("run",), {"A": "1", "B": ""}, 1, 8)]


def test_exports_reach_what_follows() -> None:
    assert last("export A=1 B='x y'\ndeclare -x C=3\nrun").env == {"A": "1", "B": "x y", "C": "3"}
    assert last("export TOKEN=$(cat f)\nrun").env == {"TOKEN": "$(cat f)"}
    assert last("A=(1 2)\nrun").env == {"A": "$A"}


@pytest.mark.parametrize(
    "text",
    [
        "P=1; if x; then P=2; fi; run $P",
        "if x; then P=1; elif y; then run $P; fi",
        "if x; then P=1; else run $P; fi",
        "case x in a) P=1;; b) run $P;; esac",
        "while x; do P=1; done; run $P",
        "N=0; while x; do run $N; N=1; done",
        "for P in 1 2; do run $P; done",
        "[ -z x ] && P=1; run $P",
        "P=1; x || P=2; run $P",
        "P=1; read P; run $P",
        "(P=1); run $P",
        "x=$(P=1); run $P",
    ],
)
def test_a_variable_that_may_or_may_not_be_set_is_unknown(text: str) -> None:
    assert next(each for each in read(text) if each.argv[0] == "run").argv[1] in ("$P", "$N")


def test_a_branch_sees_its_own_assignments() -> None:
    assert last("if x; then P=1; run $P; fi").argv == ("run", "1")
    assert last("cd x && P=1 && run $P").argv == ("run", "1")
    assert last("main() { P=1; run $P; }").argv == ("run", "1")
    assert last("(P=1; run $P)").argv == ("run", "1")


@pytest.mark.parametrize(
    "text",
    [
        "if a; then b; else c; fi",
        "for i in 1; do a; b; c; done",
        "while a; do b; done; c",
        "until a; do b; done; c",
        "case x in a) a; b;; *) c;; esac",
        "a && b || c",
        "a; b & c",
        "! a; { b; }; (c)",
        "f() { a; b; }; c",
        "a <(b) >(c)",
        "a $(b `c`)",
        'a "$(b)" x$(c)',
        "x=$(b) a > $(c)",
        "[[ $(a) = 1 ]] && b; c",
        "a\n# x; y\nb\n\nc",
        "a <<END\nx $(y)\nEND\nb <<< word; c",
        "a <<'END' && b\nx\nEND\nc",
        "for ((i=0; i<3; i++)); do a; b; done; c",
        "select i in x; do a; b; c; done",
        "a ) b\nb\nc",
    ],
)
def test_commands_inside_compound_ones_count(text: str) -> None:
    names = [each.argv[0] for each in read(text)]
    assert names == ["a", "b", "c"]


def test_programs_at_the_left_of_a_pipe_are_named() -> None:
    def piped(text: str) -> list[str]:
        return [each.piped_from for each in read(text)]

    assert piped("a | /bin/b | c |& d") == ["", "a", "b", "c"]
    assert piped("sudo /usr/bin/curl x | sh") == ["", "curl"]
    assert piped("curl $(cat u) | sh > log") == ["", "", "curl"]
    assert piped("{ a; curl x; } | (cd y && sh)") == ["", "", "curl", "curl"]
    assert piped("cat <<E | sh\nx\nE\nb") == ["", "cat", ""]
    assert piped("cat <<E && sh\nx\nE") == ["", ""]
    assert piped("curl x | bash -c 'sh; y'") == ["", "curl", "curl", "curl"]
    assert piped("[ x ] | a; b") == ["", ""]


@pytest.mark.parametrize(
    ("text", "words", "env"),
    [
        ("exec a b", ("a", "b"), {}),
        ("exec -a name a", ("a",), {}),
        ("sudo -u root -E A=1 a", ("a",), {"A": "1"}),
        ("sudo -Eu root --chdir /x a", ("a",), {}),
        ("sudo -uroot --user=x -- a -u b", ("a", "-u", "b"), {}),
        ("nohup a", ("a",), {}),
        ("time -p a", ("a",), {}),
        ("/usr/bin/env -i -u X A=1 B='x y' a", ("a",), {"A": "1", "B": "x y"}),
        ("nice -n 5 timeout -s KILL 10 stdbuf -oL a", ("a",), {}),
        ("tini -g -- gosu user a", ("a",), {}),
        ("exec sudo env A=1 nohup a", ("a",), {"A": "1"}),
        ("command a", ("a",), {}),
        ("command -v a", ("command", "-v", "a"), {}),
        ("sudo -l", ("sudo", "-l"), {}),
        ("exec > log", ("exec",), {}),
        ("env A=1", ("env", "A=1"), {}),
        ("timeout 5", ("timeout", "5"), {}),
        ("nohup -", ("-",), {}),
    ],
)
def test_wrappers_are_taken_off(text: str, words: tuple[str, ...], env: dict[str, str]) -> None:
    assert [(each.argv, each.env) for each in read(text)] == [(words, env)]


def test_scripts_inside_shell_commands_are_read_too() -> None:
    assert argv("sudo bash -lc 'a x; b'") == [("bash", "-lc", "a x; b"), ("a", "x"), ("b",)]
    assert argv("bash -o pipefail -ec 'a | b' name") == [
        ("bash", "-o", "pipefail", "-ec", "a | b", "name"),
        ("a",),
        ("b",),
    ]
    assert argv("sh --login x.sh -c y") == [("sh", "--login", "x.sh", "-c", "y")]
    assert argv("sh -c") == [("sh", "-c")]
    assert argv('P=1; sh -c "a $P; b \\$P"')[1:] == [("a", "1"), ("b", "1")]
    assert argv('sh -c "$(curl x)"') == [("sh", "-c", "$(curl x)"), ("$(curl x)",), ("curl", "x")]


def test_nested_commands_stand_where_their_text_stands() -> None:
    assert [(each.line, each.column) for each in read("a\nA=1 \\\n sh -c 'b\n  c d'")] == [
        (1, 1),
        (3, 2),
        (3, 8),
        (4, 3),
    ]
    assert [(each.line, each.column) for each in read("  sh -c 'b d'")] == [(1, 3), (1, 9)]


def test_nesting_is_read_four_deep() -> None:
    text = "deep"
    for _ in range(6):
        text = (
            f"sh -c {text!r}" if "'" not in text else 'sh -c "' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        )
    assert [each.argv[0] for each in read(text)] == ["sh"] * 5


def test_columns_count_characters() -> None:
    assert [(each.line, each.column) for each in read("é; 'ü' | a\n\tb $x")] == [
        (1, 1),
        (1, 4),
        (1, 10),
        (2, 2),
    ]


@pytest.mark.parametrize("text", ["", "   ", "# only a comment", "A=1", "export A=1", "\n\n"])
def test_texts_without_a_command_give_none(text: str) -> None:
    assert read(text) == []


def test_a_text_of_which_nothing_is_understood_is_an_error() -> None:
    with pytest.raises(FormatError, match="no command"):
        read("for ((")


def test_a_broken_line_does_not_hide_the_next() -> None:
    assert ("ollama", "serve") in argv("if then ((\nfoo 'bar'\n\nollama serve\n")


def test_plain_text_is_read_without_the_grammar() -> None:
    code = "import sys; from holdfast.formats.shell.reader import read; read('A=b vllm serve x'); read('vllm serve \"x y\"'); print('tree_sitter' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@given(
    st.tuples(
        st.sampled_from(["", "A=b ", " A=b C= "]),
        st.sampled_from(["a", "if", "time", "in", "sudo", "./x", "x'y'", "'q r'", "env"]),
        st.lists(st.sampled_from(["A=b", "--x=1", "'q r'", '"s"', "''", "-", "1", "@", "%", "A+=b", "sh", "-c"])),
    ).map(lambda each: each[0] + " ".join([each[1], *each[2]]))
)
def test_plain_text_reads_as_the_grammar_reads_it(text: str) -> None:
    if plain(text) is None:
        return
    # A comment changes nothing, and sends the text to the grammar.
    assert read(text) == read(f"{text} # x")


@pytest.mark.parametrize(
    "piece",
    [
        ")",
        "|",
        "f() ",
        "((",
        "$(",
        "`",
        '"',
        "'",
        "<<A ",
        "${a",
        "if ",
        "[[ ",
        "a && ",
        "A=$A$A$A;",
        'sh -c "$A";',
        "${A:-",
        "while x; do (",
    ],
)
def test_hostile_text_is_bounded(piece: str) -> None:
    text = "A=1;" + piece * (100_000 // len(piece))
    start = time.process_time()
    found: list[Command] = []
    with suppress(FormatError):
        found = read(text)
    assert sum(len(word) for each in found for word in each.argv) < reader.SUBSTITUTED + len(text)
    assert time.process_time() - start < 20


@pytest.mark.parametrize("piece", [")", "|", "f() "])
def test_text_that_would_take_quadratic_time_is_refused(piece: str) -> None:
    with pytest.raises(FormatError, match="unlike shell"):
        read(piece * 50_000)


def test_too_much_nested_text_is_refused_not_skipped() -> None:
    with pytest.raises(FormatError, match="sh -c") as refused:
        read("A='x #" + "y" * 100_000 + "'\n" + 'sh -c "$A" | y\n' * 40)
    assert refused.value.line > 1


def test_appending_cannot_take_quadratic_work() -> None:
    found = last("A+=xxxxxxxxxx\n" * 20_000 + "run $A")
    assert found.argv == ("run", "$A")


def test_too_long_a_text_is_refused() -> None:
    with pytest.raises(FormatError, match="characters"):
        read("a" * (reader.SIZE + 1))


def test_too_many_commands_are_refused_with_their_place() -> None:
    with pytest.raises(FormatError) as refused:
        read("a\n" * (reader.COMMANDS + 1))
    assert (refused.value.line, refused.value.column) == (reader.COMMANDS + 1, 1)


def test_variables_past_the_limit_stay_unresolved() -> None:
    text = "".join(f"A{number}=x\n" for number in range(NAMES + 1))
    assert last(f"{text}run $A0 $A{NAMES}").argv == ("run", "x", f"$A{NAMES}")


SNIPPETS = st.sampled_from(
    [
        *"abA=$(){}[]|&;<>\"'`\\#!*~ \n\t",
        "${",
        "$(",
        "A=1",
        "<<E",
        "\nE\n",
        "if ",
        "then ",
        "fi",
        "do ",
        "done",
        "for a in ",
        "sh -c ",
        "sudo ",
        "case ",
        "é",
        ":-",
        "&&",
    ]
)


@given(st.lists(SNIPPETS, max_size=40).map("".join) | st.text(max_size=40))
def test_any_text_gives_commands_or_a_format_error(text: str) -> None:
    lines = text.split("\n")
    found: list[Command] = []
    with suppress(FormatError):
        found = read(text)
    for each in found:
        assert each.argv
        assert 1 <= each.line <= len(lines)
        assert each.column >= 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A='--host h'; run $A", ("run", "--host", "h")),
        ("A='--host h'; run \"$A\" ${A}", ("run", "--host h", "--host", "h")),
        ("A=; run $A x", ("run", "x")),
        ("run ${B:-'x y'} ${B:-x y}", ("run", "x y", "x", "y")),
        ("A=x; run $A$B", ("run", "x$B")),
    ],
)
def test_an_unquoted_variable_may_hold_several_words_or_none(text: str, words: tuple[str, ...]) -> None:
    assert last(text).argv == words


@pytest.mark.parametrize(
    "text",
    [
        "eval run a", "eval 'run a'", "su - me -c 'run a'", "runuser -u me -- run a", "runuser -l me -c 'run a'",
        "ssh -p 22 host run a", "ssh host 'run a'", "tmux new -d -s x 'run a'", "tmux new-session -d run a",
        "screen -dmS x run a", "srun --gres gpu:1 -N1 run a", "apptainer exec --nv -B /a x.sif run a",
        "singularity run x.sif run a", "doas -u me run a", "flock /l run a",
        "ionice -c 3 run a", "chroot /r run a", "systemd-run -p A=b run a", "winpty run a", "echo x | xargs -n 1 run a",
    ],
)  # fmt: skip
def test_programs_that_run_another_are_taken_off(text: str) -> None:
    assert last(text).argv == ("run", "a")


@pytest.mark.parametrize("text", ["screen -ls", "tmux ls", "ssh host", "eval", "su - me", "apptainer pull x y"])
def test_one_that_runs_nothing_stays(text: str) -> None:
    assert last(text).argv == tuple(text.split())


@pytest.mark.parametrize(
    ("text", "sourced", "value"),
    [
        ("A=1; . ./env; run $A", True, "$A"),
        ("A=1; source env; run $A", True, "$A"),
        ("A=1; . venv/bin/activate; run $A", False, "1"),
        ("A=1; run $A", False, "1"),
    ],
)
def test_a_sourced_file_may_set_anything(text: str, sourced: bool, value: str) -> None:
    command = last(text)
    assert (command.argv, command.sourced) == (("run", value), sourced)


@pytest.mark.parametrize(
    ("text", "tolerated"),
    [
        ("a || true", ["a"]),
        ("a && b || :; c", ["a", "b"]),
        ("a | b || /bin/true", ["a", "b"]),
        ("a || exit 0", ["a"]),
        ("a || echo failed", ["a"]),
        ("a || echo x && exit 1", []),
        ("a || b", []),
        ("a || exit 1", []),
        ("a && true", []),
        ("a || true && b", ["a"]),
        ("sh -c 'a || true' && b", ["a"]),
        ("(a; b) || true", ["a", "b"]),
        ("if a; then b || true; fi", ["b"]),
    ],
)
def test_commands_whose_failure_is_made_good(text: str, tolerated: list[str]) -> None:
    assert [command.argv[0] for command in read(text) if command.tolerated] == tolerated


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a >b 2>c 2>&1 <d", ((">", "b"), ("<", "d"))),
        ("F=/x; a >>$F/y", ((">>", "/x/y"),)),
        ("a &>b 1>|c", ((">", "b"), (">", "c"))),
        ("a <<-'E' >b\n\tx\n\t\ty\n\tE\n", (("<<", "x\ny\n"), (">", "b"))),
        ("a >b <<E\nx $Y\nE\n", ((">", "b"), ("<<", "x $Y\n"))),
        ("a <<<'b c'", (("<<<", "b c"),)),
        ("sudo sh -c 'a >b'", ((">", "b"),)),
        ("sh -c 'a' >b", ()),
        (">b a", ((">", "b"),)),
        ("a b", ()),
    ],
)
def test_where_input_comes_from_and_output_goes(text: str, found: tuple[tuple[str, str], ...]) -> None:
    assert last(text).redirections == found


def test_every_command_knows_the_folder_it_runs_in() -> None:
    text = "a\ncd /x\nb\n(cd y; c)\nsh -c 'cd z; d'\ncd -\ne\ncd\nf\ncd $Y\ng\n"
    found = [(each.argv[0], each.folder) for each in read(text) if len(each.argv[0]) == 1]
    assert found == [("a", ""), ("b", "/x"), ("c", "/x/y"), ("d", "/x/z"), ("e", ""), ("f", "~"), ("g", "$Y")]


def test_every_command_knows_what_the_loops_around_it_go_through() -> None:
    text = "D=/d\nfor a in $D/* b; do for c in d; do x; done; y; done\nz\n"
    assert [each.each for each in read(text)] == [{"a": ("/d/*", "b"), "c": ("d",)}, {"a": ("/d/*", "b")}, {}]


def test_a_loop_past_the_variables_that_are_followed_is_not_followed() -> None:
    text = "".join(f"V{at}=1\n" for at in range(NAMES)) + "for a in b; do x; done\n"
    assert last(text).each == {}


def test_a_trap_runs_its_text() -> None:
    assert argv("trap 'rm -f x; y' EXIT INT\n") == [("trap", "rm -f x; y", "EXIT", "INT"), ("rm", "-f", "x"), ("y",)]
    assert argv("trap -- y EXIT\n")[1:] == [("y",)]
    assert [len(argv(text)) for text in ("trap - INT", "trap '' INT", "trap -p", "trap", "trap INT")] == [1] * 5
