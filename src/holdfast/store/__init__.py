"""What is remembered: runs, assets, findings and the ledger that seals them, in SQLite or PostgreSQL."""
