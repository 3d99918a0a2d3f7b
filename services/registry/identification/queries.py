"""All SQL about applications to be registered."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.identification.tables import (
    Applicant,
    Doubt,
    IdentificationCase,
    OpenDoubts,
    SealedApplication,
    identification,
    identification_application,
    identification_doubt,
    identification_person,
)
from shared.acts.batches import FREE, insert_free
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
    list_by,
    lock_by,
    sql,
)
from shared.ground.problems import Problem

Digests = Sequence[tuple[str, bytes]]  # key id, digest

_GET = get_by(identification)
_BY_ID = list_by(identification)
_LOCK = lock_by(identification)
_PAGE = page(identification, "state", "division", "applied_by")
# One after the other, until the end of the transaction: who applies in two villages at once is seen by the second.
_HOLD = sql("SELECT pg_advisory_xact_lock(hashtextextended('identification', 0))")
_INSERT = insert_many(identification, IdentificationCase._fields, FREE)
_SEAL = insert_many(identification_application, SealedApplication._fields)
_SEALED = sql(
    f"""
    SELECT {identification_application.columns} FROM identification_application WHERE identification_id = ANY(:ids)
    """,
    SealedApplication,
)
_INSERT_APPLICANTS = insert_many(identification_person, Applicant._fields)
_APPLYING = sql(
    """
    SELECT p.digest, p.identification_id FROM identification_person p
    JOIN unnest(:key_ids, :digests) AS u (key_id, digest) ON p.key_id = u.key_id AND p.digest = u.digest
    """,
    key_ids=ARRAY(Text),
)
_INSERT_DOUBTS = insert_many(
    identification_doubt,
    ("id", "identification_id", "division", "kind", "reason", "evidence", "raised_on", "raised_by"),
    FREE,
)
_DOUBTS_BY_ID = list_by(identification_doubt)
_GET_DOUBT = get_by(identification_doubt)
_DOUBTS = get_by(identification_doubt, "identification_id")
_OPEN_DOUBTS = sql(
    """
    SELECT identification_id, (count(*) FILTER (WHERE kind = 'objection'))::int AS objections,
           (count(*) FILTER (WHERE kind = 'suspicion'))::int AS suspicions
    FROM identification_doubt WHERE identification_id = ANY(:ids) AND resolved_on IS NULL GROUP BY identification_id
    """,
    OpenDoubts,
)
_RESOLVE = sql(
    """
    UPDATE identification_doubt SET resolved_on = :resolved_on, resolved_by = :resolved_by, upheld = :upheld,
        proof = :proof
    WHERE id = :id AND resolved_on IS NULL
    """,
    proof=Text,
)


async def hold_applications(connection: Connection) -> None:
    """Whoever applies, or enters households, elsewhere at this moment waits until this transaction ends."""
    await fetch(connection, _HOLD)


async def get_case(connection: Connection, identification_id: UUID) -> IdentificationCase:
    """Raises Problem `shared.not_found`, also where it lies outside the caller's area."""
    return await fetch_or_not_found(connection, _GET, id=identification_id)


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, IdentificationCase]:
    return await by_id(connection, _BY_ID, ids)


async def lock_cases(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, IdentificationCase]:
    """Those the caller may see, locked in id order."""
    return await by_id(connection, _LOCK, ids)


async def list_cases(connection: Connection, at: Place, **filters: Any) -> list[IdentificationCase]:
    """By rising id, filtered by state, division or who applied."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def insert_cases(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _INSERT, rows)


async def insert_sealed(connection: Connection, rows: Sequence[SealedApplication], who: Sequence[Applicant]) -> None:
    """What the cases apply for, and their people's digests."""
    await execute_many(connection, _SEAL, [row._asdict() for row in rows])
    await execute_many(connection, _INSERT_APPLICANTS, [row._asdict() for row in who])


async def list_sealed(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """By case, as far as it has not ended."""
    return {row.identification_id: row.sealed for row in await fetch(connection, _SEALED, ids=list(ids))}


async def list_applying(connection: Connection, digests: Digests) -> dict[bytes, UUID]:
    """Those of these that stand in an open application, wherever in the county, and in which."""
    key_ids, ours = [k for k, _ in digests], [d for _, d in digests]
    rows = await fetch(connection, _APPLYING, key_ids=key_ids, digests=ours)
    return {row["digest"]: row["identification_id"] for row in rows}


async def insert_doubts(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _INSERT_DOUBTS, rows)


async def list_doubts_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Doubt]:
    return await by_id(connection, _DOUBTS_BY_ID, ids)


async def list_doubts(connection: Connection, identification_id: UUID) -> list[Doubt]:
    return await fetch(connection, _DOUBTS, identification_id=identification_id)


async def get_doubt(connection: Connection, doubt_id: UUID) -> Doubt:
    return await fetch_or_not_found(connection, _GET_DOUBT, id=doubt_id)


async def count_open_doubts(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, OpenDoubts]:
    """By case, how many are unresolved; of a case without any there is no row."""
    return {row.identification_id: row for row in await fetch(connection, _OPEN_DOUBTS, ids=list(ids))}


async def resolve_doubt(connection: Connection, doubt_id: UUID, **answer: Any) -> None:
    """Raises Problem where somebody has resolved it before."""
    if await execute(connection, _RESOLVE, rows=None, id=doubt_id, **answer) != 1:
        raise Problem("registry.identification.doubt_resolved")
