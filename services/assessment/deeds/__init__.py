"""What other services report for households: deeds that count for whoever helps them."""
