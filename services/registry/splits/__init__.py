"""Households that split: who lives and spends apart is a household of its own; said by one person, confirmed by
another.
"""
