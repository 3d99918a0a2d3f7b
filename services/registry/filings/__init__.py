"""Files that departments hand in: kept as they came, with what became of each row (domain notes 4 and 9.10)."""
