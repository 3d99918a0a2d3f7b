"""Keys, and the moves into the new home with their evidence."""
