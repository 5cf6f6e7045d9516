resource "aws_secretsmanager_secret" "hub" {
  name = "inference/hub-token"
}

resource "aws_secretsmanager_secret_rotation" "hub" {
  secret_id           = aws_secretsmanager_secret.hub.id
  rotation_lambda_arn = "arn:aws:lambda:eu-central-1:123456789012:function:rotate-hub-token"
  rotation_rules {
    automatically_after_days = 60
  }
}
