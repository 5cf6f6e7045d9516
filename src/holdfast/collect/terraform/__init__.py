"""Terraform and OpenTofu: configurations, plans and states -> resources."""
