"""The quarter's claim: which interest the county pays for households."""
