resource "aws_s3_bucket" "copy" {
  bucket = "acme-datasets-copy"
  tags   = { Name = "copy", Team = "search", Classification = "internal" }
}
