"""Configurations: what Terraform would make of the files, with everything that only it can know left open."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from holdfast.collect.cloud.resource import Resource
from holdfast.collect.terraform import modules
from holdfast.collect.terraform.modules import read
from holdfast.core.asset import Spot
from holdfast.core.coverage import Gap
from holdfast.core.known import Reference, Supplied, Text, Unknown, document, known, plain


def everything(files, load=None):
    if isinstance(files, str):
        files = {"main.tf": files}
    extra = load or {}
    found = list(read({path: text.encode() for path, text in files.items()}, extra.get))
    return [each for each in found if isinstance(each, Resource)], [each for each in found if isinstance(each, Gap)]


def resources(files, load=None):
    found, gaps = everything(files, load)
    assert [gap for gap in gaps if "-var-file" not in gap.reason] == []
    return {(each.root, each.address) if each.root else each.address: each for each in found}


def attributes(files, load=None):
    return {
        address: {key: plain(value) for key, value in each.attributes.items()}
        for address, each in resources(files, load).items()
    }


def test_a_resource_says_what_stands_in_it_and_where():
    found = resources(
        'resource "aws_x" "a" {\n  name = "n"\n  rule {\n    ports = [1]\n  }\n  rule { ports = [2] }\n}\n'
    )
    each = found["aws_x.a"]
    assert (each.dialect, each.type, each.name, each.path, each.root, each.data, each.maybe) == (
        "terraform",
        "aws_x",
        "a",
        "main.tf",
        "",
        False,
        False,
    )
    assert each.attributes == {"name": "n", "rule": [{"ports": [1]}, {"ports": [2]}]}
    assert each.spots == {
        "": Spot(1, 1),
        "name": Spot(2, 3),
        "rule[0]": Spot(3, 3),
        "rule[0].ports": Spot(4, 5),
        "rule[1]": Spot(6, 3),
        "rule[1].ports": Spot(6, 10),
    }
    assert (each.region, each.account) == (UNSET, UNSET)


def test_meta_arguments_are_no_attributes_but_inside_of_blocks_the_names_are_free():
    text = 'resource "a_b" "c" {\n count = 1\n depends_on = [a_b.d]\n provider = x.y\n lifecycle { prevent_destroy = true }\n provisioner "local-exec" { command = "x" }\n rule { count = 2 }\n}'
    assert attributes(text) == {"a_b.c[0]": {"rule": [{"count": 2}]}}


def test_variables_locals_and_functions_are_evaluated():
    text = """
