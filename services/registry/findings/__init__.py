"""What visits found: somebody else looks and answers, and until then the household does not exit."""
