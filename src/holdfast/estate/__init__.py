"""Floor 3, pure: assets in, facts that need more than one of them out."""
