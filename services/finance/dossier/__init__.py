"""One household's loans and the decisions about it, for the passport."""
