"""All SQL about the exit procedure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, Integer, Text, Uuid, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.registry.exits.rules import ExitFacts, income_year_for, members_counted_on
from services.registry.exits.tables import exit_case, exit_objection, exit_step
from services.registry.households import queries as households
from services.registry.households.rules import is_stated, net_income_fen
from shared.acts.freezes import list_frozen
from shared.data.sql import Connection, Row, execute, fetch, fetch_one, parameter, sql, statement
from shared.ground.problems import Problem

ASKED = (
    "food_secure", "clothing_secure", "school_dropout", "medical_insured", "house_grade", "safe_water",
    "unfinished_major_illness", "only_subsidies",
)  # fmt: skip

ENDED = "('announced', 'refused', 'withdrawn', 'revoked')"

_GET = statement(select(exit_case).where(exit_case.c.id == parameter("id", exit_case.c.id)))
_LOCK = sql("SELECT * FROM exit_case WHERE id = ANY(:ids) ORDER BY id FOR UPDATE", ids=ARRAY(Uuid))
_PAGE = sql(
    "SELECT * FROM exit_case WHERE id > :after AND (:state IS NULL OR state = :state)"
    " AND (:household_id IS NULL OR household_id = :household_id)"
    " AND (:division IS NULL OR division >= :division AND division <= :division || '~') ORDER BY id LIMIT :limit",
    after=Uuid, state=Text, division=Text, household_id=Uuid, limit=Integer,
)  # fmt: skip
_OPEN_CASES = f"FROM exit_case WHERE household_id = ANY(:ids) AND state NOT IN {ENDED}"
_OPEN = sql(f"SELECT household_id {_OPEN_CASES}", ids=ARRAY(Uuid))
_LOCK_OPEN = sql(f"SELECT * {_OPEN_CASES} ORDER BY id FOR UPDATE", ids=ARRAY(Uuid))
_INSERT = sql(
    "INSERT INTO exit_case (id, household_id, division, year, state, members, proposed_on, proposed_by)"
    " SELECT i, h, d, :year, 'proposed', m, :proposed_on, :proposed_by"
    " FROM unnest(:ids, :households, :divisions, :members) AS c (i, h, d, m)",
    ids=ARRAY(Uuid), households=ARRAY(Uuid), divisions=ARRAY(Text), members=ARRAY(Integer), year=Integer,
    proposed_on=Date, proposed_by=Text,
)  # fmt: skip
_INSERT_STEPS = sql(
    "INSERT INTO exit_step (exit_id, division, step, outcome, acted_on, acted_by, role, detail)"
    " SELECT e, d, :step, o, :acted_on, :acted_by, :role, t"
    " FROM unnest(:exits, :divisions, :outcomes, :details) AS s (e, d, o, t)",
    exits=ARRAY(Uuid), divisions=ARRAY(Text), outcomes=ARRAY(Text), details=ARRAY(JSONB), step=Text, acted_on=Date,
    acted_by=Text, role=Text,
)  # fmt: skip
# One statement for every step: a column that a step does not set keeps what it has.
_UPDATE = sql(
    "UPDATE exit_case c SET state = u.state, version = version + 1,"
    " ended_code = coalesce(u.ended_code, c.ended_code), decision_id = coalesce(u.decision_id, c.decision_id),"
    " reviewed_by = CASE WHEN :step = 'reviewed' THEN :subject ELSE reviewed_by END,"
    " checked_by = CASE WHEN :step = 'checked' THEN :subject ELSE checked_by END,"
    " township_checked_by = CASE WHEN :step = 'township_checked' THEN :subject ELSE township_checked_by END,"
    " decided_by = CASE WHEN :step = 'approved' THEN :subject ELSE decided_by END,"
    " announced_by = CASE WHEN :step = 'announced' THEN :subject ELSE announced_by END,"
    " announced_on = CASE WHEN :step = 'announced' THEN :acted_on ELSE announced_on END,"
    " notice_posted_on = CASE WHEN u.state = 'noticed' THEN :acted_on ELSE notice_posted_on END,"
    " notice_ends_on = CASE WHEN u.state = 'noticed' THEN :ends_on ELSE notice_ends_on END,"
    " members = coalesce(u.members, c.members)"
    " FROM unnest(:ids, :states, :codes, :decisions, :members)"
    " AS u (id, state, ended_code, decision_id, members) WHERE c.id = u.id",
    ids=ARRAY(Uuid), states=ARRAY(Text), codes=ARRAY(Text), decisions=ARRAY(Uuid), members=ARRAY(Integer), step=Text,
    subject=Text, acted_on=Date, ends_on=Date,
)  # fmt: skip
_REVOKE = sql(
    "UPDATE exit_case SET state = 'revoked', version = version + 1 WHERE id = ANY(:ids) AND state = 'announced'",
    ids=ARRAY(Uuid),
)
_CORRECT = sql(
    "UPDATE exit_case c SET members = m, announced_on = o, year = extract(year FROM o), division = d,"
    " version = version + 1 FROM unnest(:ids, :members, :announced_on, :divisions) AS x (i, m, o, d)"
    " WHERE c.id = i AND c.state = 'announced'",
    ids=ARRAY(Uuid), members=ARRAY(Integer), announced_on=ARRAY(Date), divisions=ARRAY(Text),
)  # fmt: skip
_INSERT_OBJECTION = sql(
    "INSERT INTO exit_objection (id, exit_id, division, raised_on, raised_by, reason)"
    " VALUES (:id, :exit_id, :division, :raised_on, :raised_by, :reason)",
    id=Uuid, exit_id=Uuid, division=Text, raised_on=Date, raised_by=Text, reason=Text,
)  # fmt: skip
_FIND_OBJECTION = sql("SELECT * FROM exit_objection WHERE id = :id", id=Uuid)
_RESOLVE = sql(
    "UPDATE exit_objection SET resolved_on = :resolved_on, resolved_by = :resolved_by, upheld = :upheld"
    " WHERE id = :id AND resolved_on IS NULL",
    id=Uuid, resolved_on=Date, resolved_by=Text, upheld=Boolean,
)  # fmt: skip
# What was left unanswered when another objection ended a case does not stand against the next one.
_OPEN_OBJECTIONS = sql(
    "SELECT c.household_id, count(*) AS n FROM exit_objection o JOIN exit_case c ON c.id = o.exit_id"  # noqa: S608
    " WHERE c.household_id = ANY(:ids) AND o.resolved_on IS NULL"
    f" AND c.state NOT IN {ENDED} GROUP BY c.household_id",
    ids=ARRAY(Uuid),
)  # fmt: skip
_STEPS = statement(
    select(exit_step).where(exit_step.c.exit_id == parameter("exit_id", exit_step.c.exit_id)).order_by(exit_step.c.id)
)
_OBJECTIONS = statement(
    select(exit_objection)
    .where(exit_objection.c.exit_id == parameter("exit_id", exit_objection.c.exit_id))
    .order_by(exit_objection.c.id)
)


async def get_case(connection: Connection, exit_id: UUID) -> Row:
    """Raises Problem `shared.not_found`, also where it lies outside the caller's area."""
    row = await fetch_one(connection, _GET, id=exit_id)
    if row is None:
        raise Problem("shared.not_found")
    return row


