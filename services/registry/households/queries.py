"""All SQL about households."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Date, Integer, SmallInteger, Text, Uuid, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.registry.households.rules import IncomeLine, MemberFacts
from services.registry.households.tables import (
    household,
    household_contact,
    household_fact,
    income_line,
    member,
    member_fact,
    person_index,
)
from shared.data.revisions import plain, revise, revision
from shared.data.sql import (
    Connection,
    Row,
    Statement,
    execute,
    execute_many,
    fetch,
    fetch_one,
    fetch_or_not_found,
    insert_many,
    parameter,
    sql,
    statement,
)
from shared.ground.problems import Problem

Rows = Sequence[dict[str, Any]]

CONDITIONS = (
    "house_grade",
    "safe_water",
    "electricity",
    "food_secure",
    "clothing_secure",
    "school_dropout",
    "medical_insured",
    "unfinished_major_illness",
    "only_subsidies",
)

STATED = {"kind": "statement", "weight": "statement"}
PAID = {"kind": "payment", "weight": "payment"}

_GET = statement(select(household).where(household.c.id == parameter("id", household.c.id)))
# One household whole, in one round trip; lists travel as JSON.
WHOLE = (
    f"SELECT h.*, f.deep_poverty, f.main_cause, {', '.join(f'f.{name}' for name in CONDITIONS)},"
    " (SELECT coalesce(json_agg(p ORDER BY p.relation <> 'head', p.born_on), '[]') FROM ("
    "   SELECT m.reference, f.name, f.sex, f.born_on, f.relation, f.labour, f.school_status, f.medical_insured"
    "   FROM member_fact f JOIN member m ON m.id = f.member_id"
    "   WHERE f.household_id = h.id AND upper_inf(f.known) AND f.valid @> CAST(:on AS date)) p) AS people,"
    " (SELECT coalesce(json_agg(i), '[]') FROM (SELECT income_year, category, kind, payer, amount_fen"
    "   FROM income_line l WHERE l.household_id = h.id AND upper_inf(l.known)) i) AS income_lines"
    " FROM household h JOIN household_fact f ON f.household_id = h.id AND upper_inf(f.known)"
    " AND f.valid @> CAST(:on AS date) WHERE h.id = :household_id"
)
_GET_WHOLE = sql(WHOLE)
_LOCK = sql("SELECT * FROM household WHERE id = ANY(:ids) ORDER BY id FOR UPDATE")
_SUMMARY = (
    "SELECT h.id, h.household_no, h.division, h.status, h.relocation_cohort, h.exited_year, f.deep_poverty,"
    " (SELECT count(*) FROM member_fact m WHERE m.household_id = h.id AND upper_inf(m.known)"
    "  AND m.valid @> CAST(:on AS date)) AS members"
    " FROM household h JOIN household_fact f ON f.household_id = h.id AND upper_inf(f.known)"
    " AND f.valid @> CAST(:on AS date)"
)
_PAGE = sql(f"""
    {_SUMMARY} WHERE h.id > :after AND (:status IS NULL OR h.status = :status)
    AND (:division IS NULL OR h.division >= :division AND h.division <= :division || '~')
    ORDER BY h.id LIMIT :limit
""")
_FACTS = sql("""
    SELECT * FROM household_fact WHERE household_id = ANY(:ids) AND upper_inf(known)
    AND valid @> CAST(:on AS date)
""")
_MEMBERS = sql("""
    SELECT f.*, m.reference FROM member_fact f JOIN member m ON m.id = f.member_id
    WHERE f.household_id = ANY(:ids) AND upper_inf(f.known) AND f.valid @> CAST(:on AS date)
    ORDER BY f.household_id, f.relation <> 'head', f.born_on
""")
_INCOME_LINES = sql("""
    SELECT household_id, income_year, category, kind, payer, amount_fen FROM income_line
    WHERE household_id = ANY(:ids) AND upper_inf(known)
""")
_STATED_ON = sql("""
    SELECT household_id, income_year, max(stated_on) AS stated_on FROM income_line WHERE household_id = ANY(:ids)
    AND kind = 'statement' AND upper_inf(known) GROUP BY household_id, income_year
""")
# Said, but held for true at no time.
_KEEP_OVERTAKEN = sql(
    """
    INSERT INTO income_line SELECT n.* FROM unnest(:lines) AS l, LATERAL jsonb_populate_record(NULL::income_line,
    l || jsonb_build_object('id', uuidv7(), 'known', 'empty')) AS n
