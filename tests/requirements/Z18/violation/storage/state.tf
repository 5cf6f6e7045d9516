resource "aws_db_instance" "vectors" {
  identifier = "vectors"
  engine     = "postgres"
  # In clear on the disk.
  storage_encrypted           = false
  username                    = "vectors"
  manage_master_user_password = true
}

resource "aws_sqs_queue" "prompts" {
  name = "prompts"
  # In clear, too.
  sqs_managed_sse_enabled = false
}