async def lock_cases(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those the caller may see, locked in id order."""
    return {r["id"]: r for r in await fetch(connection, _LOCK, ids=list(ids))}


async def list_cases(
    connection: Connection,
    after: UUID,
    limit: int,
    state: str | None,
    division: str | None,
    household_id: UUID | None,
) -> list[Row]:
    """By rising id; a filter that is None lets everything pass."""
    return await fetch(
        connection, _PAGE, after=after, limit=limit, state=state, division=division, household_id=household_id
    )


async def list_with_open_case(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    return {r["household_id"] for r in await fetch(connection, _OPEN, ids=list(household_ids))}


async def list_open_objections(connection: Connection, household_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many are unresolved in open cases, by household."""
    rows = await fetch(connection, _OPEN_OBJECTIONS, ids=list(household_ids))
    return {r["household_id"]: r["n"] for r in rows}


async def lock_open_cases(connection: Connection, household_ids: Sequence[UUID]) -> list[Row]:
    """The open cases of the households, locked in id order."""
    return await fetch(connection, _LOCK_OPEN, ids=list(household_ids))


async def insert_cases(
    connection: Connection, cases: Sequence[dict[str, Any]], year: int, proposed_on: date, proposed_by: str
) -> None:
    """`cases`: id, household_id, division, members."""
    await execute(
        connection, _INSERT, rows=len(cases), year=year, proposed_on=proposed_on, proposed_by=proposed_by,
        ids=[c["id"] for c in cases], households=[c["household_id"] for c in cases],
        divisions=[c["division"] for c in cases], members=[c["members"] for c in cases],
    )  # fmt: skip


async def insert_steps(
    connection: Connection, steps: Sequence[dict[str, Any]], step: str, acted_on: date, acted_by: str, role: str
) -> None:
    """`steps`: id (of the case), division, outcome, detail."""
    await execute(
        connection, _INSERT_STEPS, rows=len(steps), step=step, acted_on=acted_on, acted_by=acted_by, role=role,
        exits=[s["id"] for s in steps], divisions=[s["division"] for s in steps],
        outcomes=[s["outcome"] for s in steps], details=[s["detail"] for s in steps],
    )  # fmt: skip


async def update_cases(
    connection: Connection, changes: Sequence[dict[str, Any]], step: str, subject: str, acted_on: date,
    ends_on: date | None,
) -> None:  # fmt: skip
    """`changes`: id, state, ended_code, decision_id, members; None of the last three keeps what stands there."""
    await execute(
        connection, _UPDATE, rows=len(changes), step=step, subject=subject, acted_on=acted_on, ends_on=ends_on,
        ids=[c["id"] for c in changes], states=[c["state"] for c in changes],
        codes=[c["ended_code"] for c in changes], decisions=[c["decision_id"] for c in changes],
        members=[c["members"] for c in changes],
    )  # fmt: skip


async def revoke_cases(connection: Connection, ids: Sequence[UUID]) -> None:
    """Announced exits that are taken back."""
    await execute(connection, _REVOKE, rows=len(ids), ids=list(ids))


async def correct_cases(connection: Connection, cases: Mapping[UUID, Mapping[str, Any]]) -> None:
    """`cases`: by announced exit, its members, exited_on and division."""
    await execute(
        connection, _CORRECT, rows=len(cases), ids=list(cases), members=[c["members"] for c in cases.values()],
        announced_on=[c["exited_on"] for c in cases.values()], divisions=[c["division"] for c in cases.values()],
    )  # fmt: skip


async def insert_objection(connection: Connection, **objection: Any) -> None:
    await execute(connection, _INSERT_OBJECTION, rows=1, **objection)


async def get_objection(connection: Connection, objection_id: UUID) -> Row:
    row = await fetch_one(connection, _FIND_OBJECTION, id=objection_id)
    if row is None:
        raise Problem("shared.not_found")
    return row


async def resolve_objection(connection: Connection, objection_id: UUID, on: date, by: str, *, upheld: bool) -> None:
    """Raises Problem where somebody has resolved it before."""
    done = await execute(
        connection, _RESOLVE, rows=None, id=objection_id, resolved_on=on, resolved_by=by, upheld=upheld
    )
    if done != 1:
        raise Problem("registry.exits.objection_resolved")


async def list_steps(connection: Connection, exit_id: UUID) -> list[Row]:
    return await fetch(connection, _STEPS, exit_id=exit_id)


async def list_objections(connection: Connection, exit_id: UUID) -> list[Row]:
    return await fetch(connection, _OBJECTIONS, exit_id=exit_id)


async def load_facts(connection: Connection, rows: Sequence[Row], on: date) -> dict[UUID, ExitFacts]:
    """What the exit rule asks about households (rows of `household`), as held for true now about that day."""
    ids, year = [r["id"] for r in rows], income_year_for(on)
    known = await households.list_facts(connection, ids, on)
    members = await households.list_members(connection, ids, members_counted_on(on))
    incomes = await households.list_incomes(connection, ids)
    objections = await list_open_objections(connection, ids)
    frozen = await list_frozen(connection, ids)
    facts = {}
    for row in rows:
        one = row["id"]
        lines = incomes[one].get(year, [])
        seen = known.get(one)
        facts[one] = ExitFacts(
            status=row["status"], members=len(members[one]), income_year=year,
            net_income_fen=net_income_fen(lines) if is_stated(lines) else None,
            awaits_relocation=(row["relocated"] or row["relocation_cohort"] is not None)
            and row["moved_in_on"] is None,
            open_objections=objections.get(one, 0), frozen=one in frozen,
            **{name: seen[name] if seen else None for name in ASKED},
        )  # fmt: skip
    return facts
