"""Bodies of the ledger's doors."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel


class Posting(BaseModel):
    account: str
    debit_fen: int
    credit_fen: int


class AccountSums(Posting):
    """All postings of an account together."""


class TrialBalance(BaseModel):
    accounts: list[AccountSums]
    debit_fen: int
    credit_fen: int
    balanced: bool


class JournalShown(BaseModel):
    """`valued_on`: the day it counts for; a correction is booked later."""

    id: UUID
    kind: str
    booked_on: date
    valued_on: date
    source_key: str
    memo: str
    postings: list[Posting]


class Journals(BaseModel):
    items: list[JournalShown]
