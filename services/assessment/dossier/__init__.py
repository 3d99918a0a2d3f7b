"""Who helps one household, and what was seen and done there, for the passport."""
