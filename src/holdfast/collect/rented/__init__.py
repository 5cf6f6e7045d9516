"""Machines that are rented for a while: what a task or template asks a provider or broker for."""
