resource "aws_security_group" "notebooks" {
  name = "notebooks"
}

resource "aws_vpc_security_group_ingress_rule" "notebooks" {
  security_group_id = aws_security_group.notebooks.id
  ip_protocol       = "tcp"
  from_port         = 8888
  to_port           = 8888
  cidr_ipv4 = "10.20.0.0/16"
}
