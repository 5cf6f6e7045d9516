resource "aws_db_instance" "vectors" {
  identifier          = "vectors"
  engine              = "postgres"
  storage_encrypted   = true
  publicly_accessible = false
}
