"""The public feed of exits: every exit, return, revocation and correction once, in one order, for whoever asks."""
