"""Payments that a bank confirmed to households: they become income of the year in which they were paid."""
