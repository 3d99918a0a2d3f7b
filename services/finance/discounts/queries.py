"""All SQL about discount claims."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.finance.discounts.tables import DiscountClaim, DiscountLine, ShownLine, discount_claim, discount_line
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import (
    Connection,
    Row,
    execute,
    execute_many,
    fetch,
    fetch_or_not_found,
    fetch_row,
    get_by,
    insert_many,
    insert_one,
    sql,
)
from shared.values.verdicts import Decided

# One claim of a bank at a time: the second sees the lines of the first.
_TAKE_TURN = sql("SELECT pg_advisory_xact_lock(hashtextextended('discount_claim/' || :bank, 0))")
_INSERT_CLAIM = insert_one(discount_claim, *DiscountClaim._fields)
_INSERT_LINES = insert_many(discount_line, DiscountLine._fields)
_GET = get_by(discount_claim)
_LINES = sql(
    """
    SELECT d.id, d.loan_id, d.household_id, l.loan_no, p.id AS period_id, p.period_start_on, p.period_end_on,
           d.posted_fen, d.amount_fen, d.outcome,
           ARRAY(SELECT jsonb_array_elements_text(d.missing -> 'codes')) AS missing, d.decision_id
    FROM discount_line d JOIN loan l ON l.id = d.loan_id JOIN interest_period p ON p.id = d.interest_period_id
    WHERE d.claim_id = :claim_id ORDER BY l.loan_no, p.period_start_on
    """,
    ShownLine,
)
_REFUSE_LINES = sql(
    """
    UPDATE discount_line d SET outcome = 'refused', amount_fen = 0, decision_id = u.decision_id, missing = u.missing
    FROM unnest(:ids, :decisions, :whys) AS u (period_id, decision_id, missing)
    WHERE d.interest_period_id = u.period_id
    """
)
_DROP_LINES = sql("DELETE FROM discount_line WHERE interest_period_id = ANY(:ids)")
_PAGE = page(discount_claim)
_SUMMARY = sql("""
    SELECT coalesce(sum(amount_fen), 0)::bigint AS claimed_fen,
           coalesce(sum(amount_fen) FILTER (WHERE state = 'checked'), 0)::bigint AS checked_fen
    FROM discount_claim
""")


async def take_turn(connection: Connection, bank: str) -> None:
    """Wait until no other claim of this bank is being made; held until the end of the transaction."""
    await fetch(connection, _TAKE_TURN, bank=bank)


async def insert_claim(connection: Connection, claim: DiscountClaim, lines: Sequence[DiscountLine]) -> None:
    await execute(connection, _INSERT_CLAIM, rows=1, **claim._asdict())
    await execute_many(connection, _INSERT_LINES, [line._asdict() for line in lines])


async def refuse_lines(connection: Connection, decided: Mapping[UUID, Decided]) -> None:
    """`decided`: by period, the decision that pays nothing for it."""
    await execute(
        connection,
        _REFUSE_LINES,
        rows=len(decided),
        ids=list(decided),
        decisions=[one.id for one in decided.values()],
        whys=[{"codes": one.verdict.missing} for one in decided.values()],
    )


async def drop_lines(connection: Connection, periods: Sequence[UUID]) -> None:
    """These periods stand in no claim any more."""
    await execute(connection, _DROP_LINES, rows=len(periods), ids=list(periods))


async def get_claim(connection: Connection, claim_id: UUID) -> DiscountClaim:
    """Raises Problem `shared.not_found`."""
    return await fetch_or_not_found(connection, _GET, id=claim_id)


async def list_lines(connection: Connection, claim_id: UUID) -> list[ShownLine]:
    """A claim's lines with their loan numbers and periods."""
    return await fetch(connection, _LINES, claim_id=claim_id)


async def list_claims(connection: Connection, at: Place) -> list[DiscountClaim]:
    """By rising id."""
    return await fetch_page(connection, _PAGE, at)


async def get_summary(connection: Connection) -> Row:
    return await fetch_row(connection, _SUMMARY)
