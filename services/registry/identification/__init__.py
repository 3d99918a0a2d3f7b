"""Identification: a household that nobody registered applies, and comes in by vote, two notices and a comparison."""
