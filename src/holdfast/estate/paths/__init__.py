"""Ways through the estate: a graph of steps, the routes over it, what cuts them, and who reaches what by right."""
