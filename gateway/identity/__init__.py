"""Who calls: tokens verified at the door, and the keys they are verified with."""
