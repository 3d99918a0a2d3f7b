"""Households that move to another village of the county: stated where they stand, taken by the township where they go.

From the day of the move on the household is the new village's; as of the days before, the old one counts it and may
read it.
"""
