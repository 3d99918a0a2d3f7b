"""The double-entry book of all loans: it balances, and nothing in it is changed."""
