"""The judge: reads the system by its API, opens the truth file afterwards, and compares."""
