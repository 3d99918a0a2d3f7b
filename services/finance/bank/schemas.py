"""Bodies of the bank's doors: one for each kind of event, with exactly its fields.

Amounts in fen, rates in parts per million a year; a period is half-open.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self, cast
from uuid import UUID

from pydantic import BaseModel, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from services.finance.bank.tables import ReleaseState
from services.finance.effects.rules import Kind
from services.finance.folds.rules import EventState
from shared.acts.bodies import Batch, Case, Input, Result
from shared.acts.reasons import Telling
from shared.values.inputs import Day, Text

Amount = Annotated[int, Field(gt=0, le=10**13, strict=True)]
# Printable and without blanks: two serials that look alike are one, and everybody sorts them alike, by their bytes.
SERIAL = r"^[!-~]{1,64}$"
Serial = Annotated[str, Field(pattern=SERIAL)]
Rate = Annotated[int, Field(gt=0, le=1_000_000, strict=True)]


class Event(Input):
    """What every event says; `serial` is the bank's own, and sending it again changes nothing."""

    serial: Serial
    loan_no: str = Field(min_length=1, max_length=40)
    occurred_on: Day

    # As it was sent: what is made of other texts, half-width and without blanks around it, would make two serials one.
    @model_validator(mode="before")
    @classmethod
    def _as_sent(cls, sent: Any) -> Any:
        for name in ("serial", "reverses"):
            said = sent.get(name) if isinstance(sent, Mapping) else None
            if isinstance(said, str) and not re.fullmatch(SERIAL, said):
                wrong = {"type": "string_pattern_mismatch", "loc": (name,), "input": None, "ctx": {"pattern": SERIAL}}
                raise ValidationError.from_exception_data(cls.__name__, [cast("InitErrorDetails", wrong)])
        return sent


class Decision(Event):
    kind: Literal["decision"]
    approved: Annotated[bool, Field(strict=True)]
    reason: Text | None = Field(default=None, max_length=200)
    rate_ppm: Rate | None = None


class Disbursement(Event):
    kind: Literal["disbursement"]
    amount_fen: Amount
    rate_ppm: Rate | None = None


class InterestSettled(Event):
    kind: Literal["interest_settled"]
    amount_fen: Amount
    period_start_on: Day
    period_end_on: Day

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.period_start_on >= self.period_end_on:
            raise PydanticCustomError("period_reversed", "a period that ends after it starts")
        return self


class Repayment(Event):
    kind: Literal["repayment"]
    amount_fen: Amount


class Overdue(Event):
    """`amount_fen` of principal, interest and penalty together is overdue; `penalty_fen` came with it."""

    kind: Literal["overdue"]
    amount_fen: Amount
    penalty_fen: Amount | None = None


class Settled(Event):
    kind: Literal["settled"]


class Reversal(Event):
    """The bank takes back what it posted under an earlier serial about this loan, also an earlier reversal."""

    kind: Literal["reversal"]
    reverses: Serial


BankEvent = Annotated[
    Decision | Disbursement | InterestSettled | Repayment | Overdue | Settled | Reversal, Field(discriminator="kind")
]


class BankEventBatch(Batch[BankEvent]):
    """Up to a thousand events of a bank, each judged alone."""


class EventResult(Result):
    """What became of one event; `id` is its serial. A repeat is answered with its present state.

    A held one is accepted, and `code` says what it waits for; so is one in quarantine, and `code` says what looks wrong
    about it. What is refused, held or reversed today may be otherwise once the bank has told more.
    """

    loan_state: str | None = None


class EventResults(BaseModel):
    results: list[EventResult]


class EventShown(Telling):
    """A stored event: as it was sent, with what became of it."""

    id: UUID
    bank: str
    serial: str
    kind: Kind
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
    reverses: str | None = None
    state: EventState
    code: str | None
    received_on: date


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


class ReleaseProposed(Case):
    """`id` is the event's; `reason` says what was found out, and names nobody."""

    reason: Text = Field(min_length=1, max_length=200)


class ReleaseShown(BaseModel):
    """That an event is right though it looks wrong: as one proposed, and another confirmed."""

    id: UUID
    event_id: UUID
    loan_id: UUID
    bank: str
    reason: str
    state: ReleaseState
    proposed_on: date
    released_on: date | None
