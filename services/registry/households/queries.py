"""All SQL about households."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Date, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.registry.households.rules import LAND, MemberFacts, Status, Weight
from services.registry.households.tables import (
    HeadUntil,
    Household,
    HouseholdFact,
    HouseholdVersion,
    Member,
    MemberFact,
    Seen,
    household,
    household_contact,
    household_fact,
    household_version,
    member,
    member_fact,
)
from services.registry.persons.queries import insert_persons
from shared.data.relations import Relation
from shared.data.revisions import inherit, inheritance, plain, revise, revision
from shared.data.sql import (
    Connection,
    Row,
    Statement,
    by_id,
    execute,
    execute_many,
    fetch,
    fetch_or_not_found,
    fetch_values,
    get_by,
    insert_many,
    lock_by,
    sql,
    update_many,
)

Rows = Sequence[dict[str, Any]]

# What is told of how a household lives.
SAID = frozenset(HouseholdFact._fields) - {
    "id", "household_id", "division", "valid", "known", "stated_by", "stated_as", "weight", "own", "attested",
}  # fmt: skip
# What departments alone say of people.
ATTESTED_ALONE = (
    "disability_level", "family_doctor", "chronic_card", "assistive_device", "rehabilitation", "home_adapted",
)  # fmt: skip
# What is told of people beside who they are.
SAID_OF_PEOPLE = frozenset(
    (
        "education",
        "school_status",
        "health",
        "labour",
        "work_place",
        "work_months",
        "medical_insured",
        "pension_insured",
        *ATTESTED_ALONE,
    )
)
RELATED = {"own": ["relation"]}

_GET = get_by(household)
_LOCK = lock_by(household)
_VERSIONS = sql(
    f"SELECT {household_version.columns} FROM household_version WHERE household_id = ANY(:ids)", HouseholdVersion
)
_HELD = "FROM household_fact WHERE household_id = ANY(:ids) AND upper_inf(known) AND valid @> CAST(:on AS date)"
_FACTS = sql(f"SELECT {household_fact.columns} {_HELD}", HouseholdFact)
_OF_EXITS = sql(f"SELECT {', '.join(Seen._fields)} {_HELD}", Seen)
_MEMBERS = sql(
    f"""
    SELECT {member_fact.columns} FROM member_fact
    WHERE household_id = ANY(:ids) AND upper_inf(known) AND valid @> CAST(:on AS date)
    ORDER BY household_id, relation <> 'head', born_on
    """,
    MemberFact,
)
_MEMBERS_COUNTED = sql(
    """
    SELECT household_id, count(*) AS members FROM member_fact
    WHERE household_id = ANY(:ids) AND upper_inf(known) AND valid @> CAST(:on AS date) GROUP BY household_id
    """
)
_LAST_HEADS = sql(
    """
    SELECT household_id, max(upper(valid)) AS since FROM member_fact
    WHERE household_id = ANY(:ids) AND upper_inf(known) AND relation = 'head' GROUP BY household_id
    """,
    HeadUntil,
)

_BIRTHS = sql(
    """
    SELECT f.born_on FROM member_fact f JOIN member m ON m.id = f.member_id
    WHERE m.reference = :person AND upper_inf(f.known) AND f.valid @> CAST(:on AS date)
    """,
    person=Text,
)
_REVISE_FACTS = revision(household_fact, "household_id", carried=True)
_KEEP_WORDS = sql(
    """
    INSERT INTO household_word (household_id, division, since, said, stated_by, weight, stated_as)
    SELECT h.id, h.division, (r ->> 'since')::date, (SELECT jsonb_object_agg(w, r -> w)
        FROM jsonb_array_elements_text(r -> 'own') AS w), r ->> 'stated_by', r ->> 'weight',
        coalesce(r ->> 'stated_as', nullif(current_setting('app.role', true), ''))
    FROM unnest(:reports) AS r JOIN household h ON h.id = (r ->> 'household_id')::uuid
    """,
    reports=ARRAY(JSONB),
)
_REVISE_CONTACTS = revision(household_contact, "household_id", first=True)
_REVISE_PEOPLE = revision(member_fact, "member_id", carried=True)
_END_MEMBERSHIP = revision(member_fact, "member_id", onward=True, anew=False)
_SET_RELATIONS = revision(member_fact, "member_id", onward=True)
_INHERIT_FACTS = inheritance(household_fact, "household_id", past=True)
_INHERIT_MEMBERS = inheritance(member_fact, "member_id")
_SET_MOVED_IN = update_many(household, "moved_in_on")
_SET_STATUS = update_many(
    household, "status", "exited_on", "exited_year", "stands_since", where="t.status = ANY(:statuses)"
)
# The day of an exit stays with a household that is struck later; the year's count is of those who are out.
_STRIKE = sql("""
    UPDATE household SET status = 'removed', exited_year = NULL, status_before = status, year_before = exited_year,
        stands_since = :on
    WHERE id = ANY(:ids) AND status <> 'removed'
    """)
# Since the day on which it was struck it stands as before: `stands_since` stays.
_REINSTATE = sql(
    f"""
    UPDATE household SET status = status_before, exited_year = year_before, status_before = NULL, year_before = NULL
    WHERE id = ANY(:ids) AND status = 'removed' RETURNING {household.columns}
    """,
    Household,
)
# The last that was known of somebody's membership holds on.
_RESUME = sql("""
    WITH ended AS MATERIALIZED (
        UPDATE member_fact f SET known = tstzrange(lower(f.known), s.at) FROM (SELECT clock_timestamp() AS at) s
        WHERE f.member_id = ANY(:ids) AND upper_inf(f.known) AND upper(f.valid) = (SELECT max(upper(x.valid))
            FROM member_fact x WHERE x.member_id = f.member_id AND upper_inf(x.known))
        RETURNING to_jsonb(f) AS was, lower(f.valid) AS since, s.at)
    INSERT INTO member_fact SELECT n.* FROM ended e, LATERAL jsonb_populate_record(NULL::member_fact, e.was
        || jsonb_build_object('id', uuidv7(), 'valid', daterange(e.since, NULL), 'known', tstzrange(e.at, NULL))) AS n
    """)
# Since when others are head after a day, and what each of them was before.
_HEIRS = sql(
    """
    WITH heir AS (
        SELECT member_id, min(lower(valid)) AS since FROM member_fact
        WHERE household_id = :household_id AND member_id <> :member_id AND upper_inf(known) AND relation = 'head'
            AND lower(valid) >= :since GROUP BY member_id)
    SELECT member_id, since, coalesce((
        SELECT f.relation FROM member_fact f WHERE f.member_id = h.member_id AND upper_inf(f.known)
            AND lower(f.valid) < h.since ORDER BY lower(f.valid) DESC LIMIT 1), 'other') AS relation
    FROM heir h
    """,
    since=Date,
)
_INSERT_HOUSEHOLDS = insert_many(
    household,
    (n for n in Household._fields if n not in ("moved_in_on", "status_before", "year_before", "placed_since")),
)
_UNSAID = {"exited_on": None, "stands_since": None}
_INSERT_MEMBERS = insert_many(member, Member._fields)


def _insert_open(table: Relation[Any], *unsaid: str) -> Statement[Row]:
    """As `insert_many`, for rows of which nothing was known before, and which say nothing of `unsaid`: they hold from
    their day `since` on, until further notice.
    """
    columns = [n for n in table.shape if n not in ("id", "valid", "known", "weight", "stated_as", *unsaid)]
    names, lists = ", ".join(columns), ", ".join(f":{n}" for n in columns)
    return sql(
        f"""
        INSERT INTO {table.name} (id, valid, weight, {names})
        SELECT uuidv7(), daterange(since, NULL), :weight, {names}
        FROM unnest(:since, {lists}) AS u (since, {names})
        """,
        since=ARRAY(Date),
        weight=Text,
        **{n: ARRAY(table.types[n]) for n in columns},
    )


# What no list says of a household, and visits see.
_SEEN = ("food_secure", "clothing_secure", "unfinished_major_illness", "only_subsidies", *LAND, "road_m")
_INSERT_HOUSEHOLD_FACTS = _insert_open(household_fact, *_SEEN, "own", "attested")
_INSERT_CONTACTS = _insert_open(household_contact)
_INSERT_MEMBER_FACTS = _insert_open(member_fact, "own", "attested", *ATTESTED_ALONE)


class Standing(NamedTuple):
    """How a household stands since a day: the day of its exit, and the year in which it counts as out."""

    status: Status
    exited_on: date | None
    exited_year: int | None
    stands_since: date


async def get_household(connection: Connection, household_id: UUID) -> Household:
    """Raises Problem `shared.not_found`, also where it lies outside the caller's area."""
    return await fetch_or_not_found(connection, _GET, id=household_id)


