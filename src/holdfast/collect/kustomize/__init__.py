"""Kustomize: what overlays make of the objects that they name."""
