"""The rows of merges; the migrations make their table."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.merges.rules import State
from shared.data.relations import table


class MergeCase(NamedTuple):
    """`household_id` stays, `other_id` ends. `relations`: by the reference of each of the other's people, what he is to
    the head of the one that stays.
    """

    id: UUID
    household_id: UUID
    other_id: UUID
    division: str
    relations: dict[str, Any]
    merged_on: date
    state: State
    reported_on: date
    reported_by: str
    decided_on: date | None
    decided_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


household_merge = table("household_merge", MergeCase)
