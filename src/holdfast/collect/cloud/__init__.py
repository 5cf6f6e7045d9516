"""What languages of infrastructure as code have in common."""
