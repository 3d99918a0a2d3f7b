"""All SQL about what was undone and the benefits that it touches."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Text

from services.registry.touched.tables import (
    BenefitSum,
    CaseCount,
    TouchedBenefit,
    TouchedCase,
    touched_benefit,
    touched_case,
)
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import (
    Connection,
    execute,
    execute_many,
    fetch,
    fetch_or_not_found,
    get_by,
    insert_many,
    sql,
    update_many,
)

# Nobody has answered when it is opened.
_INSERT = insert_many(touched_case, (n for n in TouchedCase._fields if n != "answered"))
_INSERT_BENEFITS = insert_many(touched_benefit, TouchedBenefit._fields)
_GET = get_by(touched_case)
_PAGE = page(touched_case, "division", "state", "cause", "household_id")
_LOCK_OPEN = sql(
    f"""
    SELECT {touched_case.columns} FROM touched_case
    WHERE household_id = ANY(:ids) AND state IN ('asked', 'open', 'said') ORDER BY id FOR UPDATE
    """,
    TouchedCase,
)
_ANSWER = sql(
    """
    UPDATE touched_case SET answered = array_append(answered, :service), benefits = benefits + u.more
    FROM unnest(:ids, :counts) AS u (id, more) WHERE touched_case.id = u.id
    """,
    service=Text,
)
_BENEFITS = sql(
    f"""
    SELECT {touched_benefit.columns} FROM touched_benefit WHERE case_id = ANY(:ids)
    ORDER BY case_id, service, kind, source
    """,
    TouchedBenefit,
)
_SAY = update_many(touched_benefit, "outcome", "reason")
# What was said and not confirmed is nobody's word yet; a case that ended lists nothing that a newer one does not.
_SUMS = sql(
    """
    SELECT b.service, b.kind, CASE WHEN c.state = 'confirmed' THEN b.outcome END AS outcome, count(*)::int AS benefits,
        count(DISTINCT b.household_id)::int AS households, coalesce(sum(b.amount_fen), 0)::bigint AS amount_fen
    FROM touched_benefit b JOIN touched_case c ON c.id = b.case_id
    WHERE c.state <> 'ended' AND b.division >= :division AND b.division <= :division || '~'
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    """,
    BenefitSum,
)
_COUNTS = sql(
    """
    SELECT cause, state, count(*)::int AS cases FROM touched_case
    WHERE division >= :division AND division <= :division || '~' GROUP BY 1, 2 ORDER BY 1, 2
    """,
    CaseCount,
)


async def insert_cases(connection: Connection, cases: Sequence[TouchedCase]) -> None:
    await execute_many(connection, _INSERT, [case._asdict() for case in cases])


async def insert_benefits(connection: Connection, benefits: Sequence[TouchedBenefit]) -> None:
    await execute_many(connection, _INSERT_BENEFITS, [benefit._asdict() for benefit in benefits])


async def lock_open(connection: Connection, household_ids: Sequence[UUID]) -> list[TouchedCase]:
    """Those of the households that are under way, locked in id order."""
    return await fetch(connection, _LOCK_OPEN, ids=list(household_ids))


async def add_answers(connection: Connection, service: str, counts: Mapping[UUID, int]) -> None:
    """A service has said of these cases how many benefits it knows."""
    ids, more = list(counts), list(counts.values())
    if counts:
        await execute(connection, _ANSWER, rows=len(counts), service=service, ids=ids, counts=more)


async def list_benefits(connection: Connection, case_ids: Sequence[UUID]) -> dict[UUID, list[TouchedBenefit]]:
    """By case, in the order of service, kind and source; a case without any is not among them."""
    found: dict[UUID, list[TouchedBenefit]] = {}
    for benefit in await fetch(connection, _BENEFITS, ids=list(case_ids)):
        found.setdefault(benefit.case_id, []).append(benefit)
    return found


async def say(connection: Connection, said: Sequence[Mapping[str, Any]]) -> None:
    """`said`: id, outcome and reason of each benefit."""
    await execute_many(connection, _SAY, said)


async def get_case(connection: Connection, case_id: UUID) -> TouchedCase:
    """Raises Problem `shared.not_found`, also where it lies outside the caller's area."""
    return await fetch_or_not_found(connection, _GET, id=case_id)


async def list_cases(connection: Connection, at: Place, **filters: Any) -> list[TouchedCase]:
    """By rising id, filtered by division, state, cause or household."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def sum_benefits(connection: Connection, division: str) -> list[BenefitSum]:
    return await fetch(connection, _SUMS, division=division)


async def count_cases(connection: Connection, division: str) -> list[CaseCount]:
    return await fetch(connection, _COUNTS, division=division)
