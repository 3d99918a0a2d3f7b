"""All SQL about new heads."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.registry.heads.tables import HeadCase, Person, head_change
from shared.acts.batches import insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, by_id, fetch, insert_many, list_by, sql

# That nothing comes back says that the id is taken, or that another head was reported this moment.
_INSERT = insert_many(head_change, HeadCase._fields, "ORDER BY 1 ON CONFLICT DO NOTHING RETURNING id")
_BY_ID = list_by(head_change)
_OPEN = sql("SELECT household_id FROM head_change WHERE household_id = ANY(:ids) AND state = 'reported'")
# Who left and came back joined when he came back.
_PEOPLE = sql(
    """
    SELECT p.household_id, p.member_id, p.reference, p.born_on,
           (SELECT max(lower(d)) FROM unnest(p.days) AS d) AS joined_on, p.stays, p.heads_since
    FROM (
        SELECT f.household_id, f.member_id, m.reference, max(f.born_on) AS born_on, range_agg(f.valid) AS days,
               bool_or(upper_inf(f.valid)) AS stays, CASE WHEN bool_or(upper_inf(f.valid) AND f.relation = 'head')
                   THEN coalesce(max(upper(f.valid)) FILTER (WHERE f.relation <> 'head'), min(lower(f.valid)))
                   END AS heads_since
        FROM member_fact f JOIN member m ON m.id = f.member_id
        WHERE f.household_id = ANY(:ids) AND upper_inf(f.known) AND NOT isempty(f.valid)
        GROUP BY f.household_id, f.member_id, m.reference) p
    """,
    Person,
)
_PAGE = page(head_change, "state", "household_id")


async def insert_cases(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were taken up."""
    return await insert_free(connection, _INSERT, rows)


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, HeadCase]:
    return await by_id(connection, _BY_ID, ids)


async def list_waiting(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    """Of which another head was reported, and nobody has decided."""
    return {r["household_id"] for r in await fetch(connection, _OPEN, ids=list(household_ids))}


async def list_people(connection: Connection, household_ids: Sequence[UUID]) -> dict[UUID, dict[str, Person]]:
    """Who ever belonged to the households, by household and reference."""
    found: dict[UUID, dict[str, Person]] = {one: {} for one in household_ids}
    for person in await fetch(connection, _PEOPLE, ids=list(household_ids)):
        found[person.household_id][person.reference] = person
    return found


async def list_heads(connection: Connection, at: Place, **filters: Any) -> list[HeadCase]:
    """By rising id, filtered by state or household."""
    return await fetch_page(connection, _PAGE, at, **filters)
