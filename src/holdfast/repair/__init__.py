"""Repairs of text: the smallest change that keeps comments, layout and everything else as it was."""
