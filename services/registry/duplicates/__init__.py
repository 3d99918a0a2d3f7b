"""Two members who may be one person: found by a search of the county, sorted out by people, suspected where so."""
