resource "aws_db_instance" "vectors" {
  identifier        = "vectors"
  engine            = "postgres"
  storage_encrypted = true
  username          = "vectors"
  # Written out.
  password = "tidal-Quartz-81-meadow"
}
