"""How many rural people a place has and whether it is a poor village: changed by two persons, with a source (9.14)."""
