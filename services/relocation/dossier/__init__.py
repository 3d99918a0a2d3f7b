"""One household's move, and what it left, for the passport."""
