"""Resettlement sites, their buildings and flats, and the units of them that can be allocated."""
