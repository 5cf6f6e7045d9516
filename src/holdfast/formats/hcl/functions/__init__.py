"""The functions of Terraform and OpenTofu that give the same answer every time, by what they work on."""
