"""The year as a list of days: what happens when, and who does it. Data first, so that it reads as a calendar."""

from scenario.calendar import (
    assessment,
    departments,
    exits,
    founding,
    hardship,
    industry,
    inspectors,
    lending,
    newcomers,
    policies,
    power,
    registers,
    relocation,
    risks,
    screening,
)
from scenario.year import Day

PARTS = (
    founding, departments, relocation, newcomers, hardship, lending, industry, power, assessment, screening, exits,
    registers, risks, policies, inspectors,
)  # fmt: skip


def days() -> list[Day]:
    """The whole year, in order; on one day the parts go in the order above."""
    return sorted((day for part in PARTS for day in part.days()), key=lambda d: d.on)
