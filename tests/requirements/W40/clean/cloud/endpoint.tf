resource "aws_sagemaker_model" "llm" {
  name               = "llm"
  execution_role_arn = "arn:aws:iam::123456789012:role/llm"
}

resource "aws_sagemaker_endpoint_configuration" "llm" {
  name = "llm"
  data_capture_config {
    enable_capture              = true
    initial_sampling_percentage = 100
    destination_s3_uri          = "s3://acme-requests/llm"
    capture_options {
      capture_mode = "InputAndOutput"
    }
  }
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
