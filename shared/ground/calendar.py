"""The one calendar of the county, read from its file."""

import tomllib
from functools import cache
from pathlib import Path

from shared.values.calendar import DAY, Calendar


@cache
def county_calendar() -> Calendar:
    """Holidays and make-up workdays of `calendar.toml`."""
    found = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    holidays = {first + n * DAY for first, last in found["holidays"] for n in range((last - first).days + 1)}
    return Calendar(frozenset(holidays), frozenset(found["workdays"]))
