# The provider's key: whoever may read the bucket may decrypt it.
resource "aws_s3_bucket" "checkpoints" {
  bucket = "acme-checkpoints"
  tags   = { Team = "research" }
}
