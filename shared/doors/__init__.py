"""HTTP: who calls, in which transaction, and how a door says no."""
