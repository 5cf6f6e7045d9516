"""Configuration files of servers and proxies -> `server` and `route` assets, one file per product."""
