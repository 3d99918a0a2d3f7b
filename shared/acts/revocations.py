"""Whose tokens are good no longer: a lost phone's, a dismissed officer's. Kept where tokens are verified, by events.

A token lives ten minutes, so that a process needs to know the revocations of the last ten alone.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY

from shared.data.relations import Big, table
from shared.data.sql import Connection, execute, fetch, sql
from shared.doors.tokens import LEEWAY_SECONDS, LONGEST_SECONDS
from shared.events.gateway import SubjectRevoked
from shared.facts.consumer import Reaction
from shared.ground.context import Act


class Revocation(NamedTuple):
    subject: str
    not_before: Big


revocation = table("revocation", Revocation)
_KEEP = sql(
    """
    INSERT INTO revocation AS r (subject, not_before) SELECT subject, max(not_before)
    FROM unnest(:subjects, :instants) AS u (subject, not_before) GROUP BY subject
    ON CONFLICT (subject) DO UPDATE SET not_before = greatest(r.not_before, excluded.not_before)
    """,
    subjects=ARRAY(Text),
    instants=ARRAY(BigInteger),
)
_RECENT = sql("SELECT subject, not_before FROM revocation WHERE not_before > :since", Revocation, since=BigInteger)


async def keep(connection: Connection, revoked: Sequence[Revocation]) -> None:
    """The latest of a subject counts, in whatever order they come."""
    subjects, instants = [r.subject for r in revoked], [r.not_before for r in revoked]
    await execute(connection, _KEEP, rows=None, subjects=subjects, instants=instants)


async def recent(connection: Connection, now: float) -> Mapping[str, int]:
    """By subject, the second before which no token of theirs may be of, where such a token may still live."""
    return {row.subject: row.not_before for row in await fetch(connection, _RECENT, since=oldest(now))}


def oldest(now: float) -> int:
    """The second of the oldest revocation that a token may still live to feel."""
    return int(now) - LONGEST_SECONDS - 2 * LEEWAY_SECONDS


def together(known: Mapping[str, int], found: Mapping[str, int], now: float) -> dict[str, int]:
    """What was known already stands beside what the table said: a look that began before a revocation knows it not."""
    latest = {subject: max(known.get(subject, 0), found.get(subject, 0)) for subject in known.keys() | found.keys()}
    return {subject: second for subject, second in latest.items() if second > oldest(now)}


async def look(connection: Connection, state: Any) -> None:
    """Let a process know what its table has."""
    found = await recent(connection, time.time())
    state.revoked = together(state.revoked, found, time.time())


async def on_revoked(connection: Connection, facts: Sequence[tuple[Act, SubjectRevoked]]) -> None:
    await keep(connection, [Revocation(fact.subject, fact.not_before) for _, fact in facts])


REACTIONS: dict[str, Reaction] = {SubjectRevoked.TYPE: on_revoked}