""",
    lines=ARRAY(JSONB),
)
_LAST_HEADS = sql("""
    SELECT household_id, max(upper(valid)) AS since FROM member_fact WHERE household_id = ANY(:ids)
    AND upper_inf(known) AND relation = 'head' GROUP BY household_id
""")

_REVISE_FACTS = revision(household_fact, "household_id")
# What later visits carried on from before is replaced too.
_REVISE_ONWARD = revision(household_fact, "household_id", onward=True)
_END_MEMBERSHIP = revision(member_fact, "member_id", onward=True, anew=False)
_SET_HEADS = revision(member_fact, "member_id", onward=True)
_SET_STATEMENTS = revision(income_line, "household_id", "income_year", "kind")
_SET_PAYMENTS = revision(income_line, "household_id", "income_year", "kind", "category", "payer")
_SET_MOVED_IN = sql(
    """
    UPDATE household h SET moved_in_on = o, version = version + 1 FROM unnest(:ids, :moved_in_on) AS m (i, o)
    WHERE h.id = i
""",
    moved_in_on=ARRAY(Date),
)
_SET_STATUS = sql(
    """
    UPDATE household h SET status = s, exited_on = o, exited_year = y, version = version + 1
    FROM unnest(:ids, :statuses, :exited_on, :exited_years) AS x (i, s, o, y)
    WHERE h.id = i AND h.status = ANY(:before)
""",
    exited_on=ARRAY(Date),
    exited_years=ARRAY(Integer),
    before=ARRAY(Text),
)
# The day of an exit stays with a household that is struck later; the year's count is of those who are out.
_STRIKE = sql("""
    UPDATE household SET status = 'removed', exited_year = NULL, version = version + 1
    WHERE id = ANY(:ids) AND status <> 'removed'
""")
_INSERT_HOUSEHOLDS = insert_many(
    household,
    ("id", "household_no", "division", "status", "registered_on", "exited_year", "relocation_cohort", "relocated"),
)
_INSERT_CONTACTS = insert_many(household_contact, ("household_id", "division", "phone_sealed", "account_sealed"))
_INSERT_MEMBERS = insert_many(member, ("id", "household_id", "division", "id_number_sealed", "reference"))
_INSERT_PERSONS = insert_many(person_index, ("key_id", "digest", "member_id", "division"))
_INSERT_STATEMENTS = sql(
    """
    INSERT INTO income_line (id, household_id, division, income_year, category, kind, amount_fen, stated_on,
    stated_by, weight)
    SELECT uuidv7(), i, d, :income_year, c, 'statement', a, :stated_on, :stated_by, 'takeover'
    FROM unnest(:household_id, :division, :category, :amount_fen) AS s (i, d, c, a)
""",
    household_id=ARRAY(Uuid),
    division=ARRAY(Text),
    category=ARRAY(Text),
    amount_fen=ARRAY(BigInteger),
)


def _insert_open(table: str, since: str, **columns: Any) -> Statement[Any]:
    """As `insert_many`, for rows out of the national register that hold from their day `since` on, until further
    notice.
    """
    names = ", ".join(columns)
    types = {n: ARRAY(t) for n, t in columns.items()} | {since: ARRAY(Date)}
    return sql(
        f"""
        INSERT INTO {table} (id, valid, weight, {names}) SELECT uuidv7(), daterange(since, NULL), 'takeover', {names}
        FROM unnest(:{since}, {", ".join(f":{n}" for n in columns)}) AS s (since, {names})
    """,
        **types,
    )


_INSERT_HOUSEHOLD_FACTS = _insert_open(
    "household_fact",
    "since",
    household_id=Uuid,
    division=Text,
    attribute=Text,
    main_cause=Text,
    other_causes=JSONB,
    deep_poverty=Boolean,
    natural_village=Text,
    house_area_m2_x100=Integer,
    house_grade=Text,
    safe_water=Boolean,
    electricity=Boolean,
    school_dropout=Boolean,
    medical_insured=Boolean,
    stated_by=Text,
)
_INSERT_MEMBER_FACTS = _insert_open(
    "member_fact",
    "since",
    member_id=Uuid,
    household_id=Uuid,
    division=Text,
    name=Text,
    sex=Text,
    born_on=Date,
    relation=Text,
    ethnicity=Text,
    education=Text,
    school_status=Text,
    health=Text,
    labour=Text,
    work_place=Text,
    work_months=SmallInteger,
    medical_insured=Boolean,
    pension_insured=Boolean,
)


class Standing(NamedTuple):
    """How a household stands: the day of its exit, and the year in which it counts as out."""

    status: str
    exited_on: date | None
    exited_year: int | None


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
    return await fetch_or_not_found(connection, _GET_WHOLE, household_id=household_id, on=on)


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


async def list_stated_on(connection: Connection, ids: Sequence[UUID]) -> dict[tuple[UUID, int], date]:
    """By household and income year, the day of the statement that stands."""
    rows = await fetch(connection, _STATED_ON, ids=list(ids))
    return {(r["household_id"], r["income_year"]): r["stated_on"] for r in rows}


async def set_statements(connection: Connection, lines: Rows, stated_by: str) -> None:
    """What was stated of these households and years before stands no longer."""
    await revise(connection, _SET_STATEMENTS, [line | STATED | {"stated_by": stated_by} for line in lines])


async def set_payments(connection: Connection, lines: Rows, stated_by: str) -> None:
    """As `set_statements`, of one payer's payments of one category."""
    await revise(connection, _SET_PAYMENTS, [line | PAID | {"stated_by": stated_by} for line in lines])


