"""Which households are in deep poverty: counted from what is held for true, by criteria of policy."""
