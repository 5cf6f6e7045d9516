resource "aws_sagemaker_notebook_instance" "lab" {
  name                   = "lab"
  instance_type          = "ml.g5.xlarge"
  role_arn               = "arn:aws:iam::123456789012:role/notebook"
  subnet_id              = "subnet-0abc1234"
  security_groups        = ["sg-0abc1234"]
  root_access            = "Disabled"
  direct_internet_access = "Disabled"
}
