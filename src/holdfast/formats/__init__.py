"""Floor 2: pure readers, bytes in, facts and parts out, one file per format."""
