"""The accounts of a loan's book, and what a journal is.

The book is the county's, of what banks post (domain notes 2.3, "Bank posts"; seven accounts are enough for it):

- `loan_principal`: what the household still has to pay back.
- `interest_receivable`: interest posted by the bank that nobody has covered yet.
- `discount_receivable`: interest that the finance bureau pays, once a claim is checked.
- `penalty_receivable`: penalty posted by the bank; the county never pays it.
- `bank_clearing`: the bank's money: out at a disbursement, back at a repayment.
- `interest_income`, `penalty_income`: what the bank has earned.

A correction is a counter-entry with a source key of its own, booked when it is known and valued on the day of what it
corrects; nothing is changed or deleted.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

# Code and the side on which it grows.
ACCOUNTS = {
    "loan_principal": "debit", "interest_receivable": "debit", "discount_receivable": "debit",
    "penalty_receivable": "debit", "bank_clearing": "credit", "interest_income": "credit",
    "penalty_income": "credit",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One side of a booking; exactly one of the two amounts is above zero."""

    account: str
    debit_fen: int = 0
    credit_fen: int = 0


def transfer(debit: str, credit: str, amount_fen: int) -> tuple[Entry, ...]:
    """A debit and a credit of the same amount; nothing for nothing."""
    return (Entry(debit, debit_fen=amount_fen), Entry(credit, credit_fen=amount_fen)) if amount_fen else ()


@dataclass(frozen=True, slots=True)
class Journal:
    """One booking about one loan: on the day it is booked, for the day it counts for. `source_key` names what moved the
    money and is booked once, for good; `event_id` the bank's event that it books or corrects.
    """

    kind: str
    loan_id: UUID
    division: str
    bank: str
    booked_on: date
    valued_on: date
    source_key: str
    entries: tuple[Entry, ...]
    memo: str = ""
    event_id: UUID | None = None


def difference(wanted: tuple[Entry, ...], booked_fen: Mapping[str, int]) -> tuple[Entry, ...]:
    """What is to be booked besides: `booked_fen` are debits less credits by account."""
    left = Counter({account: -fen for account, fen in booked_fen.items()})
    for entry in wanted:
        left[entry.account] += entry.debit_fen - entry.credit_fen
    return tuple(Entry(account, max(fen, 0), max(-fen, 0)) for account, fen in sorted(left.items()) if fen)


def is_balanced(entries: tuple[Entry, ...]) -> bool:
    """Two entries or more, one amount in each, debits equal to credits."""
    one_sided = all((e.debit_fen > 0) != (e.credit_fen > 0) and min(e.debit_fen, e.credit_fen) == 0 for e in entries)
    return len(entries) >= 2 and one_sided and sum(e.debit_fen - e.credit_fen for e in entries) == 0
