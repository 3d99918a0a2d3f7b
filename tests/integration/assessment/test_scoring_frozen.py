"""Published scores are frozen, and add up, by the database alone."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.conftest import House
from tests.integration.assessment.scores import County, compute, found, graded, run


async def frozen(house: House, statement: str, *arguments: Any) -> None:
    """The statement is refused to whoever asks: the service, its reactions, even the tables' owner."""
    connection = await asyncpg.connect((await house.settings("assessment")).database_url)
    try:
        for role in ("", "SET LOCAL ROLE system; "):
            await connection.execute(
                f"BEGIN; {role}SELECT set_config('app.role', 'county', true),"
                " set_config('app.area', '140927', true), set_config('app.subject', 'x', true)"
            )
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement, *arguments)
            await connection.execute("ROLLBACK")
    finally:
        await connection.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never changed"):
        await (await house.owner("assessment")).execute(statement, *arguments)


async def test_a_line_cannot_be_changed_in_the_database(house: House) -> None:
    door, county = await found(house)
    await graded(county, 1, 0)
    await run(door)
    for table in ("score_line", "score"):
        await frozen(house, f"UPDATE {table} SET points_x100 = points_x100 + 1")
        await frozen(house, f"DELETE FROM {table}")


async def test_the_database_adds_up_itself(house: House) -> None:
    door, county = await found(house)
    (helper,), _ = await graded(county, 1, 0)
    run_id = await run(door)
    owner = county.owner
    score_id = await owner.fetchval("SELECT id FROM score WHERE subject_id = $1", helper)
    with pytest.raises(asyncpg.CheckViolationError, match="not the sum"):
        await one_line(county, score_id, helper, 5, 10)
    with pytest.raises(asyncpg.CheckViolationError, match="is closed"):
        await one_line(county, score_id, helper, 0, 0)
    with pytest.raises(asyncpg.CheckViolationError, match="line_within_its_bounds"):
        await one_line(county, score_id, helper, 11, 10)
    with pytest.raises(asyncpg.CheckViolationError, match="not the sum"):
        await owner.execute(
            "INSERT INTO score SELECT uuidv7(), run_id, gen_random_uuid(), kind, division, 1, points_x100,"
            " reachable_x100, rated_x100, grade, rank, vetoed, decision_id, NULL, scored_on, scored_by FROM score"
            " WHERE id = $1",
            score_id,
        )
    with pytest.raises(asyncpg.UniqueViolationError):
        await owner.execute(
            "INSERT INTO scoring_run SELECT uuidv7(), division, year, until_on, state, computed_on, computed_by,"
            " published_on, published_by, procedure_version, since_on, due_on FROM scoring_run WHERE id = $1",
            UUID(run_id),
        )


async def one_line(county: County, score_id: UUID, subject_id: UUID, points: int, most: int) -> None:
    await county.insert(
        "score_line", score_id=score_id, position=9, code="more", subject_id=subject_id, division="140927200201",
        points_x100=points, max_x100=most, withheld=False, figures="{}",
    )  # fmt: skip


async def test_the_database_alone_keeps_computer_and_publisher_apart(house: House) -> None:
    door, county = await found(house)
    assert (await compute(door)).status_code == 200
    with pytest.raises(asyncpg.CheckViolationError, match="run_publisher_is_not_computer"):
        await county.owner.execute(
            "UPDATE scoring_run SET state = 'published', published_on = computed_on, published_by = computed_by"
        )