async def keep_overtaken(connection: Connection, lines: Rows, stated_by: str) -> None:
    """Statements of before the one that stands: kept as they were said, and held for true at no time."""
    kept = plain(line | STATED | {"stated_by": stated_by} for line in lines)
    await execute(connection, _KEEP_OVERTAKEN, rows=len(kept), lines=kept)


async def revise_facts(connection: Connection, reports: Sequence[Mapping[str, Any]]) -> None:
    """`reports`: household_id, since, stated_by and the columns that change; None changes nothing."""
    await revise(connection, _REVISE_FACTS, reports)


async def revise_facts_onward(connection: Connection, reports: Sequence[Mapping[str, Any]]) -> None:
    """As `revise_facts`, also of every version that begins after the day."""
    await revise(connection, _REVISE_ONWARD, reports)


async def end_membership(connection: Connection, days: Mapping[UUID, date]) -> None:
    """By member, the first day on which he is none any more."""
    await revise(connection, _END_MEMBERSHIP, [{"member_id": i, "since": day} for i, day in days.items()])


async def set_heads(connection: Connection, heirs: Mapping[UUID, UUID]) -> None:
    """By member, the household whose head he becomes, from the day on which its last one was head no more."""
    rows = await fetch(connection, _LAST_HEADS, ids=list(heirs.values()))
    since = {r["household_id"]: r["since"] for r in rows}
    await revise(connection, _SET_HEADS, [
        {"member_id": i, "since": since.get(household_id), "relation": "head"} for i, household_id in heirs.items()
    ])  # fmt: skip


async def set_moved_in(connection: Connection, days: Mapping[UUID, date]) -> None:
    """By household, the day it moved in."""
    await execute(connection, _SET_MOVED_IN, rows=len(days), ids=list(days), moved_in_on=list(days.values()))


async def set_status(connection: Connection, changes: Mapping[UUID, Standing], before: Sequence[str]) -> None:
    """By household, how it stands; it stood as one of `before`."""
    await execute(
        connection,
        _SET_STATUS,
        rows=len(changes),
        ids=list(changes),
        before=list(before),
        statuses=[s.status for s in changes.values()],
        exited_on=[s.exited_on for s in changes.values()],
        exited_years=[s.exited_year for s in changes.values()],
    )


async def strike(connection: Connection, ids: Sequence[UUID]) -> None:
    """Strike households that are in the register."""
    await execute(connection, _STRIKE, rows=len(ids), ids=list(ids))


async def insert_households(connection: Connection, rows: Mapping[str, Rows]) -> None:
    """`rows` by table: household, household_fact, household_contact, member, member_fact, person_index."""
    await execute_many(connection, _INSERT_HOUSEHOLDS, rows["household"])
    await execute_many(connection, _INSERT_HOUSEHOLD_FACTS, rows["household_fact"])
    await execute_many(connection, _INSERT_CONTACTS, rows["household_contact"])
    await execute_many(connection, _INSERT_MEMBERS, rows["member"])
    await execute_many(connection, _INSERT_MEMBER_FACTS, rows["member_fact"])
    await execute_many(connection, _INSERT_PERSONS, rows["person_index"])


async def insert_statements(connection: Connection, lines: Rows, income_year: int, on: date, stated_by: str) -> None:
    """The first that these households earned, by the national register. `lines`: household_id, division, category,
    amount_fen.
    """
    columns = {n: [line[n] for line in lines] for n in ("household_id", "division", "category", "amount_fen")}
    await execute(
        connection,
        _INSERT_STATEMENTS,
        rows=len(lines),
        income_year=income_year,
        stated_on=on,
        stated_by=stated_by,
        **columns,
    )
