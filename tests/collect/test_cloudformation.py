"""CloudFormation templates: intrinsic functions, conditions, loops, and what stays open."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloudformation import is_template, read
from holdfast.core.asset import Spot
from holdfast.core.coverage import Gap
from holdfast.core.fact import Secret
from holdfast.core.known import Reference, Text, Unknown, known

HEAD = """
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Name: {Type: String, Default: logs}
  Open: {Type: String}
  List: {Type: CommaDelimitedList, Default: "a, b"}
  Number: {Type: Number, Default: 5}
  Flag: {Type: String, Default: true}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /a/b}
  Password: {Type: String, Default: hunter2, NoEcho: true}
  Odd: 5
  Odder: {Type: String, Default: [1]}
Mappings:
  Sizes:
    eu: {small: 1, list: [x, y]}
Conditions:
  Is: !Equals [!Ref Name, logs]
  Isnt: !Not [!Condition Is]
  Maybe: !Equals [!Ref Open, x]
  Both: !And [!Condition Is, !Condition Maybe]
  Neither: !And [!Condition Isnt, !Condition Maybe]
  Either: !Or [Condition: Is, Condition: Maybe]
  Loop: !Not [!Condition Loop]
  Odd: !Ref Name
  Same: !Equals [[1], [1]]
  Nulls: !Equals [null, null]
Resources:
  Key: {Type: "AWS::KMS::Key"}
  It:
    Type: AWS::S3::Bucket
