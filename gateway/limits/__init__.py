"""How often a subject may call."""
