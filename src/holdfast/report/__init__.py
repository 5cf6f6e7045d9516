"""Floor 3: renders findings, one file per output format."""