"""


def everything(text, line=1):
    return list(read(text.encode() if isinstance(text, str) else text, "t.yaml", line))


def value(text):
    *_, found = everything(f"{HEAD}    Properties:\n      V: {text}\n")
    assert isinstance(found, Resource)
    return found.attributes.get("V", "gone")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("!Ref Name", "logs"), ("{Ref: Name}", "logs"), ("!Ref List", ["a", "b"]), ("!Ref Number", 5), ("!Ref Flag", "true"), ("!Ref Open", Unknown("the parameter Open has no default")), ("!Ref Stored", Unknown("the parameter Stored is looked up when the stack is made")), ("!Ref Odd", Unknown("the parameter Odd has no default")), ("!Ref Odder", Unknown("the parameter Odder has no default")),
        ("!Ref AWS::NoValue", "gone"), ("!Ref AWS::AccountId", Unknown("AWS::AccountId is known when the stack is made", "[0-9]{12}")), ("!Ref Key", Reference("Key decides it", "", "Key", "Ref")), ("!Ref None", Unknown("None is known when the stack is made")), ("{Ref: [1]}", Unknown("a Ref to what is no name")),
        ("!GetAtt Key.Arn", Reference("Key decides it", "", "Key", "Arn")), ("!GetAtt [Key, Outputs.A]", Reference("Key decides it", "", "Key", "Outputs.A")), ("!GetAtt [Key, !Ref Open]", Unknown("Fn::GetAtt of what is unknown")), ("!GetAtt [Key, !Ref Name]", Reference("Key decides it", "", "Key", "logs")),
        ('!Sub "${Name}-${!Keep}-x"', "logs-${Keep}-x"), ('!Sub ["${A}-${Name}", {A: 1}]', "1-logs"), ('!Sub "${Key.Arn}/*"', Text((Reference("Key decides it", "", "Key", "Arn"), "/*"))), ('!Sub "${List}"', Unknown("a piece of text that is none")), ("!Sub [1]", Unknown("Fn::Sub without a text")), ('!Sub ["a", !Ref Open]', Unknown("Fn::Sub without a text")), ('!Sub ""', ""),
        ('!Join ["-", [a, !Ref Name, 1, true]]', "a-logs-1-true"), ('!Join ["", []]', ""), ('!Join [",", !Ref List]', "a,b"), ('!Join [",", !Ref Open]', Unknown("Fn::Join of what is unknown")), ("!Join [1]", Unknown("Fn::Join of what is unknown")), ('!Join ["", [a, !Ref Open]]', Text(("a", Unknown("the parameter Open has no default")))),
        ("!Select [1, [a, b]]", "b"), ('!Select ["0", !Ref List]', "a"), ("!Select [5, [a]]", Unknown("Fn::Select of what is unknown")), ('!Select [0, !GetAZs ""]', Unknown("Fn::Select of what is unknown")), ('!Split ["-", "a-b"]', ["a", "b"]), ('!Split ["", "a"]', Unknown("Fn::Split of what is unknown")), ("!Select [0, !Split [o, !Ref Name]]", "l"),
        ("!FindInMap [Sizes, eu, small]", 1), ("!FindInMap [Sizes, eu, list]", ["x", "y"]), ("!FindInMap [Sizes, us, small]", Unknown("Fn::FindInMap finds nothing")), ("!FindInMap [Sizes, us, small, {DefaultValue: 7}]", 7), ("!FindInMap [Sizes, !Ref AWS::Region, small]", Unknown("Fn::FindInMap with a key that is unknown")), ("!FindInMap [Sizes]", Unknown("Fn::FindInMap without its three arguments")),
        ("!If [Is, a, b]", "a"), ("!If [Isnt, a, !Ref AWS::NoValue]", "gone"), ("!If [Maybe, a, a]", "a"), ("!If [Maybe, a, b]", Unknown("the condition Maybe is open: the parameter Open has no default")), ("!If [Maybe, a, !Ref AWS::NoValue]", Unknown("the condition Maybe is open: the parameter Open has no default")), ("!If [Is]", Unknown("Fn::If without its three arguments")), ("!If [None, a, b]", Unknown("the condition None is open: a condition that is not declared")),
        ("!If [Neither, a, b]", "b"), ("!If [Either, a, b]", "a"), ("!If [Both, a, b]", Unknown("the condition Both is open: the parameter Open has no default")), ("!If [Loop, a, b]", Unknown("the condition Loop is open: a condition that needs itself")), ("!If [Odd, a, b]", Unknown("the condition Odd is open: a condition that is no test")), ("!If [Same, a, b]", "a"), ("!If [Nulls, a, b]", "a"), ("!If [[x], a, b]", Unknown("the condition ['x'] is open: a condition that is not declared")),
        ("!Base64 abc", "YWJj"), ("!Base64 [1]", Unknown("Fn::Base64 of what is unknown")), ("{Fn::Length: !Ref List}", 2), ("!Length abc", Unknown("Fn::Length of what is unknown")), ("!ToJsonString {b: 1, a: [x]}", '{"a":["x"],"b":1}'), ("!ImportValue x", Unknown("another stack exports it")), ("!GetAZs ''", Unknown("the availability zones of a region")), ("!Cidr [a, 1, 2]", Unknown("Fn::Cidr is not evaluated")), ("{Fn::Transform: {Name: x}}", Unknown("a macro makes it")),
        ('"{{resolve:secretsmanager:x:SecretString:password}}"', Unknown("it is looked up in secretsmanager")), ('"a-{{resolve:ssm:/x:1}}-b"', Text(("a-", Unknown("it is looked up in ssm"), "-b"))), ('!Sub "${Name}{{resolve:ssm:/x}}"', Text(("logs", Unknown("it is looked up in ssm")))), ('"{{resolve:other:x}}"', "{{resolve:other:x}}"),
        ("[a, !Ref AWS::NoValue, b]", ["a", "b"]), ("{x: !Ref AWS::NoValue, y: 1}", {"y": 1}), ("{Condition: {Bool: {a: b}}}", {"Condition": {"Bool": {"a": "b"}}}), ("!Custom x", "x"), ("!Not []", Unknown("Fn::Not without its test")), ("!And x", Unknown("no list of tests")), ("!Or [!Condition Isnt, !Condition Isnt]", False), ("!Not [!Ref Open]", Unknown("the parameter Open has no default")), ("!Equals [x]", Unknown("a function without its two arguments")), ('!Equals [!Sub "a${Open}", b]', False), ('!Equals [!Sub "a${Open}", ab]', Unknown("text that is known in part")), ("!Equals [1, '1']", True), ("!Equals [true, 'true']", True),
    ],
)  # fmt: skip
def test_values(text, found):
    assert value(text) == found


def test_a_password_in_a_parameter_prints_as_a_fingerprint():
    assert isinstance(value("!Ref Password"), Secret)
    assert value("!ToJsonString [!Ref Password]") == '["hunter2"]'
    assert value('!Sub "x${Password}"') == "xhunter2"


def test_nesting_is_bounded():
    assert "nested more than 36 deep" in str(value("[" * 80 + "]" * 80))
    assert value("!Not [" * 15 + "!Condition Is" + "]" * 15) is False
    assert value("!Not [" * 45 + "!Condition Is" + "]" * 45) == Unknown("nested more than 36 deep")


def test_resources_have_places_conditions_and_policies():
    text = """\
