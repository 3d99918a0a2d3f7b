"""What waits for the caller in all services, in one list."""
