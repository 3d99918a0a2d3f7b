"""Households, their members, facts and incomes over time."""
