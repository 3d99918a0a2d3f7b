"""All SQL about survey rounds, their samples and answers."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from services.assessment.surveys.tables import Drawn, survey_answer, survey_candidate, survey_round, survey_sample
from shared.data.pages import Place, fetch_page, page_of
from shared.data.sql import (
    Connection,
    Row,
    execute,
    execute_many,
    fetch,
    fetch_one,
    insert_many,
    parameter,
    sql,
    statement,
)
from shared.ground.problems import Problem

_ROUND = ("id", "division", "year", "seed", "per_unit", "opened_on", "opened_by")
_COUNTS = (
    " (SELECT count(*) FROM survey_candidate c WHERE c.round_id = r.id) AS population,"
    " (SELECT count(*) FROM survey_sample s WHERE s.round_id = r.id) AS sampled"
)
_GET = sql(f"SELECT r.*,{_COUNTS} FROM survey_round r WHERE r.id = :id")
_LOCK = sql("SELECT * FROM survey_round WHERE id = :id FOR UPDATE")
_INSERT_ROUND = statement(
    insert(survey_round)
    .values({c: parameter(c, survey_round.c[c]) for c in _ROUND})
    .on_conflict_do_nothing(index_elements=["id"])
)
# Whose help a household could tell of: who helps it now, and that one's unit.
_POPULATION = sql("""
    SELECT p.household_id, c.unit_id, p.cadre_id, h.division, h.status, h.has_labour FROM pairing p
    JOIN cadre c ON c.id = p.cadre_id JOIN household h ON h.id = p.household_id
    WHERE p.valid @> CAST(:on AS date) AND h.status <> 'removed' ORDER BY c.unit_id, p.household_id
""")
_INSERT_CANDIDATES = insert_many(survey_candidate, survey_candidate.c.keys())
_INSERT_SAMPLES = insert_many(survey_sample, survey_sample.c.keys())
_CLOSE = sql("""
    UPDATE survey_round SET state = 'closed', closed_on = :closed_on, closed_by = :closed_by
    WHERE id = :id AND state = 'open'
""")
_CANDIDATES = sql("""
    SELECT c.household_id, c.unit_id, c.stratum, s.id IS NOT NULL AS drawn FROM survey_candidate c
    LEFT JOIN survey_sample s ON s.round_id = c.round_id AND s.household_id = c.household_id
    WHERE c.round_id = :round_id ORDER BY c.unit_id, c.household_id
""")
_PAGE = page_of(
    Drawn,
    """
    SELECT s.id, s.round_id, s.household_id, s.division, s.stratum, a.sample_id IS NOT NULL AS answered
    FROM survey_sample s LEFT JOIN survey_answer a ON a.sample_id = s.id
    """,
    "s.round_id",
    key="s.id",
)
# The round is held as it is, so that it is not closed between the question and the answer.
_ASKED = sql("""
    SELECT s.id, s.division, r.state, r.opened_on FROM survey_sample s JOIN survey_round r ON r.id = s.round_id
    WHERE s.id = ANY(:ids) ORDER BY r.id FOR SHARE OF r
""")
_ANSWERS = sql("SELECT * FROM survey_answer WHERE sample_id = ANY(:ids)")
_ANSWER = tuple(survey_answer.c.keys())
_INSERT_ANSWERS = insert_many(
    survey_answer, _ANSWER, "ORDER BY 1 ON CONFLICT (sample_id) DO NOTHING RETURNING sample_id"
)
_SUMMARY = sql("""
    SELECT count(*) AS sampled, count(a.sample_id) AS answered,
    count(*) FILTER (WHERE a.satisfied) AS satisfied FROM survey_sample s
    JOIN survey_round r ON r.id = s.round_id AND r.year = :year LEFT JOIN survey_answer a ON a.sample_id = s.id
""")


async def get_round(connection: Connection, round_id: UUID) -> Row:
    """With its counts. Raises Problem `shared.not_found`."""
    row = await find_round(connection, round_id)
    if row is None:
        raise Problem("shared.not_found")
    return row


async def find_round(connection: Connection, round_id: UUID) -> Row | None:
    return await fetch_one(connection, _GET, id=round_id)


async def lock_round(connection: Connection, round_id: UUID) -> Row:
    """Raises Problem `shared.not_found`."""
    row = await fetch_one(connection, _LOCK, id=round_id)
    if row is None:
        raise Problem("shared.not_found")
    return row


async def insert_round(connection: Connection, **values: Any) -> bool:
    """False where the id is taken."""
    return await execute(connection, _INSERT_ROUND, rows=None, **values) == 1


async def list_population(connection: Connection, on: date) -> list[Row]:
    """Every household that has a helper on that day, by unit and household."""
    return await fetch(connection, _POPULATION, on=on)


async def insert_candidates(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    await execute_many(connection, _INSERT_CANDIDATES, rows)


async def insert_samples(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    await execute_many(connection, _INSERT_SAMPLES, rows)


async def close_round(connection: Connection, round_id: UUID, closed_on: date, closed_by: str) -> None:
    await execute(connection, _CLOSE, rows=1, id=round_id, closed_on=closed_on, closed_by=closed_by)


async def list_candidates(connection: Connection, round_id: UUID) -> list[Row]:
    return await fetch(connection, _CANDIDATES, round_id=round_id)


async def list_samples(connection: Connection, at: Place, **filters: Any) -> list[Drawn]:
    """By rising id, filtered by round."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_asked(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those drawn, with the state of their round, which stays so until the end of the transaction."""
    return {r["id"]: r for r in await fetch(connection, _ASKED, ids=list(ids))}


async def list_answers(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["sample_id"]: r for r in await fetch(connection, _ANSWERS, ids=list(ids))}


async def insert_answers(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """The samples that had no answer yet."""
    columns = {name: [row[name] for row in rows] for name in _ANSWER}
    return {r["sample_id"] for r in await fetch(connection, _INSERT_ANSWERS, **columns)} if rows else set()


async def get_summary(connection: Connection, year: int) -> Row:
    row = await fetch_one(connection, _SUMMARY, year=year)
    assert row is not None
    return row
