resource "aws_security_group" "trainer" {
  name = "trainer"
}

resource "aws_vpc_security_group_ingress_rule" "trainer" {
  security_group_id = aws_security_group.trainer.id
  # Every port, to everybody, for one afternoon of debugging.
  ip_protocol = "-1"
  cidr_ipv4   = "0.0.0.0/0"
}
