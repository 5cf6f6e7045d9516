resource "aws_s3_bucket" "checkpoints" {
  bucket = "acme-checkpoints"
}

resource "aws_s3_bucket" "models" {
  bucket = "acme-models"
}

resource "aws_iam_role" "train" {
  name = "train"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "train" {
  role = aws_iam_role.train.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = "s3:PutObject"
      # The training writes the released models, too.
      Resource = ["${aws_s3_bucket.checkpoints.arn}/*", "${aws_s3_bucket.models.arn}/*"]
    }]
  })
}
