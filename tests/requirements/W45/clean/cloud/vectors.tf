resource "aws_db_instance" "vectors" {
  identifier                  = "vectors"
  engine                      = "postgres"
  storage_encrypted           = true
  username                    = "vectors"
  manage_master_user_password = true
}
