"""Households that merge: who lives and spends together is one household; said by one person, confirmed by another.

The one stays with its number; the other one's people belong to it, and the other is struck as `merged`.
"""
