"""Projects of villages and county: planned, reported, accepted as measured, paid from a budget; who takes part."""
