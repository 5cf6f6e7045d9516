"""Floor 2: PostgreSQL's configuration files: `postgresql.conf` and `pg_hba.conf`."""