variable "name" { default = "logs" }
variable "open" {}
variable "typed" {
  type = object({ n = number, s = optional(string, "d"), l = optional(list(string)), m = optional(map(bool), {}), extra = optional(object({ deep = optional(bool, true) }), {}) })
  default = { n = "5", dropped = 1, m = { a = "true" } }
}
variable "bad" {
  type    = number
  default = "x"
}
variable "loose" {
  type    = list(any)
  default = { a = 1 }
}
variable "odd" {
  type    = 5
  default = 6
}
variable "listed" {
  type    = list(set(number))
  default = [["1"]]
}
variable "short" {
  type    = object({ a = string, b = string, (c) = any })
  default = { a = 1 }
}
variable "null" {
  type    = string
  default = null
}
variable "t" {
  type    = tuple([string, any])
  default = [1, 2]
}
variable "old" {
  type    = "string"
  default = 5
}
variable "older" {
  type    = "list("
  default = [5]
}
locals {
  full = "${var.name}-${local.suffix}"
  suffix = lower("X")
  loop = local.pool
  pool = local.loop
}
resource "a_b" "c" {
  name  = local.full
  open  = var.open
  typed = var.typed
  bad   = var.bad
  t     = var.t
  types = [var.loose, var.listed, var.short, var.null, var.odd]
  old   = var.old
  older = var.older
  loop  = local.loop
  nope  = local.nope
  no    = var.nope
  all   = keys(local)
  vars  = keys(var)
  self  = self.x
  work  = terraform.workspace
  path  = "${path.module}|${path.root}"
  cwd   = path.cwd
}
"""
    found = attributes(text)["a_b.c"]
    assert found["name"] == "logs-x"
    assert found["typed"] == {"n": 5, "s": "d", "l": None, "m": {"a": True}, "extra": {"deep": True}}
    assert (found["t"], found["old"], found["older"], found["path"]) == (["1", 2], "5", [5], ".|.")
    assert (found["open"], found["bad"]) == (
        Supplied("the variable open has no default"),
        Unknown("string where a number is needed"),
    )
    assert found["types"] == [{"a": 1}, [[1]], {"a": "1"}, None, 6]
    assert found["loop"] == Unknown("still being evaluated: it needs itself")
    assert (found["nope"], found["no"]) == (Unknown("local.nope is not declared"), Unknown("var.nope is not declared"))
    assert found["all"] == ["full", "loop", "pool", "suffix"]
    assert found["vars"] == [
        "bad",
        "listed",
        "loose",
        "name",
        "null",
        "odd",
        "old",
        "older",
        "open",
        "short",
        "t",
        "typed",
    ]
    assert all(isinstance(found[name], Unknown) for name in ("self", "work", "cwd"))


def test_values_are_read_as_terraform_reads_them_for_a_root_module():
    files = {
        "main.tf": 'variable "a" {}\nvariable "b" {}\nvariable "c" {}\nvariable "d" { default = 1 }\nresource "x_y" "z" { v = [var.a, var.b, var.c, var.d] }',
        "terraform.tfvars": 'a = "1"\nb = "1"\nc = "1"', "terraform.tfvars.json": '{"b": "2"}', "b.auto.tfvars": 'c = "4"', "a.auto.tfvars.json": '{"c": "3"}', "prod.tfvars": "d = 2",
    }  # fmt: skip
    assert attributes(files) == {"x_y.z": {"v": ["1", "2", "4", 1]}}


@pytest.mark.parametrize(
    ("meta", "addresses", "values", "maybe"),
    [
        ("count = 2", ["[0]", "[1]"], [0, 1], False), ("count = 0", [], [], False), ('count = "1"', ["[0]"], [0], False), ("count = true ? 1 : 0", ["[0]"], [0], False), ("count = var.u", ["[*]"], None, True), ("count = []", ["[*]"], None, True),
        ("for_each = { b = 1, a = 2 }", ['["a"]', '["b"]'], ["a", "b"], False), ('for_each = toset(["y", "x", "y"])', ['["x"]', '["y"]'], ["x", "y"], False), ("for_each = var.u", ["[*]"], None, True), ("for_each = [var.u]", ["[*]"], None, True), ("for_each = 5", ["[*]"], None, True), ('for_each = ["a\\"\\\\"]', ['["a\\"\\\\"]'], ['a"\\'], False),
    ],
)  # fmt: skip
def test_count_and_for_each_make_instances(meta, addresses, values, maybe):
    key = "count.index" if "count" in meta else "each.key"
    found = resources(f'variable "u" {{}}\nresource "a_b" "c" {{\n {meta}\n v = {key}\n w = try(each.value, 0)\n}}')
    assert list(found) == [f"a_b.c{suffix}" for suffix in addresses]
    assert all(each.maybe is maybe for each in found.values())
    got = [each.attributes["v"] for each in found.values()]
    assert got == values if values is not None else all(isinstance(value, Unknown) for value in got)


def test_what_is_too_many_is_counted():
    found, gaps = everything(
        'resource "a_b" "c" {\n count = 1000\n}\nmodule "m" {\n source = "./m"\n count = 201\n}\nresource "a_b" "d" { v = [a_b.c[900].id, module.m[0].o] }'.replace(
            "./m", "./n"
        )
        + "\n"
    )
    assert len(found) == 201
    assert Gap("main.tf", "800 more instances of a_b.c than the first 200", "left_out", 1) in gaps
    found, gaps = everything(
        {
            "main.tf": 'module "m" {\n source = "./m"\n count = 201\n}\nresource "a_b" "d" { v = module.m[0].o }',
            "m/m.tf": 'output "o" { value = 1 }',
        }
    )
    assert Gap("main.tf", "1 more instances of module.m", "left_out") in gaps
    assert isinstance(found[0].attributes["v"], Unknown)


def test_dynamic_blocks_are_written_out():
    text = """
