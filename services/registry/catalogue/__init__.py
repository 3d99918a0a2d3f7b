"""The catalogue of policies: 24 in four areas, and the ten haves, as conditions over facts of the register."""
