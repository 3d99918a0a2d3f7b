"""What departments attest of an income: one is enough for its category, and beats what was stated of it (9.10)."""