variable "u" {}
resource "a_b" "c" {
  ingress { port = 1 }
  dynamic "ingress" {
    for_each = [2, 3]
    content { port = ingress.value }
  }
  dynamic "rule" {
    for_each = { b = 1, a = 2 }
    iterator = it
    content {
      k = it.key
      v = it.value
      dynamic "inner" {
        for_each = [it.key]
        content { x = inner.value }
      }
    }
  }
  dynamic "maybe" {
    for_each = var.u
    content {}
  }
  dynamic "none" {
    for_each = null
    content {}
  }
  dynamic "odd" {
    for_each = 5
    content {}
  }
  dynamic "empty" {}
  dynamic "many" {
    for_each = range(300)
    content {}
  }
  dynamic "set" {
    for_each = toset(["s"])
    content { k = set.key }
  }
  clash = 1
  clash { x = 1 }
}
"""
    found = resources(text)["a_b.c"]
    assert found.attributes["ingress"] == [{"port": 1}, {"port": 2}, {"port": 3}]
    assert found.attributes["rule"] == [
        {"k": "a", "v": 2, "inner": [{"x": "a"}]},
        {"k": "b", "v": 1, "inner": [{"x": "b"}]},
    ]
    assert found.attributes["maybe"] == [Unknown("the variable u has no default")]
    assert found.attributes["none"] == []
    assert isinstance(found.attributes["odd"][0], Unknown)
    assert isinstance(found.attributes["empty"][0], Unknown)
    assert found.attributes["many"][200:] == [Unknown("more than 200 blocks")]
    assert found.attributes["set"] == [{"k": "s"}]
    assert found.attributes["clash"] == 1
    assert found.spots["ingress[2].port"] == Spot(7, 15)
    assert found.spots["rule[1].inner[0].x"] == Spot(17, 19)


def test_references_say_whose_attribute_it_is_and_what_is_known_of_it():
    text = """
resource "aws_s3_bucket" "b" {
  bucket = "logs"
  tags   = { a = 1 }
  versioning { enabled = true }
}
resource "aws_s3_bucket" "n" {
  count = 2
  name  = "n${count.index}"
}
resource "aws_s3_bucket" "e" {
  for_each = { x = 1 }
  name     = each.key
}
resource "aws_s3_bucket" "u" {
  count = aws_s3_bucket.b.id
  name  = count.index
}
resource "x_y" "z" {
  id      = aws_s3_bucket.b.id
  name    = aws_s3_bucket.b.bucket
  arn     = "${aws_s3_bucket.b.arn}/*"
  on      = aws_s3_bucket.b.versioning[0].enabled
  more    = aws_s3_bucket.b.versioning[0].mfa_delete
  tag     = aws_s3_bucket.b.tags.a
  first   = aws_s3_bucket.n[0].id
  second  = aws_s3_bucket.n["1"].name
  third   = try(aws_s3_bucket.n[2].id, "none")
  all     = aws_s3_bucket.n[*].id
  each    = aws_s3_bucket.e["x"].name
  keys    = keys(aws_s3_bucket.e)
  some    = aws_s3_bucket.u[0].id
  many    = aws_s3_bucket.u[*].id
  whole   = aws_s3_bucket.b
  names   = keys(aws_s3_bucket)
  lacking = aws_s3_bucket.q.id
  type    = aws_none.q.id
  data    = data.aws_ami.a.image_id
  nodata  = data.aws_none.a.id
  itself  = x_y.z.itself
  null    = aws_s3_bucket.d.name
  nulls   = aws_s3_bucket.d.rules.x
  dyn     = aws_s3_bucket.d.rule
}
resource "aws_s3_bucket" "d" {
  name  = null
  rules = { x = null }
  dynamic "rule" {
    for_each = [1]
    content { v = rule.value }
  }
}
data "aws_ami" "a" {
  owners = ["self"]
}
"""
    found = resources(text)
    z = found["x_y.z"].attributes
    where = {key: (value.address, value.attribute) for key, value in z.items() if isinstance(value, Reference)}
    assert where["id"] == ("aws_s3_bucket.b", "id")
    assert where["more"] == ("aws_s3_bucket.b", "versioning[0].mfa_delete")
    assert where["first"] == ("aws_s3_bucket.n[0]", "id")
    assert where["some"] == ("aws_s3_bucket.u[0]", "id")
    assert where["data"] == ("data.aws_ami.a", "image_id")
    assert where["whole"] == ("aws_s3_bucket.b", "")
    assert where["itself"][0] == "x_y.z"
    assert (where["null"], where["nulls"]) == (("aws_s3_bucket.d", "name"), ("aws_s3_bucket.d", "rules.x"))
    assert isinstance(known(z["null"]), Unknown)
    assert isinstance(known(z["nulls"]), Unknown)
    values = {key: known(value) for key, value in z.items()}
    assert (values["name"], values["on"], values["tag"], values["second"], values["third"], values["each"]) == (
        "logs",
        True,
        1,
        "n1",
        "none",
        "x",
    )
    assert (values["keys"], values["dyn"]) == (["x"], [{"v": 1}])
    assert [(each.address, each.attribute) for each in values["all"]] == [
        ("aws_s3_bucket.n[0]", "id"),
        ("aws_s3_bucket.n[1]", "id"),
    ]
    assert values["arn"].suffix == ":s3:::logs/*"
    assert values["names"] == ["b", "d", "e", "n", "u"]
    assert values["many"] == Unknown("how many of aws_s3_bucket.u there are")
    assert [values[name].reason for name in ("lacking", "type", "nodata")] == [
        "aws_s3_bucket.q is not declared",
        "the resource type aws_none is not declared",
        "the data source aws_none is not declared",
    ]
    assert found["data.aws_ami.a"].data is True
    assert found["aws_s3_bucket.u[*]"].maybe is True


def test_data_sources_whose_values_have_a_known_shape():
    z = resources(
        'data "aws_caller_identity" "c" {}\nresource "a_b" "c" {\n v = data.aws_caller_identity.c.account_id\n w = "arn:aws:iam::${data.aws_caller_identity.c.account_id}:root"\n}'
    )["a_b.c"]
    assert z.attributes["v"].shape == "[0-9]{12}"
    assert isinstance(z.attributes["w"], Text)


def test_called_modules_are_examined_with_their_arguments():
    files = {
        "main.tf": """
