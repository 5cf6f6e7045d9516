"""Resources of Microsoft Azure."""
