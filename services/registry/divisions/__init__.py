"""The county, its townships and villages, each with the days it was so."""
