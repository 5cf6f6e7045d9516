"""sudoers: its statements, and what its aliases stand for."""
