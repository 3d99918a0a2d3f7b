"""A service on one screen, and what runs it."""
