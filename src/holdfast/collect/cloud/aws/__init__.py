"""Resources of Amazon Web Services."""
