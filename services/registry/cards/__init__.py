"""The household's card (明白卡): handed over after the announcement, and received by one of its people."""
