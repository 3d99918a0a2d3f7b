"""All SQL about where a person is known, in whatever village: answered to who knows his number or reference."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.persons.tables import KnownPerson, PersonIndex, person_index
from shared.data.sql import Connection, execute_many, fetch, fetch_values, insert_many, sql

Digests = Mapping[str, Mapping[str, bytes]]  # by ID number: key id -> digest

_INSERT = insert_many(person_index, PersonIndex._fields)
# Who takes a file's people down takes all of them down: a lock for each would be too many.
_HOLD_ALL = sql("SELECT pg_advisory_xact_lock(hashtextextended('person_index', 0))")
_SHARE = sql("SELECT pg_advisory_xact_lock_shared(hashtextextended('person_index', 0))")
# Two who take the same person down at this moment wait for one another.
_HOLD = sql(
    "SELECT pg_advisory_xact_lock(hashtextextended(encode(d, 'hex'), 0)) FROM unnest(:digests) AS d",
    digests=ARRAY(LargeBinary),
)
_KNOWN = sql(
    f"SELECT {', '.join(KnownPerson._fields)} FROM persons_known(:key_ids, :digests)",
    KnownPerson,
    key_ids=ARRAY(Text),
    digests=ARRAY(LargeBinary),
)
_SETTLED = sql("SELECT persons_settled FROM persons_settled(:people)", people=ARRAY(Text))
_MOVE = sql("SELECT move_persons(:old_ids, :new_ids, :divisions) AS n", divisions=ARRAY(Text))
_MEMBERS = sql(
    """
    SELECT m.id, m.reference, m.household_id FROM member m
    JOIN unnest(:people, :ids) AS u (reference, household_id)
        ON m.reference = u.reference AND m.household_id = u.household_id
    """,
    people=ARRAY(Text),
)


async def insert_persons(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Whom nobody knew before: key_id, digest, member_id, division."""
    await execute_many(connection, _INSERT, rows)


async def hold_persons(connection: Connection, index: Digests) -> None:
    """Nobody else takes these people down before this transaction ends."""
    await fetch(connection, _SHARE)
    digests = sorted({digest for own in index.values() for digest in own.values()})
    await fetch(connection, _HOLD, digests=digests)


async def hold_everyone(connection: Connection) -> None:
    """Nobody else takes anybody down before this transaction ends."""
    await fetch(connection, _HOLD_ALL)


async def list_known(connection: Connection, index: Digests) -> dict[str, KnownPerson]:
    """By ID number, where the register knows the person from, in whatever village."""
    pairs = {(key_id, digest): identity for identity, own in index.items() for key_id, digest in own.items()}
    asked = {"key_ids": [k for k, _ in pairs], "digests": [d for _, d in pairs]}
    identities = {digest: identity for (_, digest), identity in pairs.items()}
    return {identities[k.digest]: k for k in await fetch(connection, _KNOWN, **asked)}


async def list_settled(connection: Connection, references: Iterable[str]) -> set[str]:
    """Which of these people belong to a household, in whatever village."""
    return set(await fetch_values(connection, _SETTLED, people=list(references)))


async def list_former_members(
    connection: Connection, people: Sequence[tuple[str, UUID]]
) -> dict[tuple[str, UUID], UUID]:
    """By reference and household, the member that somebody was there before."""
    rows = await fetch(connection, _MEMBERS, people=[p for p, _ in people], ids=[h for _, h in people])
    return {(r["reference"], r["household_id"]): r["id"] for r in rows}


async def move_persons(connection: Connection, moves: Sequence[tuple[UUID, UUID, str]]) -> None:
    """People who left are members elsewhere: old member, new one, its division."""
    if not moves:
        return
    old, new, divisions = zip(*moves, strict=True)
    (moved,) = await fetch_values(connection, _MOVE, old_ids=list(old), new_ids=list(new), divisions=list(divisions))
    if moved != len(moves):
        raise RuntimeError(f"{moved} of {len(moves)} persons were free to move")
