"""Visits and presence, sent from phones that were offline for days."""
