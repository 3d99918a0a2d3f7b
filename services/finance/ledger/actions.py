"""Booking."""

from collections.abc import Sequence

from services.finance.ledger import queries
from services.finance.ledger.rules import Journal, is_balanced
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.values.ids import uuid7


async def post_journals(connection: Connection, act: Act, journals: Sequence[Journal]) -> None:
    """Book them all; part of the act's transaction. The database checks again, at commit.

    Raises:
        ValueError: a journal does not balance.
        asyncpg.UniqueViolationError: a source key was booked before.
    """
    heads, postings = [], []
    for entry in journals:
        if not is_balanced(entry.entries):
            raise ValueError(f"the journal of {entry.source_key} does not balance")
        journal_id = uuid7()
        of_loan = {
            "loan_id": entry.loan_id,
            "division": entry.division,
            "bank": entry.bank,
            "booked_on": entry.booked_on,
            "valued_on": entry.valued_on,
        }
        heads.append(
            of_loan
            | {
                "id": journal_id,
                "kind": entry.kind,
                "source_key": entry.source_key,
                "memo": entry.memo,
                "event_id": entry.event_id,
                "recorded_by": act.subject,
            }
        )
        postings += [
            of_loan
            | {"journal_id": journal_id, "position": position, "account": e.account}
            | {"debit_fen": e.debit_fen, "credit_fen": e.credit_fen}
            for position, e in enumerate(entry.entries, 1)
        ]
    await queries.insert_journals(connection, heads, postings)
