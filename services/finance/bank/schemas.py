"""Bodies of the bank's doors. Events are checked one by one: a batch half bad is taken where it is good."""

from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from shared.acts.bodies import LARGEST_BATCH, Input

Kind = Literal["decision", "disbursement", "interest_settled", "repayment", "overdue", "settled"]
Amount = Annotated[int, Field(gt=0, le=10**13, strict=True)]
Rate = Annotated[int, Field(gt=0, le=1_000_000, strict=True)]

NEEDED = {
    "decision": {"approved"},
    "disbursement": {"amount_fen"},
    "interest_settled": {"amount_fen", "period_start_on", "period_end_on"},
    "repayment": {"amount_fen"},
    "overdue": {"amount_fen"},
    "settled": set[str](),
}
ALLOWED = {"decision": {"reason", "rate_ppm"}, "disbursement": {"rate_ppm"}, "overdue": {"penalty_fen"}}


class BankEvent(Input):
    """What happened at the bank; which fields belong to a kind is in NEEDED and ALLOWED.

    Amounts in fen, rates in parts per million a year; a period is half-open.
    """

    serial: str = Field(min_length=1, max_length=64)
    kind: Kind
    loan_no: str = Field(min_length=1, max_length=40)
    occurred_on: date
    amount_fen: Amount | None = None
    penalty_fen: Amount | None = None
    approved: bool | None = Field(default=None, strict=True)
    reason: str | None = Field(default=None, max_length=200)
    rate_ppm: Rate | None = None
    period_start_on: date | None = None
    period_end_on: date | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        common = {"serial", "kind", "loan_no", "occurred_on"}
        given = {name for name, value in self if value is not None}
        if missing := NEEDED[self.kind] - given:
            raise ValueError(f"also needs {', '.join(sorted(missing))}")
        if extra := given - common - NEEDED[self.kind] - ALLOWED.get(self.kind, set()):
            raise ValueError(f"does not take {', '.join(sorted(extra))}")
        if self.period_start_on and self.period_end_on and self.period_start_on >= self.period_end_on:
            raise ValueError("needs a period that ends after it starts")
        return self


class BankEvents(Input):
    """Up to 1,000 events, as objects; see BankEvent for their fields."""

    events: list[Any] = Field(max_length=LARGEST_BATCH)


class WrongField(BaseModel):
    field: str
    expected_en: str
    expected_zh: str


class EventResult(BaseModel):
    """What became of one event. A repeat is answered with its present state."""

    serial: str | None
    state: Literal["applied", "held", "refused"]
    code: str | None = None
    loan_state: str | None = None
    errors: list[WrongField] | None = None


class EventResults(BaseModel):
    results: list[EventResult]


class EventShown(BaseModel):
    """A stored event: as it was sent, with what became of it."""

    id: UUID
    bank: str
    serial: str
    kind: str
    loan_id: UUID
    loan_no: str
    occurred_on: date
    amount_fen: int | None = None
    penalty_fen: int | None = None
    approved: bool | None = None
    reason: str | None = None
    rate_ppm: int | None = None
    period_start_on: date | None = None
    period_end_on: date | None = None
    state: str
    code: str | None
    received_on: date


class EventPage(BaseModel):
    items: list[EventShown]
    next: str | None


class Settlement(BaseModel):
    """A settled interest period. `difference_fen`: posted less what we find due."""

    id: UUID
    loan_id: UUID
    loan_no: str
    bank: str
    period_start_on: date
    period_end_on: date
    posted_fen: int
    due_fen: int
    difference_fen: int


class SettlementPage(BaseModel):
    items: list[Settlement]
    next: str | None
