resource "aws_instance" "trainer" {
  ami           = "ami-0abcdef1234567890"
  instance_type = "p5.48xlarge"
  root_block_device {
    # In clear on the provider's disks.
    encrypted = false
  }
}
