"""Units of systemd: sections, environment, command lines."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats import systemd
from holdfast.formats.systemd import Assignment, Exec, Problem, Setting, Unit, read

UNIT = rb"""# a comment
[Unit]
Description=Model server

[Service]
Environment="HF_HOME=/data/my models" VLLM_PORT=8000
Environment=MODEL=org/name 'QUOTED=a "b"'
  ; another comment
ExecStartPre=-/usr/bin/mkdir -p "/data/my models"
ExecStart=/usr/bin/vllm serve ${MODEL} \
    # between two lines
    --port $VLLM_PORT \
    --host 0.0.0.0
User=root
"""


def service(*rows: str) -> Unit:
    return read("\n".join(["[Service]", *rows]).encode())


def argv(*rows: str) -> list[tuple[str, ...]]:
    return [each.argv for each in service(*rows).execs]


def test_reads_a_unit() -> None:
    unit = read(UNIT)
    assert unit.settings[:2] == (
        Setting("Unit", "Description", "Model server", 3),
        Setting("Service", "Environment", '"HF_HOME=/data/my models" VLLM_PORT=8000', 6),
    )
    assert unit.environment == (
        Assignment("HF_HOME", "/data/my models", 6),
        Assignment("VLLM_PORT", "8000", 6),
        Assignment("MODEL", "org/name", 7),
        Assignment("QUOTED", 'a "b"', 7),
    )
    assert unit.execs == (
        Exec("ExecStartPre", ("/usr/bin/mkdir", "-p", "/data/my models"), "-", 9),
        Exec(
            "ExecStart",
            ("/usr/bin/vllm", "serve", "org/name", "--port", "8000", "--host", "0.0.0.0"),
            "",
            10,
        ),
    )
    assert unit.problems == ()


def test_repeated_keys_stay_in_order_and_an_empty_value_resets_them() -> None:
    unit = service("After=a", "After=b", "After=", "After=c", "User=x")
    assert [each.value for each in unit.values("Service", "After")] == ["c"]
    assert [each.value for each in service("After=a", "After=b").values("Service", "After")] == ["a", "b"]
    assert unit.values("Unit", "After") == ()


def test_an_empty_environment_or_command_resets_what_came_before() -> None:
    unit = service("Environment=A=1", "Environment=", "Environment=B=2", "ExecStart=a", "ExecStart=", "ExecStart=b")
    assert unit.env == {"B": "2"}
    assert [each.argv for each in unit.execs] == [("b",)]


def test_the_last_assignment_of_a_variable_wins() -> None:
    assert service("Environment=A=1 A=2").env == {"A": "2"}


def test_quotes_may_open_inside_a_word() -> None:
    assert service("""Environment=A="b c"d 'E=f g'""").env == {"A": "b cd", "E": "f g"}


def test_backslash_sequences_are_decoded_and_unknown_ones_kept() -> None:
    assert service(r"Environment=A=\x41\tB\101\u00e4\s\q\\ C=\ud800\x00").env == {
        "A": "A\tBAä \\q\\",
        "C": r"\ud800\x00",
    }
    assert argv("ExecStart=a b\\\\") == [("a", "b\\")]
    assert argv('ExecStart=a "b\\"c"') == [("a", 'b"c')]


def test_prefixes_are_taken_off_and_kept_apart() -> None:
    found = service("ExecStart=-+@/bin/sh name -c x", "ExecStart=!!/bin/true", "ExecStart=|echo").execs
    assert [(each.prefixes, each.argv) for each in found] == [
        ("-+@", ("/bin/sh", "-c", "x")),
        ("!!", ("/bin/true",)),
        ("|", ("echo",)),
    ]


def test_semicolons_separate_commands_unless_escaped_or_part_of_a_word() -> None:
    assert argv(r"ExecStart=a 1 ; b 2 ; ; c \; d;e f; ';'") == [
        ("a", "1"),
        ("b", "2"),
        ("c", ";", "d;e", "f;", ";"),
    ]


def test_variables_of_the_unit_are_replaced() -> None:
    rows = (
        "Environment=ONE=one 'TWO=two \"t t\"' EMPTY=",
        "ExecStart=/bin/x $ONE $TWO ${TWO} p-${ONE}-$ONE $EMPTY $$HOME",
    )
    assert argv(*rows) == [("/bin/x", "one", "two", "t t", 'two "t t"', "p-one-$ONE", "$HOME")]


def test_unknown_variables_keep_their_text() -> None:
    assert argv("ExecStart=/bin/x $PORT --port=${PORT}") == [("/bin/x", "$PORT", "--port=${PORT}")]


def test_with_an_environment_file_no_variable_is_known() -> None:
    unit = service(
        "Environment=PORT=1",
        "EnvironmentFile=/old",
        "EnvironmentFile=",
        "EnvironmentFile=-/etc/x",
        "ExecStart=x ${PORT}",
    )
    assert unit.environment_files == ("-/etc/x",)
    assert unit.execs[0].argv == ("x", "${PORT}")
    assert service("Environment=P=1", "EnvironmentFile=/a", "EnvironmentFile=", "ExecStart=x $P").execs[0].argv == (
        "x",
        "1",
    )


def test_a_colon_prefix_turns_replacement_off() -> None:
    assert argv("Environment=A=1", "ExecStart=:echo $A $$") == [("echo", "$A", "$$")]


def test_doubled_percent_signs_become_one_and_specifiers_stay() -> None:
    unit = service("Environment=A=50%%", "ExecStart=x %i %%h")
    assert unit.env == {"A": "50%"}
    assert unit.execs[0].argv == ("x", "%i", "%h")


def test_only_the_service_section_gives_commands_and_environment() -> None:
    unit = read(b"[X-Other]\nEnvironment=A=1\nExecStart=x\n[Service]\nUser=me\n")
    assert (unit.environment, unit.execs) == ((), ())


def test_crlf_and_byte_order_mark_are_accepted() -> None:
    unit = read(b"\xef\xbb\xbf[Service]\r\nExecStart=a \\\r\n  b\r\n")
    assert unit.execs == (Exec("ExecStart", ("a", "b"), "", 2),)


def test_a_continuation_at_the_end_of_the_file_is_read() -> None:
    assert argv("ExecStart=a \\") == [("a",)]


def test_what_systemd_ignores_is_a_problem_and_the_rest_is_read() -> None:
    unit = read(
        b'Outside=1\n[Broken\nLost=1\n[Service]\nno sign\nEnvironment=1=x A=1 "open\n'
        b"ExecStart=a ; b 'open\nExecStart=c\n"
    )
    assert unit.problems == (
        Problem(1, "a setting outside of any section"),
        Problem(2, "a section without its closing bracket"),
        Problem(3, "a setting outside of any section"),
        Problem(5, "expected Key=value, not a row without `=`"),
        Problem(6, "a quote is not closed"),
        Problem(6, "expected NAME=value as word 1 of Environment="),
        Problem(7, "a quote is not closed"),
    )
    assert unit.env == {"A": "1"}
    assert [each.argv for each in unit.execs] == [("a",), ("c",)]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "no section"),
        (b"just text\n", "no section"),
        (b"[Service]\nA=\0\n", "NUL"),
        (b"[S]\n" + b"A=1\n" * (systemd.SETTINGS + 1), "settings"),
        (b" " * (systemd.SIZE + 1), "bytes"),
    ],
)
def test_what_is_no_unit_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(FormatError, match=what):
        read(data)


def test_variables_cannot_multiply_the_text_without_bound() -> None:
    unit = service(f"Environment=A={'x' * 100_000}", "ExecStart=x " + "${A} " * 1000 + "${A}${A}" * 1000)
    assert sum(map(len, unit.execs[0].argv)) < systemd.EXPANDED + 20_000
    assert unit.execs[0].argv[-1].endswith("${A}")


SNIPPETS = st.sampled_from(
    [
        "[Service]\n",
        "ExecStart=",
        "Environment=",
        "A=b",
        "\\",
        "\n",
        '"',
        "'",
        " ",
        ";",
        "$A",
        "${A}",
        "%",
        "#",
        "@-",
        "\\x41",
        "\r",
    ]
)


@given(st.lists(SNIPPETS | st.text(max_size=4), max_size=40).map("".join))
def test_any_text_gives_a_unit_or_a_format_error(text: str) -> None:
    try:
        unit = read(b"[Service]\n" + text.encode("utf-8", "replace"))
    except FormatError:
        return
    assert all(each.argv for each in unit.execs)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_unit_or_a_format_error(data: bytes) -> None:
    with suppress(FormatError):
        assert read(data).settings
