"""The configuration of a cluster's own components."""
