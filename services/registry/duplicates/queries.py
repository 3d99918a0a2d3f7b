"""All SQL about searches and pairs."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Integer

from services.registry.duplicates.rules import SearchState
from services.registry.duplicates.tables import (
    Duplicate,
    DuplicateSearch,
    LivingMember,
    duplicate,
    duplicate_search,
)
from shared.acts.batches import FREE, insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import (
    Connection,
    by_id,
    execute,
    fetch,
    fetch_one,
    fetch_values,
    insert_many,
    list_by,
    sql,
    stream,
)

Order = Literal["birth", "place"]

_SEARCHES = list_by(duplicate_search)
_INSERT_SEARCH = insert_many(duplicate_search, DuplicateSearch._fields, FREE)
_SEARCH_PAGE = page(duplicate_search, "state")
# Whoever works on a search holds its row; one that is `running` and free was left by somebody who died.
_FREE_ONE = """
    SELECT id FROM duplicate_search WHERE state IN ('waiting', 'running') ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_WAITING = sql(_FREE_ONE)
_BEGIN = sql(
    f"UPDATE duplicate_search SET state = 'running', attempts = attempts + 1 WHERE id = ({_FREE_ONE}) RETURNING id"
)
_LOCK = sql(
    f"""
    SELECT {duplicate_search.columns} FROM duplicate_search WHERE id = :id AND state = 'running' FOR UPDATE SKIP LOCKED
    """,
    DuplicateSearch,
)
_FINISH = sql(
    """
    UPDATE duplicate_search SET state = :state, people = :people, pairs = :pairs, raised = :raised, crowded = :crowded
    WHERE id = :id
    """,
    pairs=Integer,
    raised=Integer,
    crowded=Integer,
)
_LIVING = """
    SELECT m.id AS member_id, m.reference, h.id AS household_id, h.division, h.registered_on, f.name, f.sex, f.born_on,
        m.id_number_sealed
    FROM household h JOIN member_fact f ON f.household_id = h.id JOIN member m ON m.id = f.member_id
    WHERE h.status <> 'removed' AND upper_inf(f.known) AND upper_inf(f.valid)
        AND h.division >= :area AND h.division <= :area || '~'
"""
_PEOPLE: Mapping[Order, Any] = {
    "birth": sql(f"{_LIVING} ORDER BY f.born_on", LivingMember),
    "place": sql(f"{_LIVING} ORDER BY h.division", LivingMember),
}
# What ended is asked about anew; what people sorted out, or have before them, is not.
_RAISE = insert_many(
    duplicate,
    Duplicate._fields,
    f"""
    ORDER BY 1 ON CONFLICT (id) DO UPDATE
        SET {", ".join(f'"{n}" = excluded."{n}"' for n in Duplicate._fields if n != "id")}
        WHERE duplicate.state = 'ended' RETURNING id
    """,
)
_BY_ID = list_by(duplicate)
_PAGE = page(
    duplicate,
    "division",
    "state",
    "code",
    household_id="(household_id = :household_id OR other_household_id = :household_id)",
)
_OPEN = sql(
    """
    SELECT id FROM duplicate WHERE state IN ('open', 'between', 'told_apart') AND id > :after ORDER BY id LIMIT :limit
    """
)
_BELONGS = """EXISTS (
    SELECT FROM household h JOIN member m ON m.household_id = h.id AND m.reference = c.{person}
    JOIN member_fact f ON f.member_id = m.id AND upper_inf(f.known) AND upper_inf(f.valid)
    WHERE h.id = c.{household} AND h.division = c.{division} AND h.status <> 'removed')"""
_LEFT = sql(
    f"""
    SELECT {duplicate.columns_of("c")} FROM duplicate c
    WHERE c.id = ANY(:ids) AND c.state IN ('open', 'between', 'told_apart') AND NOT (
        {_BELONGS.format(person="person", household="household_id", division="household_division")}
        AND {_BELONGS.format(person="other_person", household="other_household_id", division="other_division")})
    ORDER BY c.id FOR UPDATE OF c
    """,
    Duplicate,
)


async def insert_searches(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _INSERT_SEARCH, rows)


async def list_searches_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, DuplicateSearch]:
    return await by_id(connection, _SEARCHES, ids)


async def list_searches(connection: Connection, at: Place, **filters: Any) -> list[DuplicateSearch]:
    """By rising id, filtered by state."""
    return await fetch_page(connection, _SEARCH_PAGE, at, **filters)


async def is_any_waiting(connection: Connection) -> bool:
    """Whether a search is new, or was left half done, and nobody works on it."""
    return bool(await fetch_values(connection, _WAITING))


async def begin_search(connection: Connection) -> UUID | None:
    """A free search, now `running`; None where nothing waits."""
    return next(iter(await fetch_values(connection, _BEGIN)), None)


async def lock_search(connection: Connection, search_id: UUID) -> DuplicateSearch | None:
    """The search, ours until the end of the transaction; None where somebody else has it."""
    return await fetch_one(connection, _LOCK, id=search_id)


async def finish_search(connection: Connection, search_id: UUID, state: SearchState, **found: int) -> None:
    """`found`: people, pairs, raised, crowded."""
    nothing = {"people": 0, "pairs": 0, "raised": 0, "crowded": 0}
    await execute(connection, _FINISH, rows=1, id=search_id, state=state, **(nothing | found))


def read_people(connection: Connection, area: str, order: Order, portion: int) -> AsyncIterator[list[LivingMember]]:
    """Everybody of an area's registered households, by day of birth or by village, so many at a time."""
    return stream(connection, _PEOPLE[order], portion, area=area)


async def raise_pairs(connection: Connection, rows: Sequence[Duplicate]) -> set[UUID]:
    """The ids of those about whom nobody was asked before, or which ended since."""
    return await insert_free(connection, _RAISE, [row._asdict() for row in rows])


async def list_by_ids(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Duplicate]:
    return await by_id(connection, _BY_ID, ids)


async def list_open(connection: Connection, after: UUID, limit: int) -> list[UUID]:
    """Pairs that wait for a person's word, by rising id."""
    return await fetch_values(connection, _OPEN, after=after, limit=limit)


async def lock_left(connection: Connection, ids: Sequence[UUID]) -> list[Duplicate]:
    """Those of the open pairs of whom one has left his household, or that the village or the register, locked."""
    return await fetch(connection, _LEFT, ids=list(ids))


async def list_duplicates(connection: Connection, at: Place, **filters: Any) -> list[Duplicate]:
    """By rising id, filtered by what lies in a division, state, code, or one of the two households."""
    return await fetch_page(connection, _PAGE, at, **filters)
