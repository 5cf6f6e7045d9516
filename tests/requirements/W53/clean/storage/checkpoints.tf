resource "aws_s3_bucket" "checkpoints" {
  bucket = "acme-checkpoints"
  tags   = { Team = "research" }
}

resource "aws_s3_bucket_public_access_block" "checkpoints" {
  bucket                  = aws_s3_bucket.checkpoints.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
