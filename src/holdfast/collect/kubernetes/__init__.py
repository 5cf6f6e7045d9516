"""Kubernetes objects from manifests: every document becomes assets, every pod template a `workload`."""
