"""Appeals of the assessed against a line of their score: a correction is a new version."""
