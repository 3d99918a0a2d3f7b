"""Persons, each called the same in whatever household the register has him; known by a blind index of his number."""
