"""The rows of income sheets; the migrations make their table."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.households.rules import Weight
from shared.acts.papers import Signature
from shared.data.relations import Big, table


class IncomeSheet(NamedTuple):
    """`said`: its lines, each as it was said, with its worth in fen. The lines of income that follow bear its id."""

    id: UUID
    household_id: UUID
    division: str
    income_year: int
    stated_on: date
    stated_by: str
    said: dict[str, Any]
    gifts_fen: Big
    net_income_fen: Big
    signed_by: str
    signature: Signature
    weight: Weight

    @property
    def lines(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.said.get("lines", [])
        return found


class Signatory(NamedTuple):
    """Somebody who belongs to a household."""

    reference: str
    household_id: UUID
    born_on: date


income_sheet = table("income_sheet", IncomeSheet)
