"""What the estate finds out by a policy is shown where that policy stands."""

from __future__ import annotations

from tests.collect.cloud.declaring import one

ROLE = """
resource "aws_iam_role" "a" {
  name               = "a"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}
resource "aws_iam_role_policy" "a" {
  role   = aws_iam_role.a.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}
"""
ATTACHED = """
resource "aws_iam_role_policy_attachment" "a" {
  role       = aws_iam_role.a.id
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
"""


def test_powers_stand_in_the_only_policy():
    asset = one(ROLE, kind="identity")
    assert (asset.spot("administrator").line, asset.spot("anyone_may_assume").line) == (8, 4)


def test_of_several_policies_none_is_blamed():
    asset = one(ROLE + ATTACHED, kind="identity")
    assert asset.spot("administrator").line == 2
