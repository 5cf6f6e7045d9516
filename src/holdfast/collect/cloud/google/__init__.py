"""Resources of Google Cloud."""
