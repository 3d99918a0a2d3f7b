"""The public feed of exits: every announced exit once, in one order, for whoever asks."""