module "logs" {
  source = "./bucket"
  name   = "logs-${aws_kms_key.k.id}"
  acl    = null
}
module "each" {
  source   = "./bucket/"
  for_each = toset(["eu", "us"])
  name     = each.key
}
module "two" {
  source = "./bucket"
  count  = 2
  name   = count.index
}
module "some" {
  source = "./bucket"
  count  = aws_kms_key.k.size
  name   = "s"
}
resource "aws_kms_key" "k" {}
resource "x_y" "z" {
  one  = module.logs.id
  name = module.logs.name
  eu   = module.each["eu"].name
  all  = module.two[*].name
  out  = module.some.name
  no   = module.none.x
  lack = module.logs.lack
  hole = try(module.two[5].name, "no")
  mods = keys(module)
  null = module.logs.nothing
}
""",
        "bucket/b.tf": 'variable "name" {}\nvariable "acl" {\n default = "private"\n nullable = false\n}\nvariable "extra" {\n default = "e"\n}\nresource "aws_s3_bucket" "this" {\n bucket = var.name\n acl = var.acl\n where = path.module\n x = var.extra\n}\noutput "id" { value = aws_s3_bucket.this.id }\noutput "name" { value = var.name }\noutput "nothing" {}',
    }  # fmt: skip
    found = resources(files)
    assert [address for address in found if "bucket" in address] == [
        "module.logs.aws_s3_bucket.this", 'module.each["eu"].aws_s3_bucket.this', 'module.each["us"].aws_s3_bucket.this',
        "module.two[0].aws_s3_bucket.this", "module.two[1].aws_s3_bucket.this", "module.some[*].aws_s3_bucket.this",
    ]  # fmt: skip
    logs = found["module.logs.aws_s3_bucket.this"]
    assert (logs.path, logs.root, logs.attributes["acl"], logs.attributes["where"], logs.attributes["x"]) == (
        "bucket/b.tf",
        "",
        "private",
        "bucket",
        "e",
    )
    assert logs.attributes["bucket"].prefix == "logs-"
    assert found["module.some[*].aws_s3_bucket.this"].maybe is True
    z = found["x_y.z"].attributes
    assert (z["one"].address, z["one"].attribute) == ("module.logs.aws_s3_bucket.this", "id")
    assert (z["eu"], z["all"], z["hole"], z["null"]) == ("eu", [0, 1], "no", None)
    assert z["mods"] == ["each", "logs", "some", "two"]
    assert (z["out"].reason, z["no"].reason, z["lack"].reason) == (
        "how many instances of module.some there are",
        "module.none is not declared",
        "the output lack is not declared",
    )


def test_each_folder_that_nobody_calls_is_a_root():
    files = {"a/main.tf": 'module "m" {\n source = "../m"\n n = "a"\n}', "b/main.tf": 'module "m" {\n source = "../m"\n n = "b"\n}', "m/main.tf": 'variable "n" { default = "d" }\nresource "x_y" "z" { n = var.n }', "c/main.tf": 'resource "x_y" "z" {}'}  # fmt: skip
    assert [(each.root, each.address, each.attributes) for each in everything(files)[0]] == [
        ("a", "module.m.x_y.z", {"n": "a"}), ("b", "module.m.x_y.z", {"n": "b"}), ("c", "x_y.z", {}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "reason", "kind"),
    [
        ('"terraform-aws-modules/vpc/aws"', "module m comes from terraform-aws-modules/vpc/aws, not read", "left_out"), ('"./none"', "module m comes from ./none, where no module was found", "unreadable"), ("var.x", "module m comes from a place that is unknown, not read", "unreadable"), ('"./"', "module m calls itself", "unreadable"),
    ],
)  # fmt: skip
def test_modules_that_are_not_read_are_told(source, reason, kind):
    found, gaps = everything(
        f'variable "x" {{}}\nmodule "m" {{\n source = {source}\n}}\nresource "a_b" "c" {{ v = module.m.out.id }}'
    )
    assert gaps == [Gap("main.tf", reason, kind, 2)]
    assert (found[0].attributes["v"].address, found[0].attributes["v"].attribute) == ("module.m", "out.id")


def test_modules_that_call_each_other_in_a_circle_end():
    files = {
        "a/main.tf": 'module "b" { source = "../b" }\nresource "x_y" "a" {}',
        "b/main.tf": 'module "a" { source = "../a" }\nresource "x_y" "b" {}',
    }
    found, gaps = everything(files)
    assert [each.address for each in found] == ["x_y.a", "module.b.x_y.b"]
    assert gaps == [Gap("b/main.tf", "module a calls itself", "unreadable", 1)]
    chain = {f"m{at}/main.tf": f'module "n" {{ source = "../m{at + 1}" }}\nresource "x_y" "z" {{}}' for at in range(20)}
    found, gaps = everything(chain)
    assert [each.root for each in found].count("m0") == 12
    assert len(found) == 20
    assert "one of too many modules" in gaps[0].reason


def test_a_module_without_source_and_blocks_without_labels_are_told_or_passed_over():
    found, gaps = everything('module "m" {}\nresource "x" {}\nvariable {}\nmoved {}\nprovider "aws" {}\nfoo "b" {}')
    assert found == []
    assert [gap.reason for gap in gaps] == ["module m comes from a place that is unknown, not read"]


def test_providers_give_region_account_and_tags():
    text = """
