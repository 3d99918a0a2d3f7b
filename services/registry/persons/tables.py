"""The blind index of persons, and what is known of one; the migrations make the functions that answer it."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from shared.data.relations import table


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


class PersonIndex(NamedTuple):
    key_id: str
    digest: bytes
    member_id: UUID
    division: str


person_index = table("person_index", PersonIndex)
