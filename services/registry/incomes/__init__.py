"""What households earned: what was stated and what was paid, by income year."""
