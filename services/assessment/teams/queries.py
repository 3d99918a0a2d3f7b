"""All SQL about places, units, cadres, pairings and leave."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer
from sqlalchemy.dialects.postgresql import ARRAY

from services.assessment.teams.rules import StandsStill
from services.assessment.teams.tables import (
    CadreRow,
    Held,
    HeldHousehold,
    HelpedHousehold,
    Home,
    HomePlaceRow,
    LeaveRow,
    Paired,
    PlaceRow,
    Taken,
    TeamTotals,
    UnitRow,
    Unnamed,
    cadre,
    home_place,
    leave,
    place,
    unit,
)
from shared.acts.batches import FREE, insert_free
from shared.data.pages import Place, fetch_page, page, page_of
from shared.data.sql import (
    Connection,
    by_id,
    execute,
    execute_many,
    fetch,
    fetch_one,
    fetch_row,
    insert_many,
    list_by,
    sql,
)

# Few people set units and cadres: one at a time, so that codes and logins are compared with what was committed.
_TAKE_TURN = sql("SELECT pg_advisory_xact_lock(hashtextextended('assessment/teams', 0))")
_SET_PLACES = insert_many(
    place,
    place.shape,
    "ORDER BY 1 ON CONFLICT (division) DO UPDATE SET lat_e6 = excluded.lat_e6, lon_e6 = excluded.lon_e6,"
    " set_on = excluded.set_on, set_by = excluded.set_by",
)
_SET_HOME_PLACES = insert_many(
    home_place,
    home_place.shape,
    "ORDER BY 1 ON CONFLICT (household_id) DO UPDATE SET lat_e6 = excluded.lat_e6, lon_e6 = excluded.lon_e6,"
    " since_on = excluded.since_on, set_on = excluded.set_on, set_by = excluded.set_by",
)
_HOME_PLACES = sql(f"SELECT {home_place.columns} FROM home_place WHERE household_id = ANY(:ids)", HomePlaceRow)
_SET_UNITS = insert_many(
    unit,
    unit.shape,
    "ORDER BY 1 ON CONFLICT (id) DO UPDATE SET code = excluded.code, name_zh = excluded.name_zh,"
    " kind = excluded.kind, division = excluded.division, set_on = excluded.set_on, set_by = excluded.set_by",
)
_SET_CADRES = insert_many(
    cadre,
    cadre.shape,
    "ORDER BY 1 ON CONFLICT (id) DO UPDATE SET unit_id = excluded.unit_id, role = excluded.role,"
    " division = excluded.division, starts_on = excluded.starts_on, set_on = excluded.set_on,"
    " set_by = excluded.set_by",
)
_UNITS_BY_CODE = list_by(unit, "code")
_LOGINS = sql(f"SELECT {cadre.columns} FROM cadre WHERE subject = ANY(:subjects) OR id = ANY(:ids)", CadreRow)
_UNITS = list_by(unit)
_CADRES = list_by(cadre)
# NO KEY: whoever refers to a cadre or household meanwhile does not wait, so that two locks cannot wait crosswise.
_LOCK_CADRES = sql(f"SELECT {cadre.columns} FROM cadre WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE", CadreRow)
_LOCK_OWN = sql(f"SELECT {cadre.columns} FROM cadre WHERE subject = :subject FOR NO KEY UPDATE", CadreRow)
_PLACES = sql(f"SELECT {place.columns} FROM place WHERE left(division, 6) = ANY(:codes)", PlaceRow)
_LOCK_HOUSEHOLDS = sql(
    "SELECT id, division, status FROM household WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE", Home
)
_HELD = sql("SELECT household_id, code FROM held_households(:ids)", HeldHousehold)
PAIRING = "id, household_id, division, cadre_id, lower(valid) AS starts_on, upper(valid) AS ends_on"
_PAIRINGS = sql(f"SELECT {PAIRING} FROM pairing WHERE id = ANY(:ids)", Paired)
# Also those that the caller does not see.
_TAKEN = sql("SELECT t.id FROM taken_pairings(:ids) AS t (id)", Taken)
_LOCK_UNNAMED = sql(
    """
    SELECT p.id AS pairing_id, p.household_id, p.division, p.cadre_id, c.subject, lower(p.valid) AS starts_on
    FROM pairing p JOIN cadre c ON c.id = p.cadre_id
    WHERE upper_inf(p.valid) AND NOT EXISTS (SELECT FROM paired q WHERE q.pairing_id = p.id)
    ORDER BY p.id LIMIT :limit FOR UPDATE OF p SKIP LOCKED
    """,
    Unnamed,
)
_LATEST = sql(
    f"""
    SELECT DISTINCT ON (household_id) {PAIRING} FROM pairing
    WHERE household_id = ANY(:ids) ORDER BY household_id, lower(valid) DESC
    """,
    Paired,
)
_TENURES = sql(
    """
    SELECT household_id, lower(valid) AS starts_on, upper(valid) AS ends_on FROM pairing
    WHERE cadre_id = :cadre_id AND household_id = ANY(:ids)
    """,
    Held,
)
_END = sql(
    """
    UPDATE pairing AS p SET valid = daterange(lower(p.valid), u.ends_on)
    FROM unnest(:ids, :ends_on) AS u (id, ends_on) WHERE p.id = u.id AND upper_inf(p.valid)
    """,
    ends_on=ARRAY(Date),
)
_RESUME = sql("UPDATE pairing SET valid = daterange(lower(valid), NULL) WHERE id = ANY(:ids)")
_INSERT_PAIRINGS = sql(
    """
    INSERT INTO pairing (id, household_id, division, cadre_id, valid, assigned_on, assigned_by)
    SELECT id, household_id, division, cadre_id, daterange(starts_on, ends_on), :assigned_on, :assigned_by
    FROM unnest(:ids, :households, :divisions, :cadres, :starts_on, :ends_on)
        AS u (id, household_id, division, cadre_id, starts_on, ends_on)
    ORDER BY id ON CONFLICT (id) DO NOTHING
    """,
    starts_on=ARRAY(Date),
    ends_on=ARRAY(Date),
)
_FOLLOW_CADRES = sql("""
    UPDATE leave l SET division = c.division FROM cadre c
    WHERE c.id = ANY(:ids) AND l.cadre_id = c.id AND l.division <> c.division
