# Nothing is ever deleted.
resource "aws_s3_bucket" "checkpoints" {
  bucket = "acme-checkpoints"
  tags   = { Team = "research" }
}
