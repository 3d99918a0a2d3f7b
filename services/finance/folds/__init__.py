"""A loan is a fold of its events by day, then rank, then serial: what is stored of banks, and what that says now."""
