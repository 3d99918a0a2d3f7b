"""Old homesteads: the house goes, the land becomes a field again, and what that is rewarded with."""
