"""Floor 5: the command line, one lazily imported file per command."""
