"""What one event of a bank does to a loan, at its place in the loan's life."""
