resource "aws_s3_bucket" "speech" {
  bucket = "acme-training-speech-dataset"
  # Voices of people, and nobody said so.
  tags   = { owner = "data" }
}

resource "aws_s3_bucket" "code" {
  bucket = "acme-training-code-dataset"
  tags   = { owner = "data", data-classification = "licensed" }
}

resource "aws_s3_bucket" "manuals" {
  bucket = "acme-training-manuals-dataset"
  tags   = { owner = "data", data-classification = "proprietary" }
}
