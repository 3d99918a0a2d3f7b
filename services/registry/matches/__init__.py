"""Lists of other registers, compared with this one by ID number: what matches is suspected, and nothing more."""
