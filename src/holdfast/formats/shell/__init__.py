"""Shell text to the simple commands that it runs; `reader.read` is the way in."""
