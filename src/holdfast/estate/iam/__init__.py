"""What policies allow: pure evaluation, three-valued, of the statements that kinds hold."""
