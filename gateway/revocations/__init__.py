"""Tokens that are taken back before they expire: of a lost phone, of who left his office."""
