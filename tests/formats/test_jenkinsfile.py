"""Jenkinsfiles as text: calls, their words, and the blocks around them."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats import jenkinsfile
from holdfast.formats.jenkinsfile import Assignment, Call, Text, read

FILE = r"""#!/usr/bin/env groovy
@Library(['shared@v1', 'other']) _
/* a comment
   with sh 'no' */
pipeline {
  agent { docker { image 'python:3.12'; label "gpu" } } // sh 'no'
  environment {
    KEY = 'value'
    TOKEN = credentials('pypi')
    BOTH = 'a' + env.B
  }
  stages {
    stage('Build') {
      steps {
        sh "echo ${params.NAME.trim()} $env.CHANGE_TITLE \$HOME \${x}"
        sh(script: '''
          make $(nproc)
        ''', returnStatus: true)
        withCredentials([string(credentialsId: 'hf', variable: 'T')]) {
          sh label: 'push', script: $/echo $name/$
        }
      }
    }
  }
}
def call(Map options) { return load('x.groovy') }
if (a / 2 == 3) { echo(/slashy ${b}/) }
import x.y
def made = new Thing('no')
String kind = "k"
"""


def calls(text: str) -> list[Call]:
    return [item for item in read(text.encode()) if isinstance(item, Call)]


def named(name: str, text: str = FILE) -> list[Call]:
    return [call for call in calls(text) if call.name == name]


def test_calls_stand_in_blocks_with_their_words():
    (image,) = named("image")
    assert image.positional == (Text("python:3.12", (), False),)
    assert [name for name, _ in image.within] == ["pipeline", "agent", "docker"]
    assert (image.line, image.column) == (6, 20)
    assert [text.raw for text in named("label")[0].positional] == ["gpu"]
    assert [text.raw for text in named("@Library")[0].positional] == ["shared@v1", "other"]
    (string,) = named("string")
    assert {key: value.raw for key, value in string.named.items()} == {"credentialsId": "hf", "variable": "T"}


def test_what_groovy_puts_in_is_told_from_what_the_shell_does():
    first, second, third = named("sh")
    assert first.positional[0].pieces == ("params.NAME.trim()", "env.CHANGE_TITLE")
    assert second.named["script"].pieces == ()
    assert second.named["returnStatus"] == "true"
    assert (second.line, second.text_line, second.named["script"].multiline) == (16, 16, True)
    assert third.named["script"] == Text("echo $name", ("name",), False)
    assert named("echo")[0].positional[0].pieces == ("b",)
    with_credentials = third.within[-1]
    assert with_credentials[0] == "withCredentials"
    assert calls(FILE)[with_credentials[1]].name == "withCredentials"


def test_assignments_keep_what_is_a_text():
    found = {item.name: item.value for item in read(FILE.encode()) if isinstance(item, Assignment)}
    assert found["KEY"] == Text("value", (), False)
    assert found["TOKEN"] is None
    assert found["BOTH"] is None
    assert named("credentials")[0].positional[0].raw == "pypi"


def test_comments_imports_and_constructors_are_no_calls():
    assert not any(text.raw == "no" for call in calls(FILE) for text in call.positional)
    assert not named("Thing")


def test_a_call_without_parentheses_ends_with_its_line():
    first, second = calls("sh 'a'\necho 'b'")
    assert [text.raw for text in first.positional] == ["a"]
    assert second.positional[0].raw == "b"
    (node,) = named("node", "node('a', \n 'b') { sh 'x' }")
    assert [text.raw for text in node.positional] == ["a", "b"]
    assert [text.raw for text in calls("f 'a',\n 'b'\ng 'c'")[0].positional] == ["a", "b"]


def test_blocks_that_close_too_often_and_statements_that_end_change_nothing():
    assert [call.within for call in calls("} } a 'x'; { b 'y' }")] == [(), (("", -1),)]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("sh 'a\n'", "string"),
        ('sh """a', "string"),
        ("sh $/a", "string"),
        ("/* a", "comment"),
        ("{" * 200 + " sh 'x'", "deep"),
        ("// nothing", "no step"),
        ("x = 'y'", "no step"),
        ("a " * 40_001, "words"),
        (" " * (jenkinsfile.SIZE + 1), "bytes"),
    ],
)
def test_what_is_no_jenkinsfile_is_refused(text: str, what: str):
    with pytest.raises(FormatError, match=what):
        read(text.encode())


def test_what_is_no_text_is_refused_with_its_line():
    with pytest.raises(FormatError, match="not text") as error:
        read(b"a\n\xff")
    assert error.value.line == 2


SNIPPETS = st.sampled_from(
    [
        "sh ",
        "'",
        '"',
        '"""',
        "'''",
        "$/",
        "/$",
        "/",
        "${",
        "}",
        "{",
        "(",
        ")",
        "[",
        "]",
        ",",
        ":",
        "=",
        "\n",
        "\\",
        "$a",
        "x.y",
    ]
)


@given(st.lists(SNIPPETS | st.text(max_size=3), max_size=40).map("".join))
def test_any_text_gives_calls_or_a_format_error(text: str):
    with suppress(FormatError):
        assert all(call.line > 0 for call in read(text.encode("utf-8", "replace")))


@given(st.binary(max_size=100))
def test_any_bytes_give_calls_or_a_format_error(data: bytes):
    with suppress(FormatError):
        read(data)


def test_reading_takes_bounded_time():
    start = time.perf_counter()
    for text in ("f(" * 40_000, "${" * 100_000, '"' + "${" * 100_000 + '"', "/*" + "*" * 400_000, "a '" * 100_000):
        with suppress(FormatError):
            read(text.encode())
    assert time.perf_counter() - start < 20
