"""Dockerfiles: stages, instructions, variables, here-documents, and the image that they leave."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.asset import Spot
from holdfast.core.errors import FormatError
from holdfast.formats.dockerfile import instructions, lines, reader
from holdfast.formats.dockerfile.model import (
    Assign,
    Command,
    Dockerfile,
    Heredoc,
    Instruction,
    Pair,
    Plain,
    Problem,
    Transfer,
)
from holdfast.formats.dockerfile.reader import read

FILE = b"""\
# syntax=docker/dockerfile:1
# holdfast: ignore image-root
ARG CUDA=12.4.1
FROM --platform=$BUILDPLATFORM nvidia/cuda:${CUDA}-devel AS Builder
RUN --mount=type=secret,id=hf,required \\
    # a comment in between
    pip install vllm && \\

    rm -rf /root/.cache
FROM builder
ENV HF_HOME=/data \\
    PORT=8000
copy --from=builder --chown=1000:1000 /opt/venv /opt/venv
EXPOSE $PORT 9000/udp
USER 1000
ENTRYPOINT ["vllm", "serve"]
CMD ["--host", "0.0.0.0"]
"""


def text(*rows: str) -> Dockerfile:
    return read("\n".join(["FROM base", *rows]).encode())


def only(*rows: str) -> Instruction:
    found = text(*rows)
    assert found.problems == ()
    (instruction,) = found.stages[0].instructions
    return instruction


def command(*rows: str) -> Command:
    found = only(*rows)
    assert isinstance(found, Command)
    return found


def plain(*rows: str) -> tuple[str, ...]:
    found = text(*rows).stages[-1].instructions[-1]
    assert isinstance(found, Plain)
    return found.words


def assigned(*rows: str) -> dict[str, str | None]:
    found = text(*rows).stages[-1].instructions[-1]
    assert isinstance(found, Assign)
    return {pair.name: pair.value for pair in found.pairs}


def transfer(*rows: str) -> Transfer:
    found = only(*rows)
    assert isinstance(found, Transfer)
    return found


def test_reads_a_multi_stage_file() -> None:
    found = read(FILE)
    first, second = found.stages
    assert found.problems == ()
    assert found.directives == {"syntax": "docker/dockerfile:1"}
    assert found.comments == ((2, "holdfast: ignore image-root"), (6, "a comment in between"))
    assert found.args == (Pair("CUDA", "12.4.1", 3, 5),)
    assert (first.reference, first.base) == ("nvidia/cuda:${CUDA}-devel", "nvidia/cuda:12.4.1-devel")
    assert (first.name, first.platform, first.line, first.column) == ("builder", "$BUILDPLATFORM", 4, 1)
    assert (second.base, second.parent, second.name) == ("builder", 0, "")
    assert [(each.keyword, each.line, each.end_line) for each in second.instructions] == [
        ("ENV", 11, 12),
        ("COPY", 13, 13),
        ("EXPOSE", 14, 14),
        ("USER", 15, 15),
        ("ENTRYPOINT", 16, 16),
        ("CMD", 17, 17),
    ]


def test_the_image_of_the_last_stage_follows_its_chain() -> None:
    image = read(FILE).image()
    assert image.base == "nvidia/cuda:12.4.1-devel"
    assert image.bases == ("nvidia/cuda:12.4.1-devel", "builder")
    assert image.variables == {"HF_HOME": "/data", "PORT": "8000"}
    assert image.env["PORT"] == Pair("PORT", "8000", 12, 5)
    assert image.ports == ("8000/tcp", "9000/udp")
    assert image.user is not None
    assert (image.user.value, image.user.line) == ("1000", 15)
    assert image.entrypoint is not None
    assert image.cmd is not None
    assert image.entrypoint.words + image.cmd.words == ("vllm", "serve", "--host", "0.0.0.0")
    (run,) = image.runs
    assert run.text == "pip install vllm &&     rm -rf /root/.cache"
    assert run.mounts == ({"type": "secret", "id": "hf", "required": "true"},)


def test_a_stage_inherits_from_the_stage_that_it_continues() -> None:
    found = read(
        b'FROM a AS one\nUSER 5\nENV A=1 B=2\nWORKDIR /x\nLABEL l=1\nSHELL ["bash", "-c"]\nCMD one\nVOLUME /v\n'
        b"STOPSIGNAL INT\nONBUILD USER 9\nFROM other\nFROM ONE AS two\nENV B=3 C=$A\nWORKDIR y/../z\nCMD two\n"
        b'HEALTHCHECK --interval=5s CMD curl x\nVOLUME ["/v", "/w"]'
    )
    image = found.image()
    assert [stage.base for stage in image.stages] == ["a", "ONE"]
    assert image.variables == {"A": "1", "B": "3", "C": "1"}
    assert (image.workdir, image.stop_signal, image.volumes) == ("/x/z", "INT", ("/v", "/w"))
    assert image.labels["l"].value == "1"
    assert image.user is not None
    assert image.user.value == "5"
    assert image.cmd is not None
    assert image.cmd.words == ("bash", "-c", "two")
    assert isinstance(image.healthcheck, Command)
    assert (image.healthcheck.text, image.healthcheck.flag("interval")) == ("curl x", "5s")
    middle = found.image(found.stages[1])
    assert (middle.user, middle.workdir, middle.variables, middle.cmd) == (None, "", {}, None)


def test_the_latest_stage_of_a_name_is_the_base_and_unnamed_stages_are_none() -> None:
    found = read(b"FROM a AS x\nFROM b AS x\nFROM x\nFROM stage\nFROM ${N:+n}\nARG A\nFROM 0")
    assert [stage.parent for stage in found.stages] == [None, None, 1, None, None, None]


def test_an_entrypoint_drops_the_cmd_of_an_earlier_stage() -> None:
    assert read(b"FROM a AS x\nCMD c\nFROM x\nENTRYPOINT e").image().cmd is None
    assert read(b"FROM a AS x\nCMD c\nENTRYPOINT e").image().cmd is not None
    assert read(b"FROM a\nENTRYPOINT e\nCMD c").image().cmd is not None
    assert read(b"FROM a\nENTRYPOINT []").image().entrypoint == Command(
        exec_form=True, keyword="ENTRYPOINT", line=2, column=1, end_line=2
    )


def test_healthcheck_none_replaces_an_earlier_one() -> None:
    found = text("HEALTHCHECK CMD a", "healthcheck none").image().healthcheck
    assert isinstance(found, Plain)
    assert found.words == ("NONE",)


# Lines


def test_instructions_are_case_insensitive_and_may_be_indented() -> None:
    found = only("  run a")
    assert (found.keyword, found.line, found.column) == ("RUN", 2, 3)


def test_crlf_and_byte_order_mark_are_accepted() -> None:
    found = read(b"\xef\xbb\xbfFROM a\r\nRUN b \\\r\n  c\r\nCOPY <<E /x\r\nd\r\nE\r\nUSER u\r\n")
    run, copy, user = found.stages[0].instructions
    assert isinstance(run, Command)
    assert isinstance(copy, Transfer)
    assert run.text == "b   c"
    assert copy.heredocs[0].text == "d\r\n"
    assert user.line == 7


def test_a_backtick_may_be_the_escape() -> None:
    found = read(b"# escape=`\nFROM a\nRUN dir c:\\\nRUN b `\n  c\nENV A=x`$y\\z\n")
    one, two, env = found.stages[0].instructions
    assert isinstance(one, Command)
    assert isinstance(two, Command)
    assert isinstance(env, Assign)
    assert (one.text, two.text, env.pairs[0].value) == ("dir c:\\", "b   c", "x$y\\z")


def test_directives_end_at_the_first_line_that_is_none() -> None:
    found = read(b"# Escape = `\n#check=skip=all\n# other=1\n# syntax=late\nFROM a\n# escape=x\n")
    assert found.directives == {"escape": "`", "check": "skip=all"}
    assert [line for line, _ in found.comments] == [3, 4, 6]
    assert read(b"\n# escape=`\nFROM a").directives == {}


def test_bad_directives_are_problems() -> None:
    found = read(b"# escape=x\n# syntax=a\n# syntax=b\nFROM a\nRUN a \\\n b")
    assert [problem.line for problem in found.problems] == [1, 3]
    assert len(found.stages[0].instructions) == 1


def test_a_doubled_escape_does_not_continue_the_line() -> None:
    found = text("RUN a \\\\", "RUN b \\  ", " c")
    assert [each.line for each in found.stages[0].instructions] == [2, 3]


def test_a_line_may_start_with_a_lone_escape() -> None:
    found = text("\\", "RUN a")
    assert [(each.keyword, each.line) for each in found.stages[0].instructions] == [("RUN", 3)]


def test_a_file_may_end_in_a_continuation() -> None:
    assert command("RUN a \\").text == "a"


def test_places_in_joined_text_lead_back_to_the_file() -> None:
    run = command("RUN  --network=host  a \\", "# c", "  b \\", "", "c")
    assert run.text == "a   b c"
    assert [run.spot(1, column) for column in (1, 5, 7)] == [Spot(2, 22), Spot(4, 3), Spot(6, 1)]
    assert run.spot(0, 0) == Spot(2, 1)


# Variables


@pytest.mark.parametrize(
    ("reference", "base"),
    [
        ("img:$A", "img:1"),
        ("img:${A}", "img:1"),
        ("img:${A:-x}", "img:1"),
        ("img:${A:+x}", "img:x"),
        ("img:${A+x}", "img:x"),
        ("img:${A:?x}", "img:1"),
        ("img:${E:-x}${E-y}${E:+z}${E+w}", "img:xw"),
        ("img:${N:-x}${N-y}${N:+z}", "img:xy"),
        ("img:${U:-x}${U-y}${U:+z}", "img:xy"),
        ("img:${N:-${A}b}", "img:1b"),
        ("img:${N:-${U:-${A}}}", "img:1"),
        ("img:$N", "img:$N"),
        ("img:${U}", "img:${U}"),
        ("img:${N:?x}", "img:${N:?x}"),
        ("img:${E:?x}", "img:${E:?x}"),
        ("img:$R", "img:1-$N"),
        ("img:${R:+x}", "img:${R:+x}"),
        ("img:$TARGETARCH-${TARGETOS:-linux}", "img:$TARGETARCH-${TARGETOS:-linux}"),
        ("img:${A%.*}${A#1}${A/1/2}", "img:${A%.*}${A#1}${A/1/2}"),
        ("\"img\":'$A'", "img:$A"),
        ('"img:$A"', "img:1"),
        ('img:"${N:-"a}"}"', "img:a}"),
        ("img:\\$A\\b", "img:$Ab"),
        ('img:"\\$A\\b"', "img:$A\\b"),
        ("img:$", "img:$"),
        ("img:$1$@", "img:$1$@"),
    ],
)
def test_arguments_before_from_are_put_into_the_base(reference: str, base: str) -> None:
    found = read(f"ARG A=1\nARG E=\nARG N\nARG R=$A-$N\nFROM {reference}\n".encode())
    assert (found.stages[0].reference, found.stages[0].base, found.problems) == (reference, base, ())


@pytest.mark.parametrize("reference", ["${A", "${}", "${:x}", "${A:#x}", "${A~x}", "${A:-'x}", '"$A', "'$A", "${A:"])
def test_a_malformed_expansion_is_a_problem_and_stays_as_written(reference: str) -> None:
    found = read(f"ARG A=1\nFROM {reference}\n".encode())
    assert found.stages[0].base == reference
    assert [problem.line for problem in found.problems] == [2]


def test_arguments_of_the_file_need_an_arg_in_the_stage() -> None:
    found = read(b"ARG V=1\nFROM a\nUSER $V\nARG V\nUSER $V\nARG V=2\nUSER $V\nFROM b\nUSER $V")
    assert [each.value for stage in found.stages for each in stage.instructions if isinstance(each, Plain)] == [
        "$V",
        "1",
        "2",
        "$V",
    ]


def test_a_variable_of_the_base_image_is_unknown_not_unset() -> None:
    assert plain("USER ${U:-root}$U") == ("${U:-root}$U",)
    assert plain("ARG U", "USER ${U:-me}") == ("me",)
    assert plain("ARG TARGETARCH", "USER ${TARGETARCH:-me}") == ("${TARGETARCH:-me}",)
    assert assigned("ENV PATH=/a:$PATH", "ENV PATH=/b:$PATH") == {"PATH": "/b:/a:$PATH"}


def test_one_instruction_sees_the_variables_as_they_were_before_it() -> None:
    assert assigned("ENV abc=hello", "ENV abc=bye def=$abc") == {"abc": "bye", "def": "hello"}
    assert assigned("ARG a=1 b=$a") == {"a": "1", "b": "1"}


def test_continued_stages_see_the_variables_of_their_base() -> None:
    found = read(b"FROM a AS x\nARG A=1\nENV B=2\nFROM x\nUSER $A:$B\n")
    image = found.image()
    assert image.user is not None
    assert image.user.value == "1:2"
    assert image.variables == {"B": "2"}


@pytest.mark.parametrize(
    ("row", "pairs"),
    [
        ('ENV A=1 B=\'x y\' C="z\\"q" D=a\\ b', {"A": "1", "B": "x y", "C": 'z"q', "D": "a b"}),
        ("ENV A some value 'x'", {"A": "some value x"}),
        ("ENV A=b=c", {"A": "b=c"}),
        ("ENV A= B=''", {"A": "", "B": ""}),
        ("LABEL \"a b\"=c d.e='f'", {"a b": "c", "d.e": "f"}),
        ("ARG A B=1", {"A": None, "B": "1"}),
        ('ENV A="it\'s"', {"A": "it's"}),
    ],
)
def test_assignments_are_read_in_every_form(row: str, pairs: dict[str, str | None]) -> None:
    assert assigned(row) == pairs
    assert text(row).problems == ()


def test_assignments_have_places_of_their_own() -> None:
    found = only("ENV A=1 \\", "    B=2   C=3")
    assert isinstance(found, Assign)
    assert [(pair.line, pair.column) for pair in found.pairs] == [(2, 5), (3, 5), (3, 11)]


def test_words_of_other_instructions_are_expanded() -> None:
    rows = ["ENV P='80 81/udp' D=/d"]
    assert plain(*rows, "EXPOSE $P 9000-9002/TCP 127.0.0.1:1:82") == (
        "80",
        "81/udp",
        "9000-9002/TCP",
        "127.0.0.1:1:82",
    )
    assert text(*rows, "EXPOSE $P 90-92/TCP 127.0.0.1:1:82 $X").image().ports == (
        "80/tcp",
        "81/udp",
        "90-92/tcp",
        "82/tcp",
        "$X/tcp",
    )
    assert plain(*rows, 'VOLUME ["$D", "/e f"]') == ("/d", "/e f")
    assert plain(*rows, "VOLUME $D /e") == ("/d", "/e")
    assert plain(*rows, "WORKDIR $D/x y") == ("/d/x y",)
    assert plain(*rows, "MAINTAINER a $D <b>") == ("a $D <b>",)


# Commands


@pytest.mark.parametrize(
    ("row", "exec_form", "words"),
    [
        ('RUN ["a", "b c"]', True, ("a", "b c")),
        ("RUN a  'b'", False, ("/bin/sh", "-c", "a  'b'")),
        ("RUN [ -f x ] && y", False, ("/bin/sh", "-c", "[ -f x ] && y")),
        ("RUN ['a']", False, ("/bin/sh", "-c", "['a']")),
        ("CMD", False, ("/bin/sh", "-c", "")),
        ("CMD []", True, ()),
        ('ENTRYPOINT ["$A"] ', True, ("$A",)),
        ('RUN ["a"] x', False, ("/bin/sh", "-c", '["a"] x')),
        ("RUN $A ${B", False, ("/bin/sh", "-c", "$A ${B")),
        ("RUN " + "[" * 5000, False, ("/bin/sh", "-c", "[" * 5000)),
    ],
)
def test_commands_have_an_exec_or_a_shell_form(row: str, exec_form: bool, words: tuple[str, ...]) -> None:
    found = command(row)
    assert (found.exec_form, found.words) == (exec_form, words)


def test_shell_changes_the_shell_of_what_follows() -> None:
    found = text("RUN a", 'SHELL ["pwsh", "-c"]', "RUN b").stages[0].instructions
    assert [each.words for each in found if isinstance(each, Command) and each.keyword == "RUN"] == [
        ("/bin/sh", "-c", "a"),
        ("pwsh", "-c", "b"),
    ]


def test_flags_are_taken_from_the_arguments() -> None:
    run = command(
        "RUN --mount=type=cache,target=/c --mount='type=bind,RO' --network=none \\",
        " --security=insecure a --b=c",
    )
    assert run.flags == (
        ("mount", "type=cache,target=/c"),
        ("mount", "type=bind,RO"),
        ("network", "none"),
        ("security", "insecure"),
    )
    assert run.mounts == ({"type": "cache", "target": "/c"}, {"type": "bind", "ro": "true"})
    assert (run.text, run.flag("network"), run.flag("none")) == ("a --b=c", "none", "")
    assert command("RUN --network=none -- --x").text == "--x"


def test_copy_and_add_have_sources_a_destination_and_flags() -> None:
    found = transfer('ADD --chown="$U" --checksum=sha256:a\\ b --link https://x/y a* /z/')
    assert (found.sources, found.destination) == (("https://x/y", "a*"), "/z/")
    assert found.flags == (("chown", "$U"), ("checksum", "sha256:a b"), ("link", "true"))
    found = transfer('COPY --from=x ["a b", "c", "/d e"]')
    assert (found.sources, found.destination, found.flag("from")) == (("a b", "c"), "/d e", "x")


def test_onbuild_wraps_another_instruction() -> None:
    found = text("ENV A=1", "ONBUILD RUN --network=host a $A", 'ONBUILD ENV A="2 $A"', 'ONBUILD SHELL ["x"]', "USER $A")
    _, run, env, _, user = found.stages[0].instructions
    assert isinstance(run, Command)
    assert isinstance(env, Assign)
    assert isinstance(user, Plain)
    assert (run.keyword, run.onbuild, run.text, run.flag("network")) == ("RUN", True, "a $A", "host")
    assert (env.pairs[0].value, user.value) == ("2 $A", "1")
    assert found.image().runs == ()
    assert found.image().variables == {"A": "1"}
    assert run.spot(1, 1) == Spot(3, 28)


# Here-documents


def test_a_heredoc_alone_is_the_script() -> None:
    run = command("RUN <<EOF", "apt-get update", "  pip install x", "EOF")
    assert run.text == "apt-get update\n  pip install x\n"
    assert run.heredocs == (Heredoc("EOF", run.text, True, 3),)
    assert (run.end_line, run.spot(2, 3), run.interpreter) == (5, Spot(4, 3), "")


def test_a_heredoc_with_an_interpreter_is_not_for_the_shell() -> None:
    run = command("RUN <<'E' ", "#!/usr/bin/env python3", "print(1)", "E")
    assert run.interpreter == "/usr/bin/env python3"
    assert not run.heredocs[0].expands


def test_several_heredocs_keep_their_command() -> None:
    run = command("RUN <<A cat > a && \\", ' <<-"B" cat > b', "one", "A", "\ttwo", "\tB", "# not read", "USER x"[:0])
    assert run.text == 'cat > a &&  <<-"B" cat > b\none\nA\ntwo\nB'.replace("cat", "<<A cat", 1)
    assert [(each.name, each.text, each.expands, each.line) for each in run.heredocs] == [
        ("A", "one\n", True, 4),
        ("B", "two\n", False, 6),
    ]
    assert [run.spot(*place) for place in ((1, 1), (1, 17), (2, 1), (4, 1))] == [
        Spot(2, 5),
        Spot(3, 2),
        Spot(4, 1),
        Spot(6, 1),
    ]


def test_copied_heredocs_are_not_sources() -> None:
    found = transfer("COPY --chmod=755 <<a.sh file <<'b' /bin/", "x $Y", "a.sh", "FROM no", "b")
    assert (found.sources, found.destination, found.flag("chmod")) == (("file",), "/bin/", "755")
    assert [(each.name, each.text, each.expands) for each in found.heredocs] == [
        ("a.sh", "x $Y\n", True),
        ("b", "FROM no\n", False),
    ]


@pytest.mark.parametrize(
    "row",
    [
        "RUN cat<<E",
        "RUN a <<< E",
        "RUN a '<<E'",
        "RUN echo it's <<E",
        'RUN ["a", "<<E"]',
        "CMD a <<E",
        "ENV A=<<E",
        "RUN <<",
        "RUN a \\<<E",
    ],
)
def test_what_the_builder_takes_for_no_heredoc_is_none(row: str) -> None:
    found = text(row, "USER x", "E")
    assert [each.keyword for each in found.stages[0].instructions][1:] == ["USER"]


def test_an_unended_heredoc_is_a_problem_and_the_rest_is_read() -> None:
    found = text("RUN <<E <<F", "USER x")
    assert found.problems == (Problem(2, "nothing ends the here-document 'E'"),)
    assert [each.keyword for each in found.stages[0].instructions] == ["RUN", "USER"]


def test_heredoc_names_may_stand_after_blanks_and_descriptors() -> None:
    assert command("RUN cat 3<< E\\ F", "x", "E F").heredocs[0].text == "x\n"
    assert command("ONBUILD RUN <<E", "x", "E").text == "x\n"


# Problems and limits


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("RNU a", "unknown instruction 'RNU'"),
        ("RNU --x=1 a", "unknown instruction 'RNU'"),
        ("FROM", "FROM without an image"),
        ("FROM a b", "FROM takes an image, or an image, AS and a name"),
        ("FROM a AS 1x", "'1x' is not a stage name"),
        ("ENV", "ENV without a name"),
        ("ENV A", "ENV 'A' without a value"),
        ("ENV A=1 B", "ENV takes name=value, not the word at 2:9"),
        ("ENV A=1 =2", "ENV takes name=value, not the word at 2:9"),
        ("ENV A=${B", "ENV: a brace is not closed"),
        ("ARG", "ARG without a name"),
        ("COPY a", "COPY takes a source and a destination"),
        ("COPY [1, 2]", "a JSON list may hold strings only"),
        ("COPY --form=x a b", "COPY has no flag --form"),
        ("USER", "USER without an argument"),
        ("EXPOSE", "EXPOSE without an argument"),
        ("VOLUME []", "VOLUME without an argument"),
        ("SHELL bash", "SHELL takes a JSON list"),
        ("SHELL []", "SHELL takes a JSON list"),
        ("HEALTHCHECK", "HEALTHCHECK takes NONE, or CMD and a command"),
        ("HEALTHCHECK NONE x", "HEALTHCHECK takes NONE, or CMD and a command"),
        ("HEALTHCHECK RUN x", "HEALTHCHECK takes NONE, or CMD and a command"),
        ("ONBUILD", "ONBUILD takes another instruction, not nothing"),
        ("ONBUILD FROM x", "ONBUILD takes another instruction, not FROM"),
        ("ONBUILD ONBUILD RUN x", "ONBUILD takes another instruction, not ONBUILD"),
    ],
)
def test_what_the_builder_refuses_is_a_problem_and_the_rest_is_read(row: str, what: str) -> None:
    found = text(row, "USER me")
    assert found.problems == (Problem(2, what),)
    assert found.stages[-1].instructions[-1].keyword == "USER"


def test_instructions_before_the_first_from_are_problems() -> None:
    found = read(b"RUN a\nARG A=1\nONBUILD ARG B\nFROM x:$A")
    assert [problem.line for problem in found.problems] == [1, 3]
    assert found.stages[0].base == "x:1"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "no FROM"),
        (b"# only a comment\nRUN x\n", "no FROM"),
        (b"\0\1\2", "no FROM"),
        (b"#" * (reader.SIZE + 1), "bytes"),
        (b"\n" * (lines.LINES + 1), "lines"),
        (b"FROM a\n" * (reader.STAGES + 1), "stages"),
        (b"FROM a\n" + b"RUN b\n" * reader.INSTRUCTIONS, "instructions"),
        (b"FROM a\nENV " + b"A=b " * (instructions.NAMES + 1), "variables"),
    ],
)
def test_what_is_no_dockerfile_or_too_large_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(FormatError, match=what):
        read(data)


def test_variables_cannot_multiply_the_text_without_bound() -> None:
    found = text("ENV A=xxxxxxxxxx", *["ENV A=$A$A"] * 60)
    values = [each.pairs[0].value for each in found.stages[0].instructions if isinstance(each, Assign)]
    assert sum(len(value or "") for value in values) <= instructions.EXPANDED + 1000
    assert values[-1] == "$A$A"


@pytest.mark.parametrize(
    "piece",
    [
        "RUN <<A\n",
        "--a ",
        "RUN a \\\n",
        "${A:-",
        "ENV A='",
        "<<A ",
        "COPY [",
        "\\\n",
        "# escape=`",
        "a" + " " * 99,
        "FROM\n",
        "ENV A=$A$A\n",
    ],
)
@pytest.mark.parametrize("head", ["", "RUN ", "ENV A="])
def test_hostile_files_take_bounded_time(head: str, piece: str) -> None:
    data = f"FROM a\n{head}{piece * (300_000 // len(piece))}".encode()
    start = time.process_time()
    with suppress(FormatError):
        read(data).image()
    assert time.process_time() - start < 10


SNIPPETS = st.sampled_from(
    [
        *"\\ \n$'\"{}[]`#=",
        "\nFROM a ",
        "\nRUN ",
        "\nENV A=",
        "\nARG ",
        "\nCOPY ",
        "<<E",
        "\nE\n",
        "\r\n",
        "${A:-",
        "--x=",
        "ONBUILD ",
        "# escape=`\n",
        "\nHEALTHCHECK ",
        "CMD ",
        "é",
    ]
)


@given(st.lists(SNIPPETS, max_size=40).map("".join) | st.text(max_size=40))
def test_any_text_gives_stages_or_a_format_error(body: str) -> None:
    data = f"FROM a\n{body}".encode("utf-8", "replace")
    found = read(data)
    rows = data.decode().split("\n")
    for stage in found.stages:
        for each in stage.instructions:
            assert 1 <= each.line <= each.end_line <= len(rows)
            if isinstance(each, Command) and each.text.strip():
                spot = each.spot(1, 1)
                assert rows[spot.line - 1][spot.column - 1 :][:1] == each.text[0] or each.text[0] == "\n"
    assert found.image().base


@given(st.binary(max_size=200))
def test_any_bytes_give_stages_or_a_format_error(data: bytes) -> None:
    with suppress(FormatError):
        assert read(data).stages
