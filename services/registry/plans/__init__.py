"""One household, one plan a year: what is to be done for it, by whom, by when, and what came of it."""