# comment
Conditions:
  Isnt: !Equals [a, b]
  Open: !Equals [!Ref AWS::Region, eu-west-1]
Resources:
  Logs:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    Condition: Open
    Properties:
      BucketName: !Sub logs-${AWS::AccountId}
      Tags:
        - !If [Isnt, {Key: x}, {Key: y, Value: z}]
        - {Key: b}
  Gone: {Type: "AWS::S3::Bucket", Condition: Isnt}
"""
    (found,) = everything(text, line=10)
    assert (found.dialect, found.type, found.address, found.name, found.root, found.maybe) == (
        "cloudformation",
        "AWS::S3::Bucket",
        "Logs",
        "Logs",
        "t.yaml",
        True,
    )
    assert found.attributes["Tags"] == [{"Key": "y", "Value": "z"}, {"Key": "b"}]
    assert found.attributes["DeletionPolicy"] == "Retain"
    assert found.spots[""] == Spot(16, 5)
    assert found.spots["BucketName"] == Spot(20, 7)
    assert found.spots["Tags[0].Value"] == Spot(22, 41)
    assert found.spots["DeletionPolicy"] == Spot(17, 5)


def test_json_is_read_as_well_and_a_single_property_is_no_function():
    (found,) = everything(
        json.dumps(
            {
                "Resources": {
                    "A": {
                        "Type": "AWS::X::Y",
                        "Properties": {"Name": {"Fn::Join": ["", ["a", {"Ref": "AWS::Region"}]]}},
                    }
                }
            },
            indent=1,
        )
    )
    assert isinstance(found.attributes["Name"], Text)
    assert found.spots["Name"].line == 6


def test_loops_of_the_language_extensions_are_written_out():
    text = """
Transform: [AWS::LanguageExtensions]
Parameters: {Names: {Type: CommaDelimitedList, Default: "a-1,b"}, Open: {Type: CommaDelimitedList}}
Resources:
  Fn::ForEach::Buckets:
    - Name
    - !Ref Names
    - Bucket&{Name}:
        Type: AWS::S3::Bucket
        Properties:
          BucketName: !Sub "x-${Name}"
          Ref: !Ref Name
          Same: !GetAtt Bucket&{Name}.Arn
          List: ["${Name}", 5]
  Fn::ForEach::Outer:
    - X
    - [p]
    - Fn::ForEach::Inner: [Y, [q, r], {"${X}${Y}": {Type: "AWS::A::B"}}]
  Fn::ForEach::Open: [X, !Ref Open, {}]
  Fn::ForEach::Bad: 5
"""
    found = everything(text)
    gaps = [each.reason for each in found if isinstance(each, Gap)]
    resources = {each.address: each for each in found if isinstance(each, Resource)}
    assert gaps == ["the collection of Fn::ForEach::Open is unknown", "the collection of Fn::ForEach::Bad is unknown"]
    assert list(resources) == ["Bucketa1", "Bucketb", "pq", "pr"]
    first = resources["Bucketa1"].attributes
    assert (first["BucketName"], first["Ref"], first["Same"].address, first["List"]) == (
        "x-a-1",
        "a-1",
        "Bucketa1",
        ["a-1", 5],
    )
    many = everything(
        f"Resources: {{Fn::ForEach::A: [X, [{','.join(f'n{at}' for at in range(201))}], {{'${{X}}': {{Type: A::B::C}}}}]}}"
    )
    assert many[0] == Gap("t.yaml", "Fn::ForEach::A has more than 200 rounds", "left_out", 1)
    assert len(many) == 201


def test_sam_globals_are_joined_and_transforms_are_told():
    text = """
Transform: [AWS::Serverless-2016-10-31, Mine, {Name: AWS::Include}, 5]
Globals:
  Function:
    Timeout: 3
    Environment: {Variables: {A: 1, B: 2}}
    Layers: [x]
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {Timeout: 5, Environment: {Variables: {B: 3}}, Layers: [y]}
  T: {Type: "AWS::Serverless::SimpleTable"}
  B: {Type: "AWS::S3::Bucket"}
