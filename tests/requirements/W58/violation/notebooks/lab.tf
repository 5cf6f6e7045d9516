resource "aws_sagemaker_notebook_instance" "lab" {
  name          = "lab"
  instance_type = "ml.g5.xlarge"
  role_arn      = "arn:aws:iam::123456789012:role/notebook"
  # Root, and a way to the internet that no firewall sees.
  root_access            = "Enabled"
  direct_internet_access = "Enabled"
}
