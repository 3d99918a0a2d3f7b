"""The rows of payments; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from shared.data.relations import Big, table


class IncomePayment(NamedTuple):
    """`revoked_on`: since when it is none, where it did not arrive after all."""

    payment_id: UUID
    household_id: UUID
    division: str
    income_year: int
    category: str
    payer: str
    amount_fen: Big
    paid_on: date
    revoked_on: date | None = None


class Line(NamedTuple):
    """What one payer paid a household in one income year and category."""

    household_id: UUID
    income_year: int
    category: str
    payer: str


class Sum(NamedTuple):
    """What all payments of a line add up to, and the day of the last one."""

    household_id: UUID
    income_year: int
    category: str
    payer: str
    amount_fen: int
    stated_on: date


income_payment = table("income_payment", IncomePayment)
