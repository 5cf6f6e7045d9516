variable "hub_token" {
  sensitive = true
}

# A parameter that everybody with read access sees in clear.
resource "aws_ssm_parameter" "hub" {
  name  = "/inference/hub-token"
  type  = "String"
  value = var.hub_token
}
