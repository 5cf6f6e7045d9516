# Nothing rotates it.
resource "aws_secretsmanager_secret" "hub" {
  name = "inference/hub-token"
}
