"""The rows of the ledger; the migrations make their tables."""

from datetime import date, datetime
from typing import Annotated, NamedTuple
from uuid import UUID

from sqlalchemy import SmallInteger

from shared.data.relations import Big, table


class JournalRow(NamedTuple):
    id: UUID
    kind: str
    loan_id: UUID
    division: str
    bank: str
    booked_on: date
    source_key: str
    memo: str
    recorded_by: str
    recorded_at: datetime
    valued_on: date
    event_id: UUID | None


class PostingRow(NamedTuple):
    journal_id: UUID
    position: Annotated[int, SmallInteger()]
    account: str
    loan_id: UUID
    division: str
    bank: str
    booked_on: date
    debit_fen: Big
    credit_fen: Big
    valued_on: date


class Balance(NamedTuple):
    """Sums of an account."""

    account: str
    debit_fen: int
    credit_fen: int


class Booked(NamedTuple):
    """A posting with its journal."""

    id: UUID
    kind: str
    booked_on: date
    valued_on: date
    source_key: str
    memo: str
    account: str
    debit_fen: int
    credit_fen: int


class Drawn(NamedTuple):
    """A change of a loan's principal."""

    loan_id: UUID
    valued_on: date
    amount_fen: int


class Sum(NamedTuple):
    """Debits less credits of an account by what was booked of an event, and by how many journals."""

    loan_id: UUID
    event_id: UUID
    account: str
    amount_fen: int
    journals: int


journal = table("journal", JournalRow)
posting = table("posting", PostingRow)
