"""All SQL about households."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, Integer, Text, Uuid, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.registry.households.rules import IncomeLine, MemberFacts
from services.registry.households.tables import household
from shared.data.sql import Connection, Row, RowCountError, execute, fetch, fetch_one, parameter, sql, statement
from shared.ground.problems import Problem

CONDITIONS = (
    "house_grade", "safe_water", "electricity", "food_secure", "clothing_secure", "school_dropout",
    "medical_insured", "unfinished_major_illness", "only_subsidies",
)  # fmt: skip

_GET = statement(select(household).where(household.c.id == parameter("id", household.c.id)))
# One household whole, in one round trip; lists travel as JSON.
WHOLE = (
    f"SELECT h.*, f.deep_poverty, f.main_cause, {', '.join(f'f.{name}' for name in CONDITIONS)},"  # noqa: S608 - our names
    " (SELECT coalesce(json_agg(p ORDER BY p.relation <> 'head', p.born_on), '[]') FROM ("
    "   SELECT m.reference, f.name, f.sex, f.born_on, f.relation, f.labour, f.school_status, f.medical_insured"
    "   FROM member_fact f JOIN member m ON m.id = f.member_id"
    "   WHERE f.household_id = h.id AND upper_inf(f.known) AND f.valid @> CAST(:on AS date)) p) AS people,"
    " (SELECT coalesce(json_agg(i), '[]') FROM (SELECT income_year, category, kind, payer, amount_fen"
    "   FROM income_line l WHERE l.household_id = h.id AND upper_inf(l.known)) i) AS income_lines"
    " FROM household h JOIN household_fact f ON f.household_id = h.id AND upper_inf(f.known)"
    " AND f.valid @> CAST(:on AS date) WHERE h.id = :household_id"
)
_WHOLE = sql(WHOLE, household_id=Uuid, on=Date)
_LOCK = sql("SELECT * FROM household WHERE id = ANY(:ids) ORDER BY id FOR UPDATE", ids=ARRAY(Uuid))
_SUMMARY = (
    "SELECT h.id, h.household_no, h.division, h.status, h.relocation_cohort, h.exited_year, f.deep_poverty,"
    " (SELECT count(*) FROM member_fact m WHERE m.household_id = h.id AND upper_inf(m.known)"
    "  AND m.valid @> CAST(:on AS date)) AS members"
    " FROM household h JOIN household_fact f ON f.household_id = h.id AND upper_inf(f.known)"
    " AND f.valid @> CAST(:on AS date)"
)
_PAGE = sql(
    f"{_SUMMARY} WHERE h.id > :after AND (:status IS NULL OR h.status = :status)"
    " AND (:division IS NULL OR h.division >= :division AND h.division <= :division || '~')"
    " ORDER BY h.id LIMIT :limit",
    on=Date, after=Uuid, status=Text, division=Text, limit=Integer,
)  # fmt: skip
_FACTS = sql(
    "SELECT * FROM household_fact WHERE household_id = ANY(:ids) AND upper_inf(known)"
    " AND valid @> CAST(:on AS date)",
    ids=ARRAY(Uuid), on=Date,
)  # fmt: skip
_MEMBERS = sql(
    "SELECT f.*, m.reference FROM member_fact f JOIN member m ON m.id = f.member_id"
    " WHERE f.household_id = ANY(:ids) AND upper_inf(f.known) AND f.valid @> CAST(:on AS date)"
    " ORDER BY f.household_id, f.relation <> 'head', f.born_on",
    ids=ARRAY(Uuid), on=Date,
)  # fmt: skip
_INCOME_LINES = sql(
    "SELECT household_id, income_year, category, kind, payer, amount_fen FROM income_line"
    " WHERE household_id = ANY(:ids) AND upper_inf(known)",
    ids=ARRAY(Uuid),
)  # fmt: skip
# A corrected statement ends what was known before and begins anew; equal amounts are left alone.
_END_STATEMENTS = sql(
    "UPDATE income_line l SET known = tstzrange(lower(l.known), clock_timestamp())"
    " FROM unnest(:ids, :years) AS s (household_id, income_year)"
    " WHERE l.household_id = s.household_id AND l.income_year = s.income_year AND l.kind = 'statement'"
    " AND upper_inf(l.known)",
    ids=ARRAY(Uuid), years=ARRAY(Integer),
)  # fmt: skip
_INSERT_STATEMENTS = sql(
    "INSERT INTO income_line (id, household_id, division, income_year, category, kind, payer, amount_fen, stated_on,"
    " stated_by)"
    " SELECT uuidv7(), i, d, y, c, 'statement', p, a, o, :stated_by"
    " FROM unnest(:ids, :divisions, :years, :categories, :payers, :amounts, :stated_on) AS s (i, d, y, c, p, a, o)",
    ids=ARRAY(Uuid), divisions=ARRAY(Text), years=ARRAY(Integer), categories=ARRAY(Text), payers=ARRAY(Text),
    amounts=ARRAY(BigInteger), stated_on=ARRAY(Date), stated_by=Text,
)  # fmt: skip
# The version known until now is closed; its days before the visit are said again, the days after are as seen.
_REVISE = (
    "WITH report AS (SELECT (r ->> 'household_id')::uuid AS household_id, (r ->> 'observed_on')::date AS observed_on,"
    "   r AS seen FROM unnest(:reports) AS r),"
    " ended AS (UPDATE household_fact f SET known = tstzrange(lower(f.known), clock_timestamp())"
    "   FROM report r WHERE f.household_id = r.household_id AND upper_inf(f.known) AND {touched}"
    "   RETURNING f.*, r.observed_on, r.seen),"
    " before AS (INSERT INTO household_fact SELECT (jsonb_populate_record(NULL::household_fact, to_jsonb(e)"
    "   || jsonb_build_object('id', uuidv7(), 'valid', daterange(lower(e.valid), e.observed_on),"
    "      'known', tstzrange(clock_timestamp(), NULL)))).* FROM ended e WHERE lower(e.valid) < e.observed_on)"
    " INSERT INTO household_fact SELECT (jsonb_populate_record(NULL::household_fact, to_jsonb(e)"
    "   || jsonb_strip_nulls(e.seen) || jsonb_build_object('id', uuidv7(),"
    "      'valid', daterange(greatest(lower(e.valid), e.observed_on), upper(e.valid)),"
    "      'known', tstzrange(clock_timestamp(), NULL), 'stated_by', CAST(:stated_by AS text)))).* FROM ended e"
)  # fmt: skip
_REVISE_FACTS = sql(_REVISE.format(touched="f.valid @> r.observed_on"), reports=ARRAY(JSONB), stated_by=Text)
# What later visits carried on from before is replaced too.
_REVISE_ONWARD = sql(
    _REVISE.format(touched="f.valid && daterange(r.observed_on, NULL)"), reports=ARRAY(JSONB), stated_by=Text
)
_SET_MOVED_IN = sql(
    "UPDATE household h SET moved_in_on = o, version = version + 1 FROM unnest(:ids, :moved_in_on) AS m (i, o)"
    " WHERE h.id = i",
    ids=ARRAY(Uuid), moved_in_on=ARRAY(Date),
)  # fmt: skip
_SET_STATUS = sql(
    "UPDATE household SET status = :status, exited_on = :exited_on, exited_year = :exited_year,"
    " version = version + 1 WHERE id = ANY(:ids)",
    status=Text, exited_on=Date, exited_year=Integer, ids=ARRAY(Uuid),
)  # fmt: skip


async def get_household(connection: Connection, household_id: UUID) -> Row:
    """Raises Problem `shared.not_found`, also where it lies outside the caller's area."""
    row = await fetch_one(connection, _GET, id=household_id)
    if row is None:
        raise Problem("shared.not_found")
    return row


