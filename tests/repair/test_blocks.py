"""Arguments of Terraform resources: a literal is changed, a new one stands where `terraform fmt` leaves it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import RepairError
from holdfast.formats.hcl.reader import read
from holdfast.repair.blocks import put

HEAD = 'resource "aws_kms_key" "k" '
ROTATION = "aws_kms_key.enable_key_rotation"


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("{}\n", "{\n  enable_key_rotation = true\n}\n"),
        ("{ }\n", "{\n  enable_key_rotation = true\n}\n"),
        ("{\n}\n", "{\n  enable_key_rotation = true\n}\n"),
        ("{\n  # ours\n}\n", "{\n  # ours\n  enable_key_rotation = true\n}\n"),
        ("{\n  enable_key_rotation = false # why\n}", "{\n  enable_key_rotation = true # why\n}"),
        ('{ enable_key_rotation = "false" }\n', "{ enable_key_rotation = true }\n"),
        ("{\n  enable_key_rotation=null\n}\n", "{\n  enable_key_rotation=true\n}\n"),
        (
            "{\n  deletion_window_in_days = 30 # a month\n}\n",
            "{\n  deletion_window_in_days = 30 # a month\n  enable_key_rotation     = true\n}\n",
        ),
        ('{\n  policy = "x"\n}\n', '{\n  policy = "x"\n\n  enable_key_rotation = true\n}\n'),
        ('{\n\tpolicy = "x"\n\n}\n', '{\n\tpolicy = "x"\n\n\tenable_key_rotation = true\n}\n'),
        ("{\n  tags = {\n    a = 1\n  }\n}\n", "{\n  tags = {\n    a = 1\n  }\n\n  enable_key_rotation = true\n}\n"),
        ("{\n  timeouts {}\n}\n", "{\n  timeouts {}\n\n  enable_key_rotation = true\n}\n"),
        ('{\r\n  a = "x"\r\n}\r\n', '{\r\n  a = "x"\r\n\r\n  enable_key_rotation = true\r\n}\r\n'),
    ],
)
def test_an_argument_is_put(body: str, after: str) -> None:
    assert put(HEAD + body, 1, ROTATION, True) == HEAD + after
    assert put(HEAD + after, 1, ROTATION, True) == HEAD + after


SCAN = "aws_kms_key.scanning.on_push"


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("{}\n", "{\n  scanning {\n    on_push = true\n  }\n}\n"),
        ('{\n  name = "a"\n}\n', '{\n  name = "a"\n\n  scanning {\n    on_push = true\n  }\n}\n'),
        ("{\n  scanning {\n    on_push = false\n  }\n}\n", "{\n  scanning {\n    on_push = true\n  }\n}\n"),
        ("{\n  scanning {}\n}\n", "{\n  scanning {\n    on_push = true\n  }\n}\n"),
        (
            "{\n    scanning {\n        longer_on_push = 1\n    }\n}\n",
            "{\n    scanning {\n        longer_on_push = 1\n        on_push        = true\n    }\n}\n",
        ),
        ("{\n  scanning { on_push = false } # x\n}\n", "{\n  scanning { on_push = true } # x\n}\n"),
    ],
)
def test_an_argument_of_a_block_is_put_and_the_block_made(body: str, after: str) -> None:
    assert put(HEAD + body, 1, SCAN, True) == HEAD + after
    assert put(HEAD + after, 1, SCAN, True) == HEAD + after


def test_the_resource_on_the_line_is_changed_and_no_other() -> None:
    text = f'{HEAD}{{}}\n\nresource "aws_kms_key" "l" {{}}\n'
    assert put(text, 3, ROTATION, True) == text[:-3] + "{\n  enable_key_rotation = true\n}\n"


@pytest.mark.parametrize(
    ("text", "path", "reason"),
    [
        (HEAD + "{\n  enable_key_rotation = var.x\n}\n", ROTATION, "comes from elsewhere"),
        (HEAD + "{\n  enable_key_rotation = !false\n}\n", ROTATION, "comes from elsewhere"),
        (HEAD + '{\n  enable_key_rotation = "${var.x}"\n}\n', ROTATION, "comes from elsewhere"),
        (HEAD + "{\n  enable_key_rotation = (false)\n}\n", ROTATION, "comes from elsewhere"),
        (HEAD + "{\n  scanning = []\n}\n", SCAN, "comes from elsewhere"),
        (HEAD + '{\n  dynamic "scanning" {\n    for_each = []\n  }\n}\n', SCAN, "a loop makes them"),
        (HEAD + "{\n  scanning {}\n  scanning {}\n}\n", SCAN, "several such blocks"),
        (HEAD + "{\n  scanning {}\n}\n", "aws_kms_key.scanning", "where a value should"),
        (HEAD + "{ a = 1 }\n", ROTATION, "on one line"),
        (HEAD + "{\n  a = 1 }\n", ROTATION, "not there any more|line of its contents"),
        (HEAD + "{ b {\n  }\n}\n", ROTATION, "shares its line|not there any more"),
        (HEAD + "{\n  launch_template {}\n}\n", SCAN, "launch template"),
        (HEAD + "{\n", ROTATION, "not there any more"),
        ("}", ROTATION, "not there any more"),
        ('resource "aws_sqs_queue" "k" {}\n', ROTATION, "not there any more"),
        ('data "aws_kms_key" "k" {}\n', ROTATION, "not there any more"),
        (f"\n{HEAD}{{}}\n", ROTATION, "not there any more"),
        (f"{HEAD}=\n", ROTATION, "not there any more"),
    ],
)
def test_what_is_not_literal_or_not_there_is_refused(text: str, path: str, reason: str) -> None:
    with pytest.raises(RepairError, match=reason):
        put(text, 1, path, True)


LINES = st.sampled_from(
    ["a = 1", 'long_name = "x"', "b = var.b # c", "# note", "", "nested {\n    c = 1\n  }", "d = [\n    1,\n  ]"]
)


@given(st.lists(LINES, max_size=5, unique=True), st.sampled_from([ROTATION, SCAN]))
def test_everything_else_stays_as_it_was(lines: list[str], path: str) -> None:
    text = HEAD + "{\n" + "".join(f"  {line}\n" if line else "\n" for line in lines) + "}\n"
    after = put(text, 1, path, True)
    assert put(after, 1, path, True) == after
    kept = iter(after.splitlines())
    assert all(line in kept for line in text.splitlines())
    (block,) = read(after.encode()).blocks
    (old,) = read(text.encode()).blocks
    assert {**old.body.attributes}.keys() <= block.body.attributes.keys()
