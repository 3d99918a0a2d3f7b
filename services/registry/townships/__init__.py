"""Whole townships that leave poverty: a case with notice, decision and announcement, as villages have."""
