"""What the configuration files of a host say."""
