"""What an exit or a registration that was undone touches: every benefit, and what becomes of each, by two persons."""
