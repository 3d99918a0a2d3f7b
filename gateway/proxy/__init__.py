"""Requests passed on as they came, within limits of size and time."""
