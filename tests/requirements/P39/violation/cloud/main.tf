resource "aws_ecr_repository" "llm" {
  name                 = "llm"
  image_tag_mutability = "IMMUTABLE"
  # The registry looks at nothing either.
  image_scanning_configuration {
    scan_on_push = false
  }
}
