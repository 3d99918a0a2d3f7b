"""Natural changes and removals: people who leave a household, households that leave the register, by two persons.

Whoever left or was struck stays in the index of persons: entering the register again, anywhere, is a case for review.
"""
