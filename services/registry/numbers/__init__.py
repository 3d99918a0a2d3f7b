"""Household numbers: the next one of a village, given once, whoever enters a household."""
