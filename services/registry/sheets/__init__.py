"""Income sheets: what a household earned, line by line, as it heard and signed it."""
