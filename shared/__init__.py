"""What every service stands on; it knows no policy."""
