resource "aws_launch_template" "gpu" {
  name          = "gpu"
  instance_type = "p5.48xlarge"
  # So that nodes can be mended by hand.
  key_name = "admins"
}
