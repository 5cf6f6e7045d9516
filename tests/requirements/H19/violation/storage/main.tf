resource "aws_db_instance" "vectors" {
  identifier        = "vectors"
  engine            = "postgres"
  storage_encrypted = true
  # An address on the internet.
  publicly_accessible = true
}
