"""What a year was planned to reach, beside what the registers say was reached; no decision reads it."""
