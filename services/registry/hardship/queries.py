"""All SQL about deep poverty: it reads what is held for true of households, and writes nothing of its own."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.households.rules import Grade, Status
from shared.data.pages import Place, fetch_page, page_of
from shared.data.revisions import AsOf, held, known
from shared.data.sql import Connection, fetch, fetch_values, sql


class Counted(NamedTuple):
    """A household as it stands on a day, with its people counted, and whether it was held to be in deep poverty."""

    id: UUID
    division: str
    status: Status
    deep_poverty: bool
    house_grade: Grade | None
    members: int
    able: int
    ill: int


class DeeplyPoor(NamedTuple):
    """A household in deep poverty on a day, and since when without a break."""

    household_id: UUID
    household_no: str
    division: str
    status: Status
    since: date


# Who was struck is counted no more.
_WITHIN = sql(
    """
    SELECT id FROM household WHERE division >= :division AND division <= :division || '~' AND status <> 'removed'
    ORDER BY id
    """
)
_COUNTED = sql(
    """
    SELECT h.id, h.division, h.status, f.deep_poverty, f.house_grade, p.members, p.able, p.ill
    FROM household h JOIN household_fact f ON f.household_id = h.id AND upper_inf(f.known) AND f.valid @> :on
    CROSS JOIN LATERAL (
        SELECT count(*)::int AS members, (count(*) FILTER (WHERE m.labour IN ('ordinary', 'skilled', 'weak')))::int
            AS able, (count(*) FILTER (WHERE m.health IN ('major', 'disabled')))::int AS ill
        FROM member_fact m WHERE m.household_id = h.id AND upper_inf(m.known) AND m.valid @> :on) p
    WHERE h.id = ANY(:ids)
    """,
    Counted,
)
# Who got out is in it no more, counted since or not. It is so since the last day on which it was held otherwise; of a
# household that was registered so, since then. The limits and the CASE keep the planner at the index of the few (see
# the record's queries).
_PAGE = page_of(
    DeeplyPoor,
    f"""
    SELECT f.household_id, h.household_no, s.division, s.status, coalesce(
        (SELECT max(upper(x.valid)) FROM household_fact x
            WHERE x.household_id = f.household_id AND {known("x")} AND NOT x.deep_poverty AND upper(x.valid) <= :on),
        (SELECT min(lower(x.valid)) FROM household_fact x WHERE x.household_id = f.household_id AND {known("x")})
    ) AS since
    FROM household_fact f
    CROSS JOIN LATERAL (SELECT n.household_no FROM household n WHERE n.id = f.household_id LIMIT 1) h
    CROSS JOIN LATERAL (
        SELECT x.division, x.status FROM household_standing x WHERE x.household_id = f.household_id AND {held("x")}
        LIMIT 1) s
    """,
    "f.division",
    key="f.household_id",
    where=f"f.deep_poverty AND CASE WHEN {held('f')} THEN true ELSE false END AND s.status IN ('poor', 'returned')",
)


async def list_within(connection: Connection, division: str) -> list[UUID]:
    """The households of a division that are in the register, by id."""
    return await fetch_values(connection, _WITHIN, division=division)


async def list_counted(connection: Connection, ids: Sequence[UUID], on: date) -> list[Counted]:
    """How these households stand on a day."""
    return await fetch(connection, _COUNTED, ids=list(ids), on=on)


async def list_deeply_poor(connection: Connection, as_of: AsOf, at: Place, **filters: Any) -> list[DeeplyPoor]:
    """By rising household, as held for true about a day; filtered by village."""
    return await fetch_page(connection, _PAGE, at, **as_of.parameters, **filters)
