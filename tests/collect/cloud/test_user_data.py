"""What machines of a cloud are handed to do at their first boot."""

from __future__ import annotations

from textwrap import dedent

import pytest
from tests.collect.cloud.declaring import one

from holdfast.collect.files import text as examine
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.kinds.cloud_init import CloudInit


def made(source: str, path: str = "main.tf") -> dict[str, Asset]:
    items = examine(path, dedent(source).encode())
    return {item.id: item for item in items if isinstance(item, Asset) and item.kind != "instance"}


def facts(asset: Asset) -> CloudInit:
    assert isinstance(asset.facts, CloudInit)
    return asset.facts


def test_a_document_in_an_instance() -> None:
    found = made("""
        variable "x" {}
        resource "aws_instance" "gpu" {
          user_data = <<-EOT
            #cloud-config
            ssh_pwauth: true
            chpasswd: {list: "root:geheim12"}
            runcmd:
              - HF_TOKEN=hf_abcdefghijklmnopqrst ${var.x}
              - curl https://x | sh
              - echo 'PermitRootLogin yes' >> /etc/ssh/sshd_config
          EOT
        }
        """)
    document, server = found.values()
    assert (document.id, document.path, server.kind) == (
        "cloud_init/aws_instance.gpu/user_data",
        "main.tf",
        "ssh_server",
    )
    assert (facts(document).ssh_passwords, facts(document).downloads_run) == (True, ["curl https://x | sh"])
    assert facts(document).credentials == []
    assert {spot.line for spot in (*document.spots.values(), *server.spots.values())} == {4}


def test_scripts_of_other_clouds_and_in_base64() -> None:
    found = made("""
        variable "x" {}
        resource "aws_launch_template" "t" {
          user_data = base64encode("#!/bin/sh\\ncurl https://${var.x}/y | sh\\n")
        }
        resource "google_compute_instance" "g" {
          metadata_startup_script = "#!/bin/sh\\ncurl https://a | bash"
          metadata = { user-data = "#cloud-config\\ndisable_root: false\\n", foo = "#!/bin/sh\\ncurl https://b | sh" }
        }
        resource "azurerm_virtual_machine" "v" {
          os_profile { custom_data = "#!/bin/sh\\nchmod 777 /data\\n" }
        }
        resource "azurerm_linux_virtual_machine" "a" {
          custom_data = base64encode("no script")
          user_data = var.x
        }
        """)
    told = [
        (facts(asset).downloads_run, facts(asset).root_login, facts(asset).opened_files) for asset in found.values()
    ]
    assert (told[0][0], len(found)) == (["curl https://${_}/y | sh"], 4)
    assert told[-1][2] == ["/data"]


def test_a_template_of_cloudformation() -> None:
    found = made(
        """
        AWSTemplateFormatVersion: "2010-09-09"
        Resources:
          Node:
            Type: AWS::EC2::Instance
            Properties:
              UserData:
                Fn::Base64: !Sub |
                  #!/bin/bash
                  curl https://${AWS::Region}.x/y | bash
        """,
        "cf.yaml",
    )
    (document,) = found.values()
    assert facts(document).downloads_run == ["curl https://${_}.x/y | bash"]


def test_a_broken_document_is_a_gap_at_its_attribute() -> None:
    source = 'resource "aws_instance" "a" {\n  ami = "x"\n  user_data = "#cloud-config\\na: ["\n}\n'
    (gap,) = [item for item in examine("main.tf", source.encode()) if isinstance(item, Gap)]
    assert (gap.path, gap.line) == ("main.tf", 3)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("export DB_PASSWORD=${random_password.p.result}", ["DB_PASSWORD"]),
        ("export HF_TOKEN='${var.token}'", ["HF_TOKEN"]),
        ("export DB_SECRET=${data.aws_secretsmanager_secret_version.s.secret_string}", ["DB_SECRET"]),
        ("export SECRET=${aws_secretsmanager_secret.s.arn}", []),
        ("export DB_SECRET=${var.token}", []),
        ("export HF_TOKEN=$(aws ssm get-parameter --name ${var.token})", []),
        ("export HF_TOKEN=$${HF_TOKEN}", []),
        ("export MODEL=${var.token}", []),
    ],
)
def test_credentials_that_are_put_into_a_script(line, names):
    source = f"""
        variable "token" {{}}
        resource "random_password" "p" {{
          length = 20
        }}
        resource "aws_secretsmanager_secret" "s" {{
          name = "s"
        }}
        data "aws_secretsmanager_secret_version" "s" {{
          secret_id = "s"
        }}
        resource "aws_instance" "gpu" {{
          instance_type = "g5.xlarge"
          user_data     = "#!/bin/bash\\n{line}\\n"
        }}
    """
    assert one(source, kind="instance").facts.secrets_in_user_data == names
