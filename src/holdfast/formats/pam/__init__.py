"""Stacks of authentication modules (Linux-PAM): their rows, and what they come to."""