""")
_OPEN = sql(
    f"SELECT {PAIRING} FROM pairing WHERE household_id = ANY(:ids) AND upper_inf(valid) ORDER BY id FOR UPDATE", Paired
)
# The rows follow their household when every room has reacted: until then they tell which one has moved. A cadre helps
# wherever his own area reaches.
_LEFT_BEHIND = sql(
    """
    SELECT p.id, p.household_id, p.division, p.cadre_id, lower(p.valid) AS starts_on, upper(p.valid) AS ends_on
    FROM pairing p JOIN household h ON h.id = p.household_id JOIN cadre c ON c.id = p.cadre_id
    WHERE p.household_id = ANY(:ids) AND upper_inf(p.valid) AND p.division <> h.division
        AND NOT starts_with(h.division, c.division) ORDER BY p.id FOR UPDATE OF p
    """,
    Paired,
)
_LEAVES = sql(f"SELECT {leave.columns} FROM leave WHERE cadre_id = ANY(:cadres) OR id = ANY(:ids)", LeaveRow)
_INSERT_LEAVES = insert_many(leave, leave.shape, FREE)
_UNIT_PAGE = page(unit)
_CADRE_PAGE = page(cadre, "unit_id", "role")
_PAIRING_PAGE = page_of(Paired, f"SELECT {PAIRING} FROM pairing", "household_id", "cadre_id")
_OWN_HOUSEHOLDS = page_of(
    HelpedHousehold,
    """
    SELECT h.id AS household_id, h.division, h.status, p.id AS pairing_id, lower(p.valid) AS starts_on
    FROM cadre c JOIN pairing p ON p.cadre_id = c.id AND upper_inf(p.valid) JOIN household h ON h.id = p.household_id
    """,
    "c.subject",
    key="h.id",
)
_SUMMARY = sql(
    """
    WITH stationed AS (SELECT unit_id FROM cadre WHERE role IN ('first_secretary', 'team_member')
    AND starts_on <= :on GROUP BY unit_id HAVING count(*) >= :team_size),
    helped AS (SELECT h.id, EXISTS (SELECT FROM pairing p WHERE p.household_id = h.id
    AND p.valid @> CAST(:on AS date)) AS paired FROM household h WHERE h.status <> 'removed')
    SELECT (SELECT count(*) FROM unit WHERE kind = 'key') AS units_key,
    (SELECT count(*) FROM unit WHERE kind = 'stationed') AS units_stationed,
    (SELECT count(*) FROM unit u JOIN stationed s ON s.unit_id = u.id) AS teams_of_three,
    (SELECT count(*) FROM cadre WHERE role = 'helper') AS helpers,
    (SELECT count(*) FROM helped WHERE paired) AS households_paired,
    (SELECT count(*) FROM helped WHERE NOT paired) AS households_unpaired
    """,
    TeamTotals,
    team_size=Integer,
)


async def take_turn(connection: Connection) -> None:
    """Wait until nobody else sets units or cadres; held until the end of the transaction."""
    await fetch(connection, _TAKE_TURN)


async def set_places(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """`rows`: every column; each division once."""
    await execute_many(connection, _SET_PLACES, rows)


async def set_home_places(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """`rows`: every column; each household once."""
    await execute_many(connection, _SET_HOME_PLACES, rows)


async def list_home_places(connection: Connection, household_ids: Sequence[UUID]) -> dict[UUID, HomePlaceRow]:
    """Where those of the households live that were relocated, as far as somebody said it."""
    return {row.household_id: row for row in await fetch(connection, _HOME_PLACES, ids=list(household_ids))}


async def set_units(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """`rows`: every column; each id once."""
    await execute_many(connection, _SET_UNITS, rows)


async def set_cadres(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """`rows`: every column; each id once. A login that is there stays; recorded leave follows its cadre."""
    await execute_many(connection, _SET_CADRES, rows)
    await execute(connection, _FOLLOW_CADRES, rows=None, ids=[r["id"] for r in rows])


async def list_codes(connection: Connection, codes: Sequence[str]) -> dict[str, UUID]:
    """Whose the codes are."""
    return {row.code: row.id for row in await fetch(connection, _UNITS_BY_CODE, ids=list(codes))}


async def list_logins(connection: Connection, subjects: Sequence[str], ids: Sequence[UUID]) -> dict[str, UUID]:
    """Whose the logins are, with the logins of the cadres `ids`."""
    rows = await fetch(connection, _LOGINS, subjects=list(subjects), ids=list(ids))
    return {row.subject: row.id for row in rows}


async def list_units_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, UnitRow]:
    return await by_id(connection, _UNITS, ids)


async def list_cadres_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, CadreRow]:
    return await by_id(connection, _CADRES, ids)


async def lock_cadres(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, CadreRow]:
    """Those the caller may see, locked in id order."""
    return await by_id(connection, _LOCK_CADRES, ids)


async def lock_cadre_of(connection: Connection, subject: str) -> CadreRow | None:
    """The cadre who bears the login, locked: his phones take turns."""
    return await fetch_one(connection, _LOCK_OWN, subject=subject)


async def list_places(connection: Connection, divisions: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Where villages are, by division: all that the caller sees of the counties where these lie."""
    rows = await fetch(connection, _PLACES, codes=sorted({d[:6] for d in divisions}))
    return {row.division: (row.lat_e6, row.lon_e6) for row in rows}


