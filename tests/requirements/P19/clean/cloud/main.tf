resource "aws_security_group" "trainer" {
  name = "trainer"
}

resource "aws_vpc_security_group_ingress_rule" "trainer" {
  security_group_id = aws_security_group.trainer.id
  ip_protocol = "tcp"
  from_port   = 443
  to_port     = 443
  cidr_ipv4   = "10.20.0.0/16"
}
