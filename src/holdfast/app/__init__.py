"""Floor 4: one file per use; the only rooms that know the floors below together."""
