"""The rows of deeds; the migrations make their table."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.assessment.deeds.rules import Kind
from shared.data.relations import Big, table


class Deed(NamedTuple):
    """One thing that happened to a household. (`kind`, `source_key`) names it for good.

    The database makes `id` of the day and the name, so that deeds by id are deeds by day.
    """

    kind: Kind
    source_key: str
    household_id: UUID
    division: str
    happened_on: date
    amount_fen: Big | None = None
    id: UUID | None = None


deed = table("deed", Deed)


class DeedSeen(NamedTuple):
    """A deed as it is read; `revoked`: a death that the register took back."""

    id: UUID
    kind: Kind
    source_key: str
    household_id: UUID
    happened_on: date
    amount_fen: int | None
    revoked: bool


class MovedIn(NamedTuple):
    """Since when a household that was relocated lives elsewhere."""

    household_id: UUID
    moved_in_on: date
