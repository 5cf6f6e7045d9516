"""Floor 3: one file or folder per source; I/O, then formats, then assets."""
