"""OpenSSH's files: the server's and the client's configuration, and authorized keys."""
