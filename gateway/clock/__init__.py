"""The business date of the county: kept here, set by the county in a played year."""
