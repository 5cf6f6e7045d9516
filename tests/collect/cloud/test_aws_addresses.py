"""Which instances the internet reaches by an address of their own."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from tests.collect.cloud.declaring import facts

NETWORK = """
variable "x" {}
resource "aws_vpc" "v" {}
resource "aws_subnet" "s" { vpc_id = aws_vpc.v.id }
resource "aws_internet_gateway" "g" {}
resource "aws_vpn_gateway" "v" {}
resource "aws_nat_gateway" "n" {}
resource "aws_network_interface" "n" { subnet_id = aws_subnet.s.id }
resource "aws_network_interface" "other" { subnet_id = aws_subnet.s.id }
resource "aws_instance" "other" { associate_public_ip_address = false }
"""
PRIVATE = "subnet_id = aws_subnet.s.id\nassociate_public_ip_address = false"
INTERFACE = "network_interface {\ndevice_index = 0\nnetwork_interface_id = aws_network_interface.n.id\n}"


def public(body: str, more: str = ""):
    source = f'{NETWORK}{more}\nresource "aws_instance" "i" {{\n{body}\n}}\n'.replace(
        'resource "aws_instance" "other" { associate_public_ip_address = false }', ""
    )
    return facts(source, kind="instance").public_address


@pytest.mark.parametrize(
    ("body", "more", "answer"),
    [
        (PRIVATE, "", False),
        (PRIVATE, 'resource "aws_eip" "e" { instance = aws_instance.i.id }', True),
        (PRIVATE, 'resource "aws_eip_association" "e" { instance_id = aws_instance.i.id }', True),
        (PRIVATE, 'resource "aws_eip" "e" { instance = aws_instance.other.id }', False),
        (PRIVATE, 'resource "aws_eip" "e" {}', False),
        ("subnet_id = aws_subnet.s.id", 'resource "aws_eip" "e" { instance = aws_instance.i.id }', True),
        (INTERFACE, 'resource "aws_eip" "e" { network_interface = aws_network_interface.n.id }', True),
        (
            INTERFACE,
            'resource "aws_eip_association" "e" { network_interface_id = aws_network_interface.n.id }',
            True,
        ),
        (INTERFACE, 'resource "aws_eip" "e" { network_interface = aws_network_interface.other.id }', UNSET),
    ],
)
def test_an_elastic_address_is_public(body, more, answer):
    assert public(body, more) is answer


NAT = 'route {\ncidr_block = "0.0.0.0/0"\nnat_gateway_id = aws_nat_gateway.n.id\n}'
IGW = 'route {\ncidr_block = "0.0.0.0/0"\ngateway_id = aws_internet_gateway.g.id\n}'
JOINED = """
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.s.id
  route_table_id = aws_route_table.t.id
}
"""
ROUTE = """
resource "aws_route" "r" {
  route_table_id         = aws_route_table.t.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.g.id
}
"""


@pytest.mark.parametrize(
    ("routes", "more", "answer"),
    [
        (NAT, JOINED, False),
        ("", JOINED, False),
        ('route {\ncidr_block = "10.0.0.0/8"\ngateway_id = aws_vpn_gateway.v.id\n}', JOINED, False),
        ('route {\ncidr_block = "10.0.0.0/16"\ngateway_id = "local"\n}', JOINED, False),
        (IGW, JOINED, True),
        (f"{NAT}\n{IGW}", JOINED, True),
        ("", JOINED + ROUTE, True),
        ("route = var.x", JOINED, True),
        ('route {\ncidr_block = "0.0.0.0/0"\nvpc_endpoint_id = "vpce-1"\n}', JOINED, True),
        (NAT, "", True),  # the subnet has the main table, which is not this one
        (NAT, JOINED.replace("aws_route_table.t.id", "var.x"), True),
    ],
)
def test_an_address_behind_a_nat_gateway_alone_is_not(routes, more, answer):
    table = f'resource "aws_route_table" "t" {{\nvpc_id = aws_vpc.v.id\n{routes}\n}}\n{more}'
    assert public("subnet_id = aws_subnet.s.id\nassociate_public_ip_address = true", table) is answer
