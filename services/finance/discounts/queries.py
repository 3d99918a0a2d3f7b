"""All SQL about discount claims."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from services.finance.discounts.tables import (
    Claimed,
    DiscountClaim,
    DiscountLine,
    ShownLine,
    discount_claim,
    discount_line,
)
from services.finance.folds.tables import InterestPeriod, interest_period
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import (
    Connection,
    Row,
    execute,
    execute_many,
    fetch,
    fetch_or_not_found,
    fetch_row,
    fetch_values,
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
    SELECT d.id, d.loan_id, d.household_id, l.loan_no, d.period_start_on, d.period_end_on, d.posted_fen, d.amount_fen,
           d.outcome, ARRAY(SELECT jsonb_array_elements_text(d.missing -> 'codes')) AS missing, d.decision_id
    FROM discount_line d JOIN loan l ON l.id = d.loan_id
    WHERE d.claim_id = :claim_id ORDER BY l.loan_no, d.period_start_on
    """,
    ShownLine,
)
_REFUSE_LINES = sql(
    """
    UPDATE discount_line d SET outcome = 'refused', amount_fen = 0, decision_id = u.decision_id, missing = u.missing
    FROM unnest(:ids, :decisions, :whys) AS u (id, decision_id, missing)
    WHERE d.id = u.id
    """
)
_DROP_LINES = sql("DELETE FROM discount_line WHERE id = ANY(:ids)")
_UNCLAIMED = sql(
    f"""
    SELECT {interest_period.columns_of("p")} FROM interest_period p
    WHERE p.bank = :bank AND p.period_end_on <= :until AND NOT EXISTS (SELECT FROM discount_line d
        WHERE (d.loan_id, d.period_start_on, d.period_end_on) = (p.loan_id, p.period_start_on, p.period_end_on))
    ORDER BY p.loan_id, p.period_start_on
    """,
    InterestPeriod,
)
_CLAIMED = sql(
    """
    SELECT loan_id, period_start_on, period_end_on, sum(amount_fen)::bigint AS amount_fen FROM discount_line
    WHERE loan_id = ANY(:ids) GROUP BY loan_id, period_start_on, period_end_on
    ORDER BY loan_id, period_start_on, period_end_on
    """,
    Claimed,
)
# What was claimed of them may be otherwise by now: banks told of days that were claimed, or a household was refused.
_ASKED_AGAIN = sql(
    """
    SELECT id FROM loan WHERE bank = :bank AND asks_again
    UNION SELECT loan_id FROM discount_line d WHERE bank = :bank AND outcome = 'refused' ORDER BY id
    """
)
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
    """`decided`: by line, the decision that pays nothing for it."""
    await execute(
        connection,
        _REFUSE_LINES,
        rows=len(decided),
        ids=list(decided),
        decisions=[one.id for one in decided.values()],
        whys=[{"codes": one.verdict.missing} for one in decided.values()],
    )


async def drop_lines(connection: Connection, ids: Sequence[UUID]) -> None:
    """What these lines pay stands in no claim any more."""
    await execute(connection, _DROP_LINES, rows=len(ids), ids=list(ids))


async def list_unclaimed(connection: Connection, bank: str, until: date) -> list[InterestPeriod]:
    """Settled periods of a bank that end until a day and stand in no claim."""
    return await fetch(connection, _UNCLAIMED, bank=bank, until=until)


async def list_claimed(connection: Connection, loan_ids: Sequence[UUID]) -> list[Claimed]:
    """Of each period of the loans that was ever claimed, what its lines come to."""
    return await fetch(connection, _CLAIMED, ids=list(loan_ids))


async def list_asked_again(connection: Connection, bank: str) -> list[UUID]:
    """A bank's loans of which something that was claimed is to be looked at again."""
    return await fetch_values(connection, _ASKED_AGAIN, bank=bank)


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
