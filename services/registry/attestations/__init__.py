"""Departments attest the facts of their trade: what they say stands until they say otherwise (domain notes 4, 9.14)."""
