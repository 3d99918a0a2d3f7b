"""Counting the register: by any two of what is known of households and people, as of any day, and fixed by month."""
