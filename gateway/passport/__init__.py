"""One household across all services, in one call."""
