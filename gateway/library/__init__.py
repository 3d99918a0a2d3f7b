"""The policy library: which documents changed a figure, of whichever service, as every service tells of its own."""
