"""Pulumi: programs in YAML, previews and exported stacks -> resources."""