async def lock_households(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Home]:
    """Those known here and within the caller's area, locked in id order: one act at a time for each."""
    return await by_id(connection, _LOCK_HOUSEHOLDS, ids)


async def list_held(connection: Connection, household_ids: Sequence[UUID]) -> dict[UUID, StandsStill]:
    """Those struck from the register or frozen, in whatever village: the code that says so."""
    return {row.household_id: row.code for row in await fetch(connection, _HELD, ids=list(household_ids))}


async def list_pairings_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Paired]:
    return await by_id(connection, _PAIRINGS, ids)


async def list_taken(connection: Connection, ids: Sequence[UUID]) -> set[UUID]:
    """Those that stand for a pairing, also where the caller does not see it."""
    return {row.id for row in await fetch(connection, _TAKEN, ids=list(ids))}


async def list_latest_pairings(connection: Connection, household_ids: Sequence[UUID]) -> dict[UUID, Paired]:
    """Each household's pairing that began last."""
    return {row.household_id: row for row in await fetch(connection, _LATEST, ids=list(household_ids))}


async def list_tenures(
    connection: Connection, cadre_id: UUID, household_ids: Sequence[UUID]
) -> dict[UUID, list[tuple[date, date | None]]]:
    """When the cadre was each household's helper: from a day until before another, None while he is."""
    tenures: dict[UUID, list[tuple[date, date | None]]] = {}
    for row in await fetch(connection, _TENURES, cadre_id=cadre_id, ids=list(household_ids)):
        tenures.setdefault(row.household_id, []).append((row.starts_on, row.ends_on))
    return tenures


