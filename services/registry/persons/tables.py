"""What is known of a person; the migrations make the functions that answer it."""

from datetime import date
from typing import NamedTuple
from uuid import UUID


class KnownPerson(NamedTuple):
    """Where a person was last a member. `left_on`: the first day on which he was none any more; None: he is."""

    digest: bytes
    member_id: UUID
    household_id: UUID
    division: str
    reference: str
    joined_on: date
    left_on: date | None
    died: bool
