"""The edges between assets that follow from what they say of one another, one file for each concern."""
