resource "aws_s3_bucket" "checkpoints" {
  bucket = "acme-checkpoints"
  tags   = { Team = "research" }
}

resource "aws_s3_bucket_logging" "checkpoints" {
  bucket        = aws_s3_bucket.checkpoints.id
  target_bucket = "acme-access-logs"
  target_prefix = "checkpoints/"
}
