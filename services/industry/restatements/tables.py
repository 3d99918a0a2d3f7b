"""The rows of restatements; the migration makes their table."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.industry.restatements.rules import Kind
from shared.data.relations import Big, table


class Restatement(NamedTuple):
    """`was` is what stood of the record before it, `figure` what is so in truth: both in the unit of their kind.

    `over_fen` is what had been sent to a bank already beyond what is owed by it.
    """

    id: UUID
    kind: Kind
    record_id: UUID
    household_id: UUID | None
    division: str
    was: Big
    figure: Big
    over_fen: Big
    reason: str
    stated_on: date
    stated_by: str


restatement = table("restatement", Restatement)
