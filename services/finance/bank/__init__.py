"""What banks post about their loans, and what it does to them."""