"""
    found = everything(text)
    assert [each.reason.split(" makes")[0] for each in found[:4]] == [
        "what the transform AWS::Serverless-2016-10-31",
        "what the transform Mine",
        "what the transform AWS::Include",
        "what the transform a macro",
    ]
    assert all(each.kind == "left_out" for each in found[:4])
    assert found[4].attributes == {"Timeout": 5, "Environment": {"Variables": {"A": 1, "B": 3}}, "Layers": ["x", "y"]}
    assert [each.attributes for each in found[5:]] == [{}, {}]


@pytest.mark.parametrize(
    ("text", "gaps"),
    [
        ("Resources: {A: 5}", [Gap("t.yaml", "the resource A has no type", "unreadable", 7)]), ("Resources:\n  A: {Properties: {}}", [Gap("t.yaml", "the resource A has no type", "unreadable", 8)]), ("Resources: {Fn::Transform: {Name: x}}", []), ("AWSTemplateFormatVersion: 1", [Gap("t.yaml", "a template without resources", "unreadable", 7)]), ("a: [", [Gap("t.yaml", "did not find expected node content", "unreadable", 8)]), ("- 1", []), ("fragment: {}", []),
        ("Resources: {A: {Type: A::B::C, Properties: !Ref X}}", [Gap("t.yaml", "the properties of A are unknown", "unreadable", 7)]),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_told(text, gaps):
    found = [each for each in everything(text, line=7) if isinstance(each, Gap)]
    assert [(gap.path, gap.kind, gap.line) for gap in found] == [(gap.path, gap.kind, gap.line) for gap in gaps]
    assert all(a.reason == b.reason for a, b in zip(found, gaps, strict=True) if "did not" not in b.reason)


def test_an_unrendered_template_is_no_broken_file():
    assert everything("Resources:\n{% if x %}\n  A: {}", line=3) == [
        Gap("t.yaml", "an unrendered template: render it and check the result", "template", 4)
    ]


def test_templates_are_recognised():
    assert is_template(b"AWSTemplateFormatVersion: 2010-09-09")
    assert is_template(b'{"Resources": {"A": {"Type": "AWS::S3::Bucket"}}}')
    assert is_template(b"Resources:\n  A:\n    Type: 'AWS::S3::Bucket'")
    assert not is_template(b"resources:\n  - type: x")
    assert not is_template(b"Resources: {A: {Type: Alexa}}")


def test_hostile_templates_end():
    big = "x" * 100_000
    text = (
        f"Parameters: {{P: {{Type: String, Default: {big}}}}}\nResources: {{A: {{Type: A::B::C, Properties: {{"
        + ",".join(f"K{at}: !Sub '{'${P}' * 9}'" for at in range(2000))
        + "}}}"
    )
    start = time.process_time()
    found = everything(text)
    assert time.process_time() - start < 20
    assert isinstance(found[-1], Gap)
    assert isinstance(
        everything(
            f"Parameters: {{P: {{Type: String, Default: {big}}}}}\nResources: {{A: {{Type: A::B::C, Properties: {{K: !Sub '{'${P}' * 11}'}}}}}}"
        )[-1],
        Gap,
    )


PIECES = st.recursive(
    st.sampled_from(["a", "!Ref Name", "!Ref Open", "!Ref AWS::NoValue", "!GetAtt Key.Arn", "1", "null", "'${Name}-${Open}'", "Is"]),
    lambda inner: st.tuples(st.sampled_from(["", "!Sub ", "!Join ", "!Select ", "!If ", "!Split ", "!FindInMap ", "!And ", "!Not ", "!Equals ", "!GetAtt ", "!Base64 ", "!ToJsonString ", "!Length ", "!Or "]), st.lists(inner, max_size=4)).map(lambda each: f"{each[0]}[{', '.join(each[1])}]") | st.tuples(inner, inner).map("{{A: {0[0]}, B: {0[1]}}}".format) | st.tuples(st.sampled_from(["Ref", "Fn::Sub", "Fn::If", "Condition"]), inner).map("{{{0[0]}: {0[1]}}}".format),
    max_leaves=10,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(PIECES)
def test_nothing_escapes(text):
    for each in everything(f"{HEAD}    Properties: {{V: {text}, W: 1}}\n    Condition: Is\n"):
        assert isinstance(each, Resource | Gap)
        if isinstance(each, Resource):
            assert not isinstance(known(each.attributes), Unknown)
