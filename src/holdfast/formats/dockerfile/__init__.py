"""Dockerfile and Containerfile to stages and instructions; `reader.read` is the way in."""