async def lock_households(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Household]:
    """Those of the ids that the caller may see, locked in id order until the end of the transaction."""
    return await by_id(connection, _LOCK, ids)


async def list_versions(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, HouseholdVersion]:
    """How often each was told anew, and by whom last."""
    return {v.household_id: v for v in await fetch(connection, _VERSIONS, ids=list(ids))}


async def list_seen(connection: Connection, ids: Sequence[UUID], on: date) -> dict[UUID, Seen]:
    """Of `list_facts` only what an exit asks for: of a county's households the rest takes longer than they do."""
    return {seen.household_id: seen for seen in await fetch(connection, _OF_EXITS, ids=list(ids), on=on)}


async def list_facts(connection: Connection, ids: Sequence[UUID], on: date) -> dict[UUID, HouseholdFact]:
    """What is held for true now about a day, by household."""
    return {fact.household_id: fact for fact in await fetch(connection, _FACTS, ids=list(ids), on=on)}


async def list_members(connection: Connection, ids: Sequence[UUID], on: date) -> dict[UUID, list[MemberFact]]:
    """The members on a day, the head first, by household."""
    found: dict[UUID, list[MemberFact]] = {i: [] for i in ids}
    for fact in await fetch(connection, _MEMBERS, ids=list(ids), on=on):
        found[fact.household_id].append(fact)
    return found