variable "r" { default = "eu-west-1" }
provider "aws" {
  region = var.r
  allowed_account_ids = ["123456789012"]
  default_tags { tags = { team = "ml", a = "1" } }
}
provider "aws" {
  alias = "us"
  region = "us-east-1"
}
provider "google" { project = "p" }
provider "azurerm" {}
resource "aws_x" "a" { tags = { a = "2" } }
resource "aws_x" "b" { provider = aws.us }
resource "aws_x" "c" { region = "eu-north-1" }
resource "aws_x" "d" { tags = var.r }
resource "aws_x" "e" { provider = aws.none }
resource "google_x" "a" {}
resource "google_x" "b" { project = "q" }
resource "azurerm_x" "a" {}
data "aws_y" "a" {}
module "m" {
  source = "./m"
  providers = { aws = aws.us, google.x = google }
}
module "n" { source = "./m" }
"""
    found = resources(
        {"main.tf": text, "m/m.tf": 'resource "aws_x" "a" {}\nresource "google_x" "a" { provider = google.x }'}
    )
    assert {address: (each.region, each.account) for address, each in found.items()} == {
        "aws_x.a": ("eu-west-1", "123456789012"), "aws_x.b": ("us-east-1", UNSET), "aws_x.c": ("eu-north-1", "123456789012"), "aws_x.d": ("eu-west-1", "123456789012"), "aws_x.e": (UNSET, UNSET),
        "google_x.a": (UNSET, "p"), "google_x.b": (UNSET, "q"), "azurerm_x.a": (UNSET, UNSET), "data.aws_y.a": ("eu-west-1", "123456789012"),
        "module.m.aws_x.a": ("us-east-1", UNSET), "module.m.google_x.a": (UNSET, "p"), "module.n.aws_x.a": ("eu-west-1", "123456789012"), "module.n.google_x.a": (UNSET, UNSET),
    }  # fmt: skip
    assert found["aws_x.a"].attributes["tags_all"] == {"team": "ml", "a": "2"}
    assert isinstance(found["aws_x.d"].attributes["tags_all"], Unknown)
    assert "tags_all" not in found["aws_x.b"].attributes


@pytest.mark.parametrize(
    ("said", "account"),
    [
        ("", UNSET),
        ('region = "us-east-1"', UNSET),
        ('assume_role { role_arn = "arn:aws:iam::123456789012:role/x" }', "123456789012"),
        ('allowed_account_ids = ["123456789012"]\n profile = "p"', "123456789012"),
        ("assume_role { role_arn = var.r }", Unknown("assume_role (the variable r has no default)")),
        (
            'assume_role { role_arn = "arn:aws:iam::${var.r}:role/x" }',
            Unknown("assume_role arn:aws:iam::(the variable r has no default):role/x"),
        ),
        ("allowed_account_ids = [var.r, var.s]", Unknown("allowed_account_ids (the variable r has no default) s")),
        ('profile = "prod"', Unknown("profile prod")),
        ('access_key = "AKIAEXAMPLE"', Unknown("access_key <secret sha256:caae15ff5d19>")),
    ],
)
def test_what_decides_the_account_of_a_provider(said, account):
    text = (
        f'variable "r" {{}}\nvariable "s" {{ default = "s" }}\nprovider "aws" {{\n{said}\n}}\nresource "aws_x" "a" {{}}'
    )
    assert resources({"main.tf": text})["aws_x.a"].account == account


def test_override_files_change_what_others_declare():
    files = {
        "main.tf": 'resource "a_b" "c" {\n x = 1\n y = 1\n rule { n = 1 }\n rule { n = 2 }\n keep {}\n}\nlocals { l = 1 }\nvariable "v" { default = 1 }',
        "override.tf": 'resource "a_b" "c" {\n y = local.l\n rule {\n n = 3\n deep { m = var.v }\n }\n z = 4\n}\nresource "a_b" "d" {}', "x_override.tf.json": '{"locals": {"l": 5}, "variable": {"v": {"default": 2}}}',
    }  # fmt: skip
    found = resources(files)
    assert found["a_b.c"].attributes == {"x": 1, "y": 5, "z": 4, "keep": [{}], "rule": [{"n": 3, "deep": [{"m": 2}]}]}
    assert found["a_b.c"].path == "main.tf"
    assert found["a_b.c"].spots["y"] == Spot(3, 2)
    assert found["a_b.c"].spots["rule[0].deep[0].m"] == Spot(1, 1)
    assert found["a_b.d"].path == "override.tf"


def test_json_and_tofu_files_belong_to_the_module():
    files = {
        "main.tf.json": '{"resource": {"a_b": {"c": {"name": "${local.n}", "ingress": {"port": 1}, "dynamic": {"rule": {"for_each": [7], "content": {"v": "${rule.value}"}}}}}}}',
        "locals.tf": 'locals { n = "terraform" }', "locals.tofu": 'locals { n = "tofu" }', ".terraform/modules/x/main.tf": "not read {", "a.tf.txt": "neither", "only.tfvars": "",
    }  # fmt: skip
    assert attributes(files) == {"a_b.c": {"name": "tofu", "ingress": {"port": 1}, "rule": [{"v": 7}]}}
    (gap,) = read({"x/only.tfvars": b"a = 1"}, lambda _: None)
    assert (gap.path, gap.kind) == ("x/only.tfvars", "left_out")


def test_a_file_that_cannot_be_read_leaves_names_open():
    found, gaps = everything(
        {
            "a.tf": 'resource "a_b" "c" {\n v = try(local.x, "safe")\n w = try(a_z.y.id, "safe")\n x = try(var.q, 1)\n m = module.q.r\n d = data.e.f.g\n o = a_b.z.id\n}',
            "b.tf": "\nlocals {",
            "t.auto.tfvars": "a =",
        }
    )
    assert gaps == [
        Gap("b.tf", "not readable as HCL: expected `}`, got the end of the file", "unreadable", 2),
        Gap("t.auto.tfvars", "not readable as HCL: expected a value, got the end of the file", "unreadable", 1),
    ]
    assert all(isinstance(value, Unknown) for value in found[0].attributes.values())


def test_values_that_cannot_be_read_are_told_even_where_nothing_loads_them():
    files = {"alone/prod.tfvars": "a = [", "a.tf": "", "prod.tfvars.json": '{"a": ', "t.tfvars": "{{ x }} y\n"}
    assert [(gap.path, gap.kind) for gap in everything(files)[1]] == [
        ("prod.tfvars.json", "unreadable"),
        ("t.tfvars", "template"),
        ("alone/prod.tfvars", "unreadable"),
    ]


def test_an_unrendered_template_is_no_broken_file():
    assert everything('resource "a_b" "c" {\n  {% if x %}\n  a = 1\n}')[1] == [
        Gap("main.tf", "an unrendered template: render it and check the result", "template", 2)
    ]
    assert everything('a = "{{ x }}"\nb =')[1][0].kind == "unreadable"
    assert everything("a = <<E\n")[1] == [
        Gap("main.tf", "not readable as HCL: no line ends the text with E", "unreadable", 1)
    ]
    assert everything({"a.tf": "#" * (5 << 20)})[1][0].line == 0


def test_files_are_loaded_from_the_root_module_and_never_by_an_absolute_name():
    files = {"live/main.tf": 'module "m" { source = "../m" }', "m/main.tf": 'resource "a_b" "c" {\n t = templatefile("${path.module}/t.tpl", { n = 1 })\n r = file("here.txt")\n a = file("/etc/passwd")\n y = yamldecode("a: 1").a\n}'}  # fmt: skip
    (found,), _ = everything(files, {"m/t.tpl": b"n=${n}", "live/here.txt": b"here", "/etc/passwd": b"no"})
    assert (found.attributes["t"], found.attributes["r"], found.attributes["y"]) == ("n=1", "here", 1)
    assert isinstance(found.attributes["a"], Unknown)


def policy_of(text):
    return resources(text)["data.aws_iam_policy_document.p"].attributes["json"]


def test_a_policy_document_is_its_json():
    text = """
