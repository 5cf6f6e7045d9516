"""Floor 1, pure: assets, rules, findings and the rule language. No I/O, clock or environment."""