async def count_members(connection: Connection, ids: Sequence[UUID], on: date) -> dict[UUID, int]:
    """How many belong to each on a day; who has none is not there."""
    return {x["household_id"]: x["members"] for x in await fetch(connection, _MEMBERS_COUNTED, ids=list(ids), on=on)}


async def find_birth(connection: Connection, reference: str, on: date) -> date | None:
    """When somebody was born who belongs to a household on that day."""
    return next(iter(await fetch_values(connection, _BIRTHS, person=reference, on=on)), None)


def member_facts(people: Sequence[MemberFact]) -> list[MemberFacts]:
    return [MemberFacts(p.born_on, p.sex, p.labour, p.health) for p in people]


async def revise_facts(connection: Connection, reports: Rows) -> None:
    """`reports`: household_id, since, stated_by, weight, the columns that are said, and in `attested` the unit that
    answers for each of them, where a department does; None says nothing.

    Each holds from its day until the same was said again, or, of what no department attested, until one attested it;
    whichever was told first. A lighter word of what stands attested is none of `reports`.
    All that was said is kept.
    """
    empty: dict[str, Any] = {"attested": {}}
    said = [empty | r | {"own": sorted(n for n in SAID if r.get(n) is not None)} for r in reports]
    await revise(connection, _REVISE_FACTS, said)
    await keep_said(connection, reports)


async def keep_said(connection: Connection, reports: Rows) -> None:
    """Every word is kept, whether it holds or not; `reports` as of `revise_facts`."""
    said = [r | {"own": [n for n in SAID if r.get(n) is not None]} for r in reports]
    words = [r for r in said if r["own"]]
    await execute(connection, _KEEP_WORDS, rows=len(words), reports=plain(words))


async def revise_contacts(connection: Connection, reports: Rows) -> None:
    """`reports`, each household once: household_id, division, since, stated_by, weight, and what is sealed of it. It
    holds from its day until the next word of another day.
    """
    said = [{n: f"\\x{v.hex()}" if isinstance(v, bytes) else v for n, v in r.items()} for r in reports]
    if said:
        await revise(connection, _REVISE_CONTACTS, said)


async def inherit_facts(connection: Connection, heirs: Rows) -> None:
    """How a household lives, of another (`from_id`) until a day (`since`); `heirs`: household_id, division."""
    await inherit(connection, _INHERIT_FACTS, heirs)


