resource "aws_s3_bucket" "corpus" {
  bucket = "corpus"
}

resource "aws_s3_bucket_policy" "corpus" {
  bucket = aws_s3_bucket.corpus.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:role/trainer" }, Action = "s3:GetObject", Resource = "arn:aws:s3:::corpus/*" }]
  })
}
