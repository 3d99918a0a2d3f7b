"""How often the register errs, as an inspector would tell it: from exits and doors outside it, drawn at random."""
