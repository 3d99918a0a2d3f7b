"""Every operation of every document is tried by a machine: with what fits it, and with what does not."""
