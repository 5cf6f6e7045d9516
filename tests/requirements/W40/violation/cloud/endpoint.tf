resource "aws_sagemaker_model" "llm" {
  name               = "llm"
  execution_role_arn = "arn:aws:iam::123456789012:role/llm"
}

resource "aws_sagemaker_endpoint_configuration" "llm" {
  name = "llm"
  # No data_capture_config: nobody can tell later what was asked and answered.
  production_variants {
    variant_name           = "main"
    model_name             = aws_sagemaker_model.llm.name
    instance_type          = "ml.g5.12xlarge"
    initial_instance_count = 1
  }
}

resource "aws_sagemaker_endpoint" "llm" {
  name                 = "llm"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.llm.name
}
