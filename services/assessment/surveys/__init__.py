"""What households themselves say, asked by a third party of a drawn sample."""
