"""Floor 3: loads rules and asks them of assets."""
