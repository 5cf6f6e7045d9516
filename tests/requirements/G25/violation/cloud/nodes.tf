resource "aws_instance" "gpu" {
  ami                  = "ami-0abcdef1234567890"
  instance_type        = "p5.48xlarge"
  iam_instance_profile = "gpu"
  metadata_options {
    http_tokens = "required"
    # Far enough for a container.
    http_put_response_hop_limit = 2
  }
}
