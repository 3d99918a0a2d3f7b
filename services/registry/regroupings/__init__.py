"""Members who go from one household to another on a day, each under the name that he had: of splits and merges."""
