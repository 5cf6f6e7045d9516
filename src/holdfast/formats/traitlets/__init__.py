"""Configuration of Jupyter programs in Python."""
