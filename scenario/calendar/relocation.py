"""Homes: applications, sites, the draw, keys, moving in, old houses."""

from scenario.year import Day


def days() -> list[Day]:
    return []
