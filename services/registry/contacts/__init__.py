"""Where a household is reached, and where it is paid: a telephone by one person's word, an account by two persons'."""
