"""Earnings: projects, stations, dividends, posts, training, forestry."""

from scenario.year import Day


def days() -> list[Day]:
    return []
