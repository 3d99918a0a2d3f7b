"""What each household and its people are entitled to, and whether it is there: counted from facts, never typed in."""
