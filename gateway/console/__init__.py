"""The page at the front door: the year as a table."""
