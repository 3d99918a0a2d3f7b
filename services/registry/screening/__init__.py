"""Screening: what in the figures of a village, or of one person, honest work would hardly have written."""
