"""Who is bound to a household: the people who live in it, and the helper it is paired with; references alone.

Row-level security asks these two tables whom a villager is, and whom a helper helps (`shared.data.ddl.m0006`). The
register keeps `resident` and assessment `paired` as they act; everybody else by their events.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Date, Text
from sqlalchemy.dialects.postgresql import ARRAY

from shared.data.relations import DayRange, table
from shared.data.sql import Connection, execute, fetch, sql
from shared.events.assessment import HelperAssigned, HelperReleased
from shared.events.registry import HouseholdRegistered, HouseholdRemoved, HouseholdRevised, PeopleStated
from shared.facts.consumer import Reaction
from shared.ground.context import Act

# Why a household ended whose people live in another one.
MERGED = "merged"


class Resident(NamedTuple):
    person: str
    household_id: UUID


class Pairing(NamedTuple):
    """On the last day of `days`, which is not one of them, somebody else helps, or nobody."""

    pairing_id: UUID
    subject: str
    household_id: UUID
    days: DayRange


class Begun(NamedTuple):
    """A pairing as it begins."""

    pairing_id: UUID
    household_id: UUID
    subject: str
    starts_on: date


resident = table("resident", Resident)
paired = table("paired", Pairing)

_LEAVE = sql("DELETE FROM resident WHERE household_id = ANY(:ids)")
_LIVE = sql(
    """
    INSERT INTO resident (person, household_id) SELECT * FROM unnest(:people, :ids) AS u (person, household_id)
    ON CONFLICT DO NOTHING
    """,
    people=ARRAY(Text),
)
# One helper at a time: whoever follows ends who was. A pairing that is told again ends others, not itself.
_HAND_OVER = sql(
    """
    UPDATE paired p SET days = daterange(lower(p.days), greatest(lower(p.days), u.since))
    FROM unnest(:ids, :since, :pairing_ids) AS u (household_id, since, pairing_id)
    WHERE p.household_id = u.household_id AND p.pairing_id IS DISTINCT FROM u.pairing_id
        AND (upper_inf(p.days) OR upper(p.days) > u.since) AND NOT isempty(p.days)
    """,
    since=ARRAY(Date),
)
_PAIR = sql(
    """
    INSERT INTO paired (pairing_id, subject, household_id, days)
    SELECT pairing_id, subject, household_id, daterange(since, NULL)
    FROM unnest(:pairing_ids, :subjects, :ids, :since) AS u (pairing_id, subject, household_id, since)
    ON CONFLICT (pairing_id) DO UPDATE SET days = excluded.days
    """,
    subjects=ARRAY(Text),
    since=ARRAY(Date),
)
_HELPING = sql(
    """
    SELECT u.household_id, u.subject, u.day FROM unnest(:ids, :subjects, :days) AS u (household_id, subject, day)
    WHERE EXISTS (SELECT FROM paired p WHERE p.household_id = u.household_id AND p.subject = u.subject
        AND p.days @> u.day)
    """,
    subjects=ARRAY(Text),
    days=ARRAY(Date),
)


async def keep_residents(connection: Connection, people: Mapping[UUID, Iterable[str]]) -> None:
    """From now on these, and nobody else, live in these households. Who was the last of one may still ask why."""
    lives = [(person, one) for one, persons in people.items() for person in persons]
    await execute(connection, _LEAVE, rows=None, ids=sorted({one for _, one in lives}))
    await execute(
        connection, _LIVE, rows=len(lives), people=[person for person, _ in lives], ids=[one for _, one in lives]
    )


async def leave_household(connection: Connection, ids: Iterable[UUID]) -> None:
    """Nobody lives in these households: whoever was the last lives in another one now, and asks there."""
    await execute(connection, _LEAVE, rows=None, ids=sorted(ids))


async def begin_pairings(connection: Connection, begun: Sequence[Begun]) -> None:
    """One after another where they are of one household."""
    left = sorted(begun, key=lambda b: (b.starts_on, b.pairing_id))
    while left:
        turn = {b.household_id: b for b in reversed(left)}
        left = [b for b in left if turn[b.household_id] is not b]
        ids, since = list(turn), [b.starts_on for b in turn.values()]
        pairing_ids = [b.pairing_id for b in turn.values()]
        await execute(connection, _HAND_OVER, rows=None, ids=ids, since=since, pairing_ids=pairing_ids)
        await execute(
            connection,
            _PAIR,
            rows=len(turn),  # told again, it goes on
            pairing_ids=pairing_ids,
            subjects=[b.subject for b in turn.values()],
            ids=ids,
            since=since,
        )


async def end_pairings(connection: Connection, ended: Mapping[UUID, date]) -> None:
    """By household: from that day on nobody helps it."""
    nobody = [None for _ in ended]
    await execute(connection, _HAND_OVER, rows=None, ids=list(ended), since=list(ended.values()), pairing_ids=nobody)


async def list_helped(
    connection: Connection, subject: str, days: Sequence[tuple[UUID, date]]
) -> set[tuple[UUID, date]]:
    """Those of the days with a household on which this helper was its own."""
    helping = await list_helping(connection, [(one, subject, day) for one, day in days])
    return {(one, day) for one, _, day in helping}


async def list_helping(connection: Connection, asked: Sequence[tuple[UUID, str, date]]) -> set[tuple[UUID, str, date]]:
    """Who of these was the helper of the household on the day."""
    ids, subjects, days = [a[0] for a in asked], [a[1] for a in asked], [a[2] for a in asked]
    rows = await fetch(connection, _HELPING, ids=ids, subjects=subjects, days=days)
    return {(row["household_id"], row["subject"], row["day"]) for row in rows}


async def on_people(
    connection: Connection, facts: Sequence[tuple[Act, HouseholdRegistered | HouseholdRevised | PeopleStated]]
) -> None:
    """The last word per household counts."""
    last = {fact.household_id: fact.people for _, fact in facts if fact.people is not None}
    await keep_residents(connection, last)


async def on_removed(connection: Connection, facts: Sequence[tuple[Act, HouseholdRemoved]]) -> None:
    """Who was struck may still ask why; the people of a household that merged are another one's."""
    await leave_household(connection, {fact.household_id for _, fact in facts if fact.reason == MERGED})


async def on_assigned(connection: Connection, facts: Sequence[tuple[Act, HelperAssigned]]) -> None:
    begun = [Begun(f.pairing_id, f.household_id, f.subject, f.starts_on) for _, f in facts if f.subject]
    await begin_pairings(connection, begun)


async def on_released(connection: Connection, facts: Sequence[tuple[Act, HelperReleased]]) -> None:
    await end_pairings(connection, {fact.household_id: fact.ended_on for _, fact in facts})


RESIDENTS: dict[str, Reaction] = {
    HouseholdRegistered.TYPE: on_people,
    HouseholdRevised.TYPE: on_people,
    PeopleStated.TYPE: on_people,
    HouseholdRemoved.TYPE: on_removed,
}
PAIRINGS: dict[str, Reaction] = {HelperAssigned.TYPE: on_assigned, HelperReleased.TYPE: on_released}