async def inherit_membership(connection: Connection, heirs: Rows) -> None:
    """What is known of members (`from_id`) since a day (`since`), who are members elsewhere from then on (`member_id`);
    what departments attested of them goes with them.
    """
    await inherit(connection, _INHERIT_MEMBERS, heirs, least=len(heirs))


async def revise_people(connection: Connection, reports: Rows) -> None:
    """`reports`: member_id, since, weight, the columns that are said, and `attested`; as `revise_facts`."""
    empty: dict[str, Any] = {"attested": {}}
    said = [empty | r | {"own": sorted(n for n in SAID_OF_PEOPLE if r.get(n) is not None)} for r in reports]
    await revise(connection, _REVISE_PEOPLE, said)


async def end_membership(connection: Connection, days: Mapping[UUID, date]) -> None:
    """By member, the first day on which he is none any more."""
    await revise(connection, _END_MEMBERSHIP, [{"member_id": i, "since": day} for i, day in days.items()])


async def set_heads(connection: Connection, heirs: Mapping[UUID, UUID]) -> None:
    """By member, the household whose head he becomes, from the day on which its last one was head no more."""
    since = {x.household_id: x.since for x in await fetch(connection, _LAST_HEADS, ids=list(heirs.values()))}
    reports = [{"member_id": i, "since": since.get(home), "relation": "head"} | RELATED for i, home in heirs.items()]
    await revise(connection, _SET_RELATIONS, reports)


async def set_relations(connection: Connection, reports: Rows) -> None:
    """`reports`: member_id, since, and the `relation` that was stated to hold from that day on; each member once."""
    await revise(connection, _SET_RELATIONS, [r | {"weight": "statement"} | RELATED for r in reports])


async def resume_membership(connection: Connection, member_ids: Sequence[UUID]) -> None:
    """They belong to their households on, as when they were last known to."""
    await execute(connection, _RESUME, rows=len(member_ids), ids=list(member_ids))


async def unset_heirs(connection: Connection, household_id: UUID, member_id: UUID, since: date) -> None:
    """Who became head in a member's place from a day on is what he was to the head before."""
    rows = await fetch(connection, _HEIRS, household_id=household_id, member_id=member_id, since=since)
    await revise(connection, _SET_RELATIONS, [{**row} | RELATED for row in rows])


async def set_moved_in(connection: Connection, days: Mapping[UUID, date]) -> None:
    """By household, the day it moved in."""
    await execute_many(connection, _SET_MOVED_IN, [{"id": i, "moved_in_on": day} for i, day in days.items()])


async def set_status(connection: Connection, changes: Mapping[UUID, Standing], before: Sequence[Status]) -> None:
    """By household, how it stands; it stood as one of `before`."""
    rows = [{"id": i} | standing._asdict() for i, standing in changes.items()]
    await execute_many(connection, _SET_STATUS, rows, statuses=list(before))


async def strike(connection: Connection, ids: Sequence[UUID], on: date) -> None:
    """Strike households that are in the register; from that day on they are out of it."""
    await execute(connection, _STRIKE, rows=len(ids), ids=list(ids), on=on)


async def reinstate(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Household]:
    """Households that were struck by mistake stand as before."""
    return await by_id(connection, _REINSTATE, ids)


async def insert_households(connection: Connection, rows: Mapping[str, Rows]) -> None:
    """`rows` by table: household, household_fact, household_contact, member, member_fact, person_index."""
    await execute_many(connection, _INSERT_HOUSEHOLDS, [_UNSAID | row for row in rows["household"]])
    await execute_many(connection, _INSERT_HOUSEHOLD_FACTS, rows["household_fact"], weight="takeover")
    await execute_many(connection, _INSERT_CONTACTS, rows["household_contact"], weight="takeover")
    await insert_members(connection, rows, weight="takeover")


async def insert_members(connection: Connection, rows: Mapping[str, Rows], weight: Weight) -> None:
    """`rows` by table: member, member_fact, person_index. `weight`: how what is held for true came to be known."""
    await execute_many(connection, _INSERT_MEMBERS, rows["member"])
    await execute_many(connection, _INSERT_MEMBER_FACTS, rows["member_fact"], weight=weight)
    await insert_persons(connection, rows["person_index"])