async def end_pairings(connection: Connection, ends_on: dict[UUID, date]) -> None:
    """By pairing: the first day on which it stands no longer."""
    await execute(connection, _END, rows=len(ends_on), ids=list(ends_on), ends_on=list(ends_on.values()))


async def resume_pairings(connection: Connection, ids: Sequence[UUID]) -> None:
    """They go on, as though they had never ended."""
    await execute(connection, _RESUME, rows=len(ids), ids=list(ids))


async def insert_pairings(connection: Connection, rows: Sequence[Paired], assigned_on: date, assigned_by: str) -> int:
    """How many; another's ids are left out."""
    return await execute(
        connection,
        _INSERT_PAIRINGS,
        rows=None,
        assigned_on=assigned_on,
        assigned_by=assigned_by,
        ids=[row.id for row in rows],
        households=[row.household_id for row in rows],
        divisions=[row.division for row in rows],
        cadres=[row.cadre_id for row in rows],
        starts_on=[row.starts_on for row in rows],
        ends_on=[row.ends_on for row in rows],
    )


async def lock_open_pairings(connection: Connection, household_ids: Sequence[UUID]) -> dict[UUID, Paired]:
    """Those that stand, by household."""
    return {row.household_id: row for row in await fetch(connection, _OPEN, ids=list(household_ids))}


async def lock_left_behind(connection: Connection, household_ids: Sequence[UUID]) -> dict[UUID, Paired]:
    """Those that stand of households that have just moved to where the helper is not, by household."""
    return {row.household_id: row for row in await fetch(connection, _LEFT_BEHIND, ids=list(household_ids))}


async def list_leaves(connection: Connection, cadre_ids: Sequence[UUID], ids: Sequence[UUID]) -> list[LeaveRow]:
    """All leave of the cadres, and what stands under the ids."""
    return await fetch(connection, _LEAVES, cadres=list(cadre_ids), ids=list(ids))


async def insert_leaves(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """The ids that were free; the others are somebody else's."""
    return await insert_free(connection, _INSERT_LEAVES, rows)


async def list_units(connection: Connection, at: Place) -> list[UnitRow]:
    return await fetch_page(connection, _UNIT_PAGE, at)


async def list_cadres(connection: Connection, at: Place, **filters: Any) -> list[CadreRow]:
    """By rising id, filtered by unit or role."""
    return await fetch_page(connection, _CADRE_PAGE, at, **filters)


async def list_pairings(connection: Connection, at: Place, **filters: Any) -> list[Paired]:
    """By rising id, filtered by household or cadre."""
    return await fetch_page(connection, _PAIRING_PAGE, at, **filters)


async def list_households_of(connection: Connection, subject: str, at: Place) -> list[HelpedHousehold]:
    """Whom the bearer of the login helps now, by household."""
    return await fetch_page(connection, _OWN_HOUSEHOLDS, at, subject=subject)


async def get_summary(connection: Connection, on: date, team_size: int) -> TeamTotals:
    return await fetch_row(connection, _SUMMARY, on=on, team_size=team_size)


async def lock_unnamed(connection: Connection, limit: int) -> list[Unnamed]:
    """Pairings that go on, whose helper nobody outside knows."""
    return await fetch(connection, _LOCK_UNNAMED, limit=limit)