data "aws_iam_policy_document" "base" {
  statement {
    sid       = "Base"
    actions   = ["s3:*"]
    resources = ["*"]
  }
}
data "aws_iam_policy_document" "p" {
  policy_id               = "id"
  source_policy_documents = [data.aws_iam_policy_document.base.json, ""]
  override_policy_documents = [jsonencode({ Statement = { Sid = "Own", Effect = "Deny" } })]
  statement {
    sid       = "Own"
    actions   = ["a:1", "b:2"]
    resources = ["arn:aws:s3:::${aws_s3_bucket.b.bucket}/&{aws:username}"]
  }
  statement {
    effect      = "Deny"
    not_actions = ["iam:*"]
    not_resources = ["x"]
    principals {
      type        = "AWS"
      identifiers = ["1", "2"]
    }
    principals {
      type        = "AWS"
      identifiers = ["3"]
    }
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:x"
      values   = ["1"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:x"
      values   = ["2"]
    }
  }
  statement {
    actions = ["sts:AssumeRole"]
    resources = []
    not_principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}
resource "aws_s3_bucket" "b" { bucket = "logs" }
"""
    assert json.loads(policy_of(text)) == {
        "Version": "2012-10-17", "Id": "id",
        "Statement": [
            {"Sid": "Base", "Effect": "Allow", "Action": "s3:*", "Resource": "*"},
            {"Sid": "Own", "Effect": "Deny"},
            {"Effect": "Deny", "NotAction": "iam:*", "NotResource": "x", "Principal": {"AWS": ["2", "1", "3"], "Service": "ec2.amazonaws.com", "*": "*"}, "Condition": {"StringEquals": {"aws:x": ["1", "2"]}}},
            {"Effect": "Allow", "Action": "sts:AssumeRole", "NotPrincipal": "*"},
        ],
    }  # fmt: skip


def test_a_policy_document_keeps_what_is_known_of_it():
    text = """
variable "u" {}
data "aws_iam_policy_document" "p" {
  version                 = "2008-10-17"
  source_policy_documents = [var.u]
  source_json             = "[]"
  statement {
    actions   = ["a:1", var.u]
    resources = [aws_x.y.arn, "${aws_x.y.arn}/&{x}"]
    principals {
      type        = var.u
      identifiers = ["*"]
    }
    condition {
      test     = "T"
      variable = var.u
      values   = var.u
    }
  }
  statement {
    actions = var.u
    principals {
      type = "AWS"
      identifiers = var.u
    }
    principals {
      type = "AWS"
      identifiers = ["1"]
    }
  }
  dynamic "statement" {
    for_each = var.u
    content {}
  }
}
resource "aws_x" "y" {}
resource "aws_z" "w" { policy = data.aws_iam_policy_document.p.json }
"""
    found = document(known(resources(text)["aws_z.w"].attributes["policy"]))
    first, second, third, fourth, fifth = found["Statement"]
    assert found["Version"] == "2008-10-17"
    assert all(isinstance(each, Unknown) for each in (first, second, fifth))
    assert third["Action"][0] == "a:1"
    assert third["Resource"][0].address == "aws_x.y"
    assert third["Resource"][1].suffix == "/${x}"
    assert isinstance(third["Principal"], Unknown)
    assert isinstance(third["Condition"], Unknown)
    assert isinstance(fourth["Action"], Unknown)
    assert isinstance(fourth["Principal"]["AWS"], Unknown)


def test_a_policy_document_that_is_too_large_is_unknown():
    (found,), _ = everything(
        'data "aws_iam_policy_document" "p" {\n statement {\n actions = [for a in range(1000) : format("%1000s", a)]\n }\n statement {\n actions = [for a in range(1000) : format("%1000s", a)]\n }\n}'
    )
    assert isinstance(found.attributes["json"], Unknown)


def test_policies_that_double_each_other_end():
    text = "".join(
        f'data "aws_iam_policy_document" "p{at}" {{\n source_policy_documents = [data.aws_iam_policy_document.p{at + 1}.json, data.aws_iam_policy_document.p{at + 1}.json]\n statement {{\n actions = ["a"]\n }}\n}}\n'
        for at in range(60)
    )
    start = time.process_time()
    everything(text)
    assert time.process_time() - start < 15


def test_hostile_configurations_end(monkeypatch):
    doubling = (
        "locals {\n a0 = [1, 1]\n"
        + "".join(f" a{at} = [local.a{at - 1}, local.a{at - 1}]\n" for at in range(1, 40))
        + "}\n"
    )
    text = (
        doubling
        + 'resource "a_b" "c" {\n count = 200\n'
        + "".join(f" x{at} = jsonencode(local.a{at % 40})\n" for at in range(100))
        + "}"
    )
    start = time.process_time()
    found, gaps = everything(text)
    assert time.process_time() - start < 30
    chain = (
        "locals {\n"
        + "".join(f" a{at} = local.a{at + 1}\n" for at in range(5000))
        + " a5000 = 1\n}\n"
        + 'resource "a_b" "c" { v = local.a0 }'
    )
    assert isinstance(everything(chain)[0][0].attributes["v"], Unknown)
    monkeypatch.setattr(modules, "MAX_RESOURCES", 50)
    found, gaps = everything('resource "a_b" "c" { count = 100 }')
    assert (len(found), gaps) == (50, [Gap(".", "the configuration is too large to be evaluated", "unreadable")])


PIECES = st.sampled_from([
    'variable "a" {}', 'variable "a" {\n default = {b = [1]}\n type = any\n}', "locals {\n a = local.b\n b = [for x in try(var.a, local.c) : x]\n c = module.m\n}", 'module "m" {\n source = "./m"\n for_each = local.b\n a = each.value\n}', 'module "m" {\n source = "./m"\n count = length(local.b)\n}', 'module "m" {\n source = "../"\n}',
    'resource "x" "a" {\n count = x.b[0].id\n v = x.a[*].v\n}', 'resource "x" "b" {\n for_each = module.m\n v = each.value.o\n dynamic "r" {\n for_each = x.a\n content {\n w = r.value\n }\n }\n}', 'output "o" {\n value = x.b\n}', 'data "aws_iam_policy_document" "d" {\n statement {\n actions = local.b\n }\n source_json = x.b["k"].v\n}', 'provider "x" {\n region = local.a\n default_tags {\n tags = local.b\n }\n}',
])  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=8, unique=True), st.lists(PIECES, max_size=6, unique=True))
def test_nothing_escapes(outer, inner):
    for each in read({"main.tf": "\n".join(outer).encode(), "m/main.tf": "\n".join(inner).encode()}, lambda _: None):
        assert isinstance(each, Resource | Gap)
