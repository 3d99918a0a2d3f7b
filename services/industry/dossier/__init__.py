"""What one household is paid, by which agreements, and its work, for the passport."""
