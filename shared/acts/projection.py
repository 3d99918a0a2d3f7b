"""What a service other than the registry knows of a household: derived, harmless, kept by events.

Each has the table; one reaction keeps it. An unknown household is 409 `shared.household_unknown`, to be retried.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Boolean, Integer, Table
from sqlalchemy.dialects.postgresql import ARRAY

from shared.data.relations import Big, Relation, table
from shared.data.sql import Connection, Statement, by_id, execute, list_by, lock_by, sql, types_of
from shared.events.registry import (
    ExitRevoked,
    HouseholdExited,
    HouseholdRegistered,
    HouseholdReinstated,
    HouseholdRemoved,
    HouseholdReturned,
    HouseholdRevised,
)
from shared.facts.consumer import Reaction
from shared.ground.context import Act


class Household(NamedTuple):
    id: UUID
    division: str
    status: str
    members: int
    has_labour: bool
    borrower_age_ok: bool
    needs_accessible: bool
    deep_poverty: bool
    relocated: bool
    version: Big
    household_no: str | None


household = table("household", Household)
FLAGS = ("has_labour", "borrower_age_ok", "needs_accessible", "deep_poverty", "relocated")

# What draws and queues go by: never the id, which is random and another each time; it stands in where there is no
# number yet.
BY_NUMBER = "coalesce(h.household_no, h.id::text)"

_LIST = list_by(household)
_LOCK = lock_by(household)
_UPSERT = sql(
    """
    INSERT INTO household AS h (id, division, status, members, has_labour, borrower_age_ok, needs_accessible,
    deep_poverty, relocated, household_no)
    SELECT * FROM unnest(:ids, :divisions, :statuses, :members, :has_labour, :borrower_age_ok,
    :needs_accessible, :deep_poverty, :relocated, :numbers)
    ON CONFLICT (id) DO UPDATE SET division = excluded.division, status = excluded.status,
    members = excluded.members, has_labour = excluded.has_labour,
    borrower_age_ok = excluded.borrower_age_ok, needs_accessible = excluded.needs_accessible,
    deep_poverty = excluded.deep_poverty, relocated = excluded.relocated, version = h.version + 1,
    household_no = coalesce(excluded.household_no, h.household_no)
""",
    members=ARRAY(Integer),
    has_labour=ARRAY(Boolean),
    borrower_age_ok=ARRAY(Boolean),
    needs_accessible=ARRAY(Boolean),
    deep_poverty=ARRAY(Boolean),
    relocated=ARRAY(Boolean),
)
_SET_STATUS = sql("UPDATE household SET status = :status, version = version + 1 WHERE id = ANY(:ids)")

# SQL about a case (`c`): its household has not left the register. What has waits for nobody.
OF_REGISTERED = "NOT EXISTS (SELECT FROM household h WHERE h.id = c.household_id AND h.status = 'removed')"


async def list_households(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, Household]:
    """Those known here and within the caller's area."""
    return await by_id(connection, _LIST, ids)


async def lock_households(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, Household]:
    """As `list_households`, locked in id order: one act at a time for each."""
    return await by_id(connection, _LOCK, ids)


def registered(households: Mapping[UUID, Household], household_id: UUID) -> Household | str:
    """The household, or why nothing new is recorded of it: it is not known here, or has left the register."""
    found = households.get(household_id)
    if found is None:
        return "shared.household_unknown"
    return "household_removed" if found.status == "removed" else found


Whole = HouseholdRegistered | HouseholdRevised


async def on_household_whole(connection: Connection, facts: Sequence[tuple[Act, Whole]]) -> None:
    """Registered or revised: the last word per household counts."""
    last = {fact.household_id: fact for _, fact in facts}
    whole = list(last.values())
    columns: dict[str, list[Any]] = {name: [getattr(f, name) for f in whole] for name in FLAGS}
    await execute(
        connection,
        _UPSERT,
        rows=len(whole),
        ids=list(last),
        divisions=[f.division for f in whole],
        statuses=[f.status for f in whole],
        members=[f.members for f in whole],
        numbers=[f.household_no for f in whole],
        **columns,
    )


async def on_household_exited(connection: Connection, facts: Sequence[tuple[Act, HouseholdExited]]) -> None:
    ids = sorted({f.household_id for _, f in facts})
    await execute(connection, _SET_STATUS, rows=len(ids), status="exited", ids=ids)


async def on_household_returned(connection: Connection, facts: Sequence[tuple[Act, HouseholdReturned]]) -> None:
    """It is poor again; what it has of help goes on, as its exit ended none."""
    ids = sorted({f.household_id for _, f in facts})
    await execute(connection, _SET_STATUS, rows=len(ids), status="returned", ids=ids)


async def on_exit_revoked(connection: Connection, facts: Sequence[tuple[Act, ExitRevoked]]) -> None:
    """It is what it was before the exit."""
    for status in sorted({f.status for _, f in facts}):
        ids = sorted({f.household_id for _, f in facts if f.status == status})
        await execute(connection, _SET_STATUS, rows=len(ids), status=status, ids=ids)


async def on_household_removed(connection: Connection, facts: Sequence[tuple[Act, HouseholdRemoved]]) -> None:
    ids = sorted({f.household_id for _, f in facts})
    await execute(connection, _SET_STATUS, rows=len(ids), status="removed", ids=ids)


async def on_household_reinstated(connection: Connection, facts: Sequence[tuple[Act, HouseholdReinstated]]) -> None:
    """It was struck by mistake: it stands as before."""
    for status in sorted({f.status for _, f in facts}):
        ids = sorted({f.household_id for _, f in facts if f.status == status})
        await execute(connection, _SET_STATUS, rows=len(ids), status=status, ids=ids)


def _follow(table: Table | Relation[Any]) -> Statement[Any]:
    version = ", version = t.version + 1" if "version" in types_of(table) else ""
    return sql(f"""
        UPDATE {table.name} t SET division = h.division{version} FROM household h
        WHERE t.household_id = h.id AND t.household_id = ANY(:ids) AND t.division <> h.division
    """)  # noqa: S608 - our names


def following(tables: Sequence[Table | Relation[Any]]) -> dict[str, Reaction]:
    """The reaction by which rows of these tables go where their household now is; the projection must know it."""
    statements = [_follow(table) for table in tables]

    async def on_household_revised(connection: Connection, facts: Sequence[tuple[Act, HouseholdRevised]]) -> None:
        ids = sorted({f.household_id for _, f in facts})
        for statement in statements:
            await execute(connection, statement, rows=None, ids=ids)  # mostly nobody moved

    return {HouseholdRevised.TYPE: on_household_revised}


REACTIONS: dict[str, Reaction] = {
    HouseholdRegistered.TYPE: on_household_whole,
    HouseholdRevised.TYPE: on_household_whole,
    HouseholdExited.TYPE: on_household_exited,
    HouseholdReturned.TYPE: on_household_returned,
    ExitRevoked.TYPE: on_exit_revoked,
    HouseholdRemoved.TYPE: on_household_removed,
    HouseholdReinstated.TYPE: on_household_reinstated,
}
