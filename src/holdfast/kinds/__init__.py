"""Floor 1: the typed vocabulary, one file per kind."""
