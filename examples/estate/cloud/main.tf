# Checkpoints, a queue of jobs and one GPU box.
variable "region" {
  default = "eu-central-1"
}

locals {
  bucket = "acme-checkpoints-${var.region}"
}

resource "aws_s3_bucket" "checkpoints" {
  bucket = local.bucket
}

resource "aws_s3_bucket_public_access_block" "checkpoints" {
  bucket                  = aws_s3_bucket.checkpoints.id
  block_public_acls       = false
  block_public_policy     = false
  ignore_public_acls      = false
  restrict_public_buckets = false
}

resource "aws_s3_bucket_policy" "checkpoints" {
  bucket = aws_s3_bucket.checkpoints.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.checkpoints.arn}/*"
    }]
  })
}

resource "aws_sqs_queue" "jobs" {
  name = "inference-jobs"
}

resource "aws_sqs_queue_policy" "jobs" {
  queue_url = aws_sqs_queue.jobs.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "sqs:*", Resource = aws_sqs_queue.jobs.arn }]
  })
}

resource "aws_security_group" "notebooks" {
  name = "notebooks"
  ingress {
    from_port   = 8888
    to_port     = 8888
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_iam_role" "trainer" {
  name = "trainer"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "trainer" {
  name = "trainer"
  role = aws_iam_role.trainer.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["iam:PassRole", "ec2:RunInstances"], Resource = "*" }]
  })
}

resource "aws_iam_instance_profile" "trainer" {
  name = "trainer"
  role = aws_iam_role.trainer.name
}

resource "aws_instance" "trainer" {
  ami                         = "ami-0abcdef1234567890"
  instance_type               = "p5.48xlarge"
  iam_instance_profile        = aws_iam_instance_profile.trainer.name
  vpc_security_group_ids      = [aws_security_group.notebooks.id]
  associate_public_ip_address = true
  metadata_options {
    http_tokens = "optional"
  }
}
