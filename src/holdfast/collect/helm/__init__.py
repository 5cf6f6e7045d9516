"""Helm charts, rendered by `helm` where it is installed."""
