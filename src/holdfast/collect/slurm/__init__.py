"""A Slurm cluster's configuration files, with the programs and keys that they name."""
