resource "aws_instance" "trainer" {
  ami           = "ami-0abcdef1234567890"
  instance_type = "p5.48xlarge"
  root_block_device {
    encrypted = true
  }
  ebs_block_device {
    device_name = "/dev/sdf"
    volume_size = 4000
    # The models lie here.
    encrypted = false
  }
}
