# A second lake: nobody owns it and nobody has said what is in it.
resource "aws_s3_bucket" "copy" {
  bucket = "acme-datasets-copy"
  tags   = { Name = "copy" }
}
