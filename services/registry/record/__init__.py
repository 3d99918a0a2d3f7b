"""A household's record: as of any day, as known at any moment, and who said what stands in it."""
