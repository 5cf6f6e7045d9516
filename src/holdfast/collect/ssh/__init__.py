"""OpenSSH: servers, clients and keys."""
