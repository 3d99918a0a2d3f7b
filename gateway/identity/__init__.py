"""Who calls: what a token says at the door, and the keys they are verified with."""
