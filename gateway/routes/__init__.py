"""Which paths the public may reach, as data."""
