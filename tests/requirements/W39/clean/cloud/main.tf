resource "aws_security_group" "vectors" {
  name = "vectors"
}

resource "aws_vpc_security_group_ingress_rule" "vectors" {
  security_group_id = aws_security_group.vectors.id
  ip_protocol       = "tcp"
  from_port         = 6333
  to_port           = 6333
  cidr_ipv4 = "10.20.0.0/16"
}
