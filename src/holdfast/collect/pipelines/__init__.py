"""Pipelines: the workflows, CI configurations and pipeline objects of a repository."""
