"""All SQL about survey rounds, their samples and answers."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.assessment.surveys.tables import (
    AnswerRow,
    Asked,
    CandidateRow,
    Drawn,
    Helped,
    RoundRow,
    SampleRow,
    Shuffled,
    Size,
    Totals,
    UnaskedRow,
    survey_answer,
    survey_candidate,
    survey_round,
    survey_sample,
    survey_unasked,
)
from shared.acts.batches import FREE, insert_free
from shared.acts.projection import BY_NUMBER
from shared.data.pages import Place, fetch_page, page_of
from shared.data.sql import (
    Connection,
    by_id,
    execute_many,
    fetch,
    fetch_one,
    fetch_or_not_found,
    fetch_row,
    get_by,
    insert_many,
    sql,
)

_GET = get_by(survey_round)
_SIZE = sql(
    """
    SELECT (SELECT count(*) FROM survey_candidate WHERE round_id = :round_id) AS population,
           (SELECT count(*) FROM survey_sample WHERE round_id = :round_id) AS sampled
    """,
    Size,
)
_INSERT_ROUND = insert_many(survey_round, survey_round.shape, FREE)
# Whose help a household could tell of: who helps it now, and that one's unit.
_POPULATION = sql(
    f"""
    SELECT p.household_id, c.unit_id, p.cadre_id, h.division, h.status, h.has_labour, {BY_NUMBER} AS drawn_by
    FROM pairing p JOIN cadre c ON c.id = p.cadre_id JOIN household h ON h.id = p.household_id
    WHERE p.valid @> CAST(:on AS date) AND h.status <> 'removed' ORDER BY c.unit_id, drawn_by
    """,
    Helped,
)
_INSERT_CANDIDATES = insert_many(survey_candidate, survey_candidate.shape)
_INSERT_SAMPLES = insert_many(survey_sample, survey_sample.shape)
_CANDIDATES = sql(
    """
    SELECT c.household_id, c.unit_id, c.stratum, c.drawn_by, s.id IS NOT NULL AS drawn FROM survey_candidate c
    LEFT JOIN survey_sample s ON s.round_id = c.round_id AND s.household_id = c.household_id
    WHERE c.round_id = :round_id ORDER BY c.unit_id, c.drawn_by
    """,
    Shuffled,
)
_DRAWN = sql(f"SELECT {survey_sample.columns} FROM survey_sample WHERE round_id = :round_id ORDER BY id", SampleRow)
_PAGE = page_of(
    Drawn,
    """
    SELECT s.id, s.round_id, s.household_id, s.division, s.stratum, a.sample_id IS NOT NULL AS answered, r.state,
        u.code AS not_asked
    FROM survey_sample s JOIN survey_round r ON r.id = s.round_id LEFT JOIN survey_answer a ON a.sample_id = s.id
    LEFT JOIN survey_unasked u ON u.sample_id = s.id
    """,
    "s.round_id",
    key="s.id",
)
# The round is held as it is, so that it is not closed between the question and the answer.
_ASKED = sql(
    """
    SELECT s.id, s.household_id, s.division, r.state, r.opened_on
    FROM survey_sample s JOIN survey_round r ON r.id = s.round_id
    WHERE s.id = ANY(:ids) ORDER BY r.id FOR SHARE OF r
    """,
    Asked,
)
_ANSWERS = sql(f"SELECT {survey_answer.columns} FROM survey_answer WHERE sample_id = ANY(:ids)", AnswerRow)
_INSERT_ANSWERS = insert_many(
    survey_answer, survey_answer.shape, "ORDER BY 1 ON CONFLICT (sample_id) DO NOTHING RETURNING sample_id AS id"
)
_INSERT_UNASKED = insert_many(survey_unasked, survey_unasked.shape)
# Who is not asked stands fast once the round is closed; until then it is who stands still now.
_SUMMARY = sql(
    """
    WITH drawn AS MATERIALIZED (
        SELECT s.household_id, r.state, a.satisfied, u.code FROM survey_sample s
        JOIN survey_round r ON r.id = s.round_id AND r.year = :year LEFT JOIN survey_answer a ON a.sample_id = s.id
        LEFT JOIN survey_unasked u ON u.sample_id = s.id),
    held AS MATERIALIZED (
        SELECT household_id, code FROM held_households(ARRAY(
            SELECT household_id FROM drawn WHERE state = 'open' AND satisfied IS NULL)))
    SELECT count(*) AS sampled,
        count(*) FILTER (WHERE d.satisfied IS NULL AND CASE d.state WHEN 'open' THEN h.code ELSE d.code END IS NOT NULL)
        AS not_asked, count(d.satisfied) AS answered, count(*) FILTER (WHERE d.satisfied) AS satisfied
    FROM drawn d LEFT JOIN held h USING (household_id)
    """,
    Totals,
)


async def get_round(connection: Connection, round_id: UUID) -> RoundRow:
    """Raises Problem `shared.not_found`."""
    return await fetch_or_not_found(connection, _GET, id=round_id)


async def find_round(connection: Connection, round_id: UUID) -> RoundRow | None:
    return await fetch_one(connection, _GET, id=round_id)


async def get_size(connection: Connection, round_id: UUID) -> Size:
    return await fetch_row(connection, _SIZE, round_id=round_id)


async def insert_round(connection: Connection, row: RoundRow) -> bool:
    """False where the id is taken."""
    return bool(await insert_free(connection, _INSERT_ROUND, [row._asdict()]))


async def list_population(connection: Connection, on: date) -> list[Helped]:
    """Every household that has a helper on that day, by unit and number."""
    return await fetch(connection, _POPULATION, on=on)


async def insert_candidates(connection: Connection, rows: Sequence[CandidateRow]) -> None:
    await execute_many(connection, _INSERT_CANDIDATES, [row._asdict() for row in rows])


async def insert_samples(connection: Connection, rows: Sequence[SampleRow]) -> None:
    await execute_many(connection, _INSERT_SAMPLES, [row._asdict() for row in rows])


async def list_candidates(connection: Connection, round_id: UUID) -> list[Shuffled]:
    return await fetch(connection, _CANDIDATES, round_id=round_id)


async def list_drawn(connection: Connection, round_id: UUID) -> list[SampleRow]:
    """Whom a round drew, answered or not."""
    return await fetch(connection, _DRAWN, round_id=round_id)


async def list_samples(connection: Connection, at: Place, **filters: Any) -> list[Drawn]:
    """By rising id, filtered by round."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_asked(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Asked]:
    """Those drawn, with the state of their round, which stays so until the end of the transaction."""
    return await by_id(connection, _ASKED, ids)


async def list_answers(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, AnswerRow]:
    return {row.sample_id: row for row in await fetch(connection, _ANSWERS, ids=list(ids))}


async def insert_answers(connection: Connection, rows: Sequence[AnswerRow]) -> set[UUID]:
    """The samples that had no answer yet."""
    return await insert_free(connection, _INSERT_ANSWERS, [row._asdict() for row in rows])


async def insert_unasked(connection: Connection, rows: Sequence[UnaskedRow]) -> None:
    await execute_many(connection, _INSERT_UNASKED, [row._asdict() for row in rows])


async def get_summary(connection: Connection, year: int) -> Totals:
    return await fetch_row(connection, _SUMMARY, year=year)
