"""All SQL about the exit procedure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.exits.rules import ENDED, ExitFacts, income_year_for, members_counted_on
from services.registry.exits.tables import ExitCase, ExitObjection, exit_case, exit_objection
from services.registry.findings.queries import count_open
from services.registry.households import queries as households
from services.registry.households.tables import Household, Seen
from services.registry.sources.queries import list_earned, list_house_words
from shared.acts.freezes import list_frozen
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import (
    Connection,
    by_id,
    execute,
    execute_many,
    fetch,
    fetch_or_not_found,
    get_by,
    insert_many,
    insert_one,
    lock_by,
    sql,
)
from shared.ground.problems import Problem

ASKED = Seen._fields[1:]

_GET = get_by(exit_case)
_LOCK = lock_by(exit_case)
_PAGE = page(exit_case, "state", "household_id", "division")
_OPEN_CASES = f"SELECT {exit_case.columns} FROM exit_case WHERE household_id = ANY(:ids) AND state NOT IN {ENDED}"
_OPEN = sql(_OPEN_CASES, ExitCase)
_LOCK_OPEN = sql(f"{_OPEN_CASES} ORDER BY id FOR UPDATE", ExitCase)
_INSERT = insert_many(
    exit_case,
    (
        "id",
        "household_id",
        "division",
        "year",
        "state",
        "members",
        "proposed_on",
        "proposed_by",
        "since_on",
        "due_on",
        "case_round_id",
        "procedure_version",
    ),
)
_CORRECT = sql(
    """
    UPDATE exit_case AS c SET members = x.members, announced_on = x.announced_on,
           year = extract(year FROM x.announced_on), division = x.division, version = version + 1
    FROM unnest(:ids, :members, :announced_on, :divisions) AS x (id, members, announced_on, division)
    WHERE c.id = x.id AND c.state = 'announced'
    """,
    members=ARRAY(Integer),
    announced_on=ARRAY(Date),
)
_INSERT_OBJECTION = insert_one(exit_objection, "id", "exit_id", "division", "raised_on", "raised_by", "reason")
_GET_OBJECTION = get_by(exit_objection)
_RESOLVE = sql("""
    UPDATE exit_objection SET resolved_on = :resolved_on, resolved_by = :resolved_by, upheld = :upheld
    WHERE id = :id AND resolved_on IS NULL
    """)
# What was left unanswered when another objection ended a case does not stand against the next one.
_OPEN_OBJECTIONS = sql(f"""
    SELECT c.household_id, count(*) AS open FROM exit_objection o JOIN exit_case c ON c.id = o.exit_id
    WHERE c.household_id = ANY(:ids) AND o.resolved_on IS NULL AND c.state NOT IN {ENDED}
    GROUP BY c.household_id
    """)
_OBJECTIONS = get_by(exit_objection, "exit_id")


async def get_case(connection: Connection, exit_id: UUID) -> ExitCase:
    """Raises Problem `shared.not_found`, also where it lies outside the caller's area."""
    return await fetch_or_not_found(connection, _GET, id=exit_id)


async def lock_cases(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, ExitCase]:
    """Those the caller may see, locked in id order."""
    return await by_id(connection, _LOCK, ids)


async def list_cases(connection: Connection, at: Place, **filters: Any) -> list[ExitCase]:
    """By rising id, filtered by state, household or division."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_with_open_case(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    return {case.household_id for case in await fetch(connection, _OPEN, ids=list(household_ids))}


async def list_open_objections(connection: Connection, household_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many are unresolved in open cases, by household."""
    rows = await fetch(connection, _OPEN_OBJECTIONS, ids=list(household_ids))
    return {r["household_id"]: r["open"] for r in rows}


async def lock_open_cases(connection: Connection, household_ids: Sequence[UUID]) -> list[ExitCase]:
    """The open cases of the households, locked in id order."""
    return await fetch(connection, _LOCK_OPEN, ids=list(household_ids))


async def insert_cases(connection: Connection, cases: Sequence[dict[str, Any]]) -> None:
    await execute_many(connection, _INSERT, cases)


async def correct_cases(connection: Connection, cases: Mapping[UUID, Mapping[str, Any]]) -> None:
    """`cases`: by announced exit, its members, exited_on and division."""
    await execute(
        connection,
        _CORRECT,
        rows=len(cases),
        ids=list(cases),
        members=[c["members"] for c in cases.values()],
        announced_on=[c["exited_on"] for c in cases.values()],
        divisions=[c["division"] for c in cases.values()],
    )


async def insert_objection(connection: Connection, **objection: Any) -> None:
    await execute(connection, _INSERT_OBJECTION, rows=1, **objection)


async def get_objection(connection: Connection, objection_id: UUID) -> ExitObjection:
    return await fetch_or_not_found(connection, _GET_OBJECTION, id=objection_id)


async def resolve_objection(connection: Connection, objection_id: UUID, on: date, by: str, *, upheld: bool) -> None:
    """Raises Problem where somebody has resolved it before."""
    done = await execute(
        connection, _RESOLVE, rows=None, id=objection_id, resolved_on=on, resolved_by=by, upheld=upheld
    )
    if done != 1:
        raise Problem("registry.exits.objection_resolved")


async def list_objections(connection: Connection, exit_id: UUID) -> list[ExitObjection]:
    return await fetch(connection, _OBJECTIONS, exit_id=exit_id)


async def load_facts(connection: Connection, homes: Sequence[Household], on: date) -> dict[UUID, ExitFacts]:
    """What the exit rule asks about households, as held for true now about that day."""
    ids, year = [home.id for home in homes], income_year_for(on)
    known = await households.list_seen(connection, ids, on)
    members = await households.count_members(connection, ids, members_counted_on(on))
    earned = await list_earned(connection, ids, year)
    objections = await list_open_objections(connection, ids)
    frozen = await list_frozen(connection, ids)
    house_words = await list_house_words(connection, ids, on)
    findings = await count_open(connection, ids)
    facts = {}
    for home in homes:
        seen = known.get(home.id)
        facts[home.id] = ExitFacts(
            status=home.status,
            members=members.get(home.id, 0),
            income_year=year,
            net_income_fen=earned[home.id].net_income_fen,
            awaits_relocation=(home.relocated or home.relocation_cohort is not None) and home.moved_in_on is None,
            open_objections=objections.get(home.id, 0),
            frozen=home.id in frozen,
            income_words=earned[home.id].words,
            house_words=house_words[home.id],
            open_findings=findings.get(home.id, 0),
            **{name: getattr(seen, name, None) for name in ASKED},
        )
    return facts
