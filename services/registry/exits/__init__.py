"""The exit of a household from the list of the poor: proposal to announcement, decided by rules."""
