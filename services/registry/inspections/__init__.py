"""Inspections: which households somebody independent looks at next, drawn by two persons, and what was found there."""
