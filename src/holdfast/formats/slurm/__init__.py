"""Slurm's configuration files and host lists."""
