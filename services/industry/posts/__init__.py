"""Posts for those who can work: proposed, checked, approved, attended, paid by attendance, ended."""
