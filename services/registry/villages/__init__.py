"""Villages: their checklist of facilities, and how a poor village leaves the list."""
