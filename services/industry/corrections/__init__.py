"""What was recorded wrongly is put right, by as many persons as recorded it; what was said stays beside it."""
