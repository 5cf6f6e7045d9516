resource "aws_db_instance" "vectors" {
  identifier                  = "vectors"
  engine                      = "postgres"
  storage_encrypted           = true
  parameter_group_name        = aws_db_parameter_group.vectors.name
  username                    = "vectors"
  manage_master_user_password = true
}

resource "aws_db_parameter_group" "vectors" {
  name   = "vectors"
  family = "postgres17"
  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
}

resource "aws_sqs_queue" "prompts" {
  name                    = "prompts"
  sqs_managed_sse_enabled = true
}
