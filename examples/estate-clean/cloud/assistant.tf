# The assistant that answers from internal documents: one GPU box behind the company's proxy, which asks who is there.
resource "aws_s3_bucket" "documents" {
  bucket = "acme-internal-documents"
  tags = {
    data-classification = "internal"
    owner               = "knowledge@acme.example"
  }
}

resource "aws_s3_bucket_versioning" "documents" {
  bucket = aws_s3_bucket.documents.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_logging" "documents" {
  bucket        = aws_s3_bucket.documents.id
  target_bucket = "acme-access-logs"
  target_prefix = "documents/"
}

resource "aws_iam_role" "assistant" {
  name = "assistant"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "assistant" {
  name = "assistant"
  role = aws_iam_role.assistant.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:GetObject"], Resource = "arn:aws:s3:::acme-internal-documents/handbook/*" },
    ]
  })
}

resource "aws_iam_instance_profile" "assistant" {
  name = "assistant"
  role = aws_iam_role.assistant.name
}

resource "aws_security_group" "assistant" {
  name = "assistant"
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["10.20.0.0/16"]
  }
}

resource "aws_instance" "assistant" {
  ami                         = "ami-0abcdef1234567890"
  instance_type               = "g6.2xlarge"
  iam_instance_profile        = aws_iam_instance_profile.assistant.name
  vpc_security_group_ids      = [aws_security_group.assistant.id]
  associate_public_ip_address = false
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
  root_block_device {
    encrypted = true
  }
  user_data = <<-EOT
    #!/bin/bash
    set -euo pipefail
    /opt/venv/bin/vllm serve ourorg/assistant-8b --host 127.0.0.1 --port 8000
  EOT
}
