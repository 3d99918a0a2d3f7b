"""The rows of what files propose; the migrations make their tables."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.proposals.rules import State
from shared.data.relations import table


class Proposal(NamedTuple):
    """What a file says otherwise of a household, or of one of its people (`person`): what stood since a day, and what
    is to hold from then on. `division` is that of the file.
    """

    import_id: UUID
    division: str
    position: int
    row: int
    household_no: str
    person: str | None
    field: str
    stands: Any | None
    proposed: Any
    since: date
    state: State


class Listing(NamedTuple):
    """The day of the newest file that was taken of a household."""

    household_id: UUID
    listed_on: date


roster_proposal = table("roster_proposal", Proposal)
roster_listing = table("roster_listing", Listing)
