"""The rows of splits; the migrations make their table."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.splits.rules import State
from shared.data.relations import table


class SplitCase(NamedTuple):
    """`relations`: by the reference of each who goes, what he is to the new head (who is `head`). `new_household_id`:
    what became of them.
    """

    id: UUID
    household_id: UUID
    division: str
    relations: dict[str, Any]
    split_on: date
    new_household_id: UUID | None
    state: State
    reported_on: date
    reported_by: str
    decided_on: date | None
    decided_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


household_split = table("household_split", SplitCase)
