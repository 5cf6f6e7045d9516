resource "aws_batch_job_definition" "train" {
  name = "train"
  type = "container"
  container_properties = jsonencode({
    image = "registry.acme.example/train:7"
    # The same key.
    environment = [{ name = "AWS_SECRET_ACCESS_KEY", value = "q0ZB7mTn4LrXc2VyKd8WsHj1PgUe5Ra9FoIx3QtM" }]
  })
}
