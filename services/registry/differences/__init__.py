"""The national list held against this register: a difference for each field, with its owner, its cause and its end."""
