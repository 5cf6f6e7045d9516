resource "aws_s3_bucket" "checkpoints" {
  bucket = "acme-checkpoints"
  tags   = { Team = "research" }
}

resource "aws_s3_bucket_lifecycle_configuration" "checkpoints" {
  bucket = aws_s3_bucket.checkpoints.id
  rule {
    id     = "old-steps"
    status = "Enabled"
    filter {
      prefix = "steps/"
    }
    expiration {
      days = 90
    }
  }
}
