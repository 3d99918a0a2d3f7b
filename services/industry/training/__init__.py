"""Skills training: classes, who attended, certificates that a second person accepts, the subsidy for them."""
