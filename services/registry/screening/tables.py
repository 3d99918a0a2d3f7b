"""The rows of screening; the migrations make their table."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from shared.data.relations import table


class HomeVisit(NamedTuple):
    """That a helper was with a household, as assessment told it; where it was then stays where it was."""

    visit_id: UUID
    household_id: UUID
    division: str
    visited_on: date
    visited_by: str


home_visit = table("home_visit", HomeVisit)
