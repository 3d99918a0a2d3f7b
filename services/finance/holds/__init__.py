"""Holds on loans: what warns the lender or stops the county's discount, until a person has looked."""
