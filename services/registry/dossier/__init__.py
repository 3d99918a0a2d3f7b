"""One household whole: what the register holds of it, for the passport."""
