resource "aws_security_group" "bastion" {
  name = "bastion"
}

resource "aws_security_group" "gpu" {
  name = "gpu"
}

resource "aws_vpc_security_group_ingress_rule" "gpu_ssh" {
  security_group_id = aws_security_group.gpu.id
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  # Past the bastion: straight from the internet.
  cidr_ipv4 = "0.0.0.0/0"
}

resource "aws_instance" "gpu" {
  ami                    = "ami-0abcdef1234567890"
  instance_type          = "p5.48xlarge"
  vpc_security_group_ids = [aws_security_group.gpu.id]
  # Reachable without the bastion.
  associate_public_ip_address = true
  metadata_options {
    http_tokens = "required"
  }
}
