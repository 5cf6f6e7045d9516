resource "aws_batch_job_definition" "train" {
  name = "train"
  type = "container"
  container_properties = jsonencode({
    image       = "registry.acme.example/train:7"
    jobRoleArn  = "arn:aws:iam::123456789012:role/trainer"
    environment = [{ name = "AWS_REGION", value = "eu-central-1" }]
  })
}
