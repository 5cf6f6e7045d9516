variable "hub_token" {
  sensitive = true
}

resource "aws_secretsmanager_secret" "hub" {
  name = "inference/hub-token"
}

resource "aws_secretsmanager_secret_version" "hub" {
  secret_id     = aws_secretsmanager_secret.hub.id
  secret_string = var.hub_token
}
