"""What business acts have in common: bodies, batches, decisions, freezes, the household they are about."""