async def get_whole(connection: Connection, household_id: UUID, on: date) -> Row:
    """The household with its conditions, `people` and `income_lines` as held for true now about a day.

    Raises:
        Problem: `shared.not_found`, also where it lies outside the caller's area or was not yet registered.
    """
    row = await fetch_one(connection, _WHOLE, household_id=household_id, on=on)
    if row is None:
        raise Problem("shared.not_found")
    return row


async def lock_households(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those of the ids that the caller may see, locked in id order until the end of the transaction."""
    return {r["id"]: r for r in await fetch(connection, _LOCK, ids=list(ids))}


async def list_households(
    connection: Connection, on: date, after: UUID, limit: int, status: str | None, division: str | None
) -> list[Row]:
    """A page by rising id, with the number of members on that day."""
    return await fetch(connection, _PAGE, on=on, after=after, limit=limit, status=status, division=division)


async def list_facts(connection: Connection, ids: Sequence[UUID], on: date) -> dict[UUID, Row]:
    """What is held for true now about a day, by household."""
    return {r["household_id"]: r for r in await fetch(connection, _FACTS, ids=list(ids), on=on)}


async def list_members(connection: Connection, ids: Sequence[UUID], on: date) -> dict[UUID, list[Row]]:
    """The members on a day, the head first, by household."""
    found: dict[UUID, list[Row]] = {i: [] for i in ids}
    for row in await fetch(connection, _MEMBERS, ids=list(ids), on=on):
        found[row["household_id"]].append(row)
    return found


def member_facts(rows: Sequence[Row]) -> list[MemberFacts]:
    return [MemberFacts(r["born_on"], r["sex"], r["labour"], r["health"]) for r in rows]


async def list_incomes(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, dict[int, list[IncomeLine]]]:
    """Income lines by household and income year."""
    found: dict[UUID, dict[int, list[IncomeLine]]] = {i: {} for i in ids}
    for r in await fetch(connection, _INCOME_LINES, ids=list(ids)):
        line = IncomeLine(r["category"], r["kind"], r["payer"], r["amount_fen"])
        found[r["household_id"]].setdefault(r["income_year"], []).append(line)
    return found


async def replace_statements(connection: Connection, lines: Sequence[dict[str, Any]], stated_by: str) -> None:
    """`lines`: household_id, division, income_year, category, payer, amount_fen, stated_on."""
    years = sorted({(line["household_id"], line["income_year"]) for line in lines})
    # A first statement ends nothing.
    await execute(connection, _END_STATEMENTS, rows=None, ids=[i for i, _ in years], years=[y for _, y in years])
    await execute(
        connection, _INSERT_STATEMENTS, rows=len(lines), stated_by=stated_by,
        ids=[line["household_id"] for line in lines], divisions=[line["division"] for line in lines],
        years=[line["income_year"] for line in lines], categories=[line["category"] for line in lines],
        payers=[line["payer"] for line in lines],
        amounts=[line["amount_fen"] for line in lines], stated_on=[line["stated_on"] for line in lines],
    )  # fmt: skip


async def revise_facts(connection: Connection, reports: Sequence[dict[str, Any]], stated_by: str) -> None:
    """`reports`: JSON objects with household_id, observed_on and the columns that change; None changes nothing."""
    await execute(connection, _REVISE_FACTS, rows=len(reports), reports=list(reports), stated_by=stated_by)


async def revise_facts_onward(connection: Connection, reports: Sequence[dict[str, Any]], stated_by: str) -> None:
    """As `revise_facts`, also of every version that begins after the day."""
    touched = await execute(connection, _REVISE_ONWARD, rows=None, reports=list(reports), stated_by=stated_by)
    if touched < len(reports):
        raise RowCountError(f"{touched} versions of facts for {len(reports)} households")


async def set_moved_in(connection: Connection, days: Mapping[UUID, date]) -> None:
    """By household, the day it moved in."""
    await execute(connection, _SET_MOVED_IN, rows=len(days), ids=list(days), moved_in_on=list(days.values()))


async def update_status(
    connection: Connection, ids: Sequence[UUID], status: str, exited_on: date | None, exited_year: int | None
) -> None:
    await execute(
        connection, _SET_STATUS, rows=len(ids), ids=list(ids), status=status, exited_on=exited_on,
        exited_year=exited_year,
    )  # fmt: skip
