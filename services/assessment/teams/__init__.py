"""Who helps whom: units, cadres, pairings with households, and leave."""
