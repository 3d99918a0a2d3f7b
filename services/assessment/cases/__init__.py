"""Cases of fabrication: what is confirmed stands still everywhere until it has been reviewed."""
