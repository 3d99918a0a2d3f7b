"""All SQL about homesteads and their rewards."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.relocation.homesteads.tables import homestead, homestead_reward
from shared.data.sql import Connection, Row, execute, execute_many, fetch, fetch_one, insert_many, sql

NEW = (
    "application_id", "household_id", "division", "house_area_m2_x100", "land_mu_x100", "state", "recorded_on",
    "recorded_by",
)  # fmt: skip
# The day on which each work was finished.
DONE = {"demolition": "demolished_on", "reclamation": "reclaimed_on"}

_INSERT = insert_many(homestead, NEW, "ORDER BY 1 ON CONFLICT (application_id) DO NOTHING")
_INSERT_REWARDS = insert_many(homestead_reward, homestead_reward.c.keys(), "ORDER BY 1, 2")
_OF_IDS = sql("SELECT * FROM homestead WHERE application_id = ANY(:ids)", ids=ARRAY(Uuid))
_LOCK = sql("SELECT * FROM homestead WHERE application_id = ANY(:ids) ORDER BY application_id FOR UPDATE",
            ids=ARRAY(Uuid))  # fmt: skip
_REPORT = {
    kind: sql(
        f"UPDATE homestead h SET state = '{kind}_reported', {done} = n.done_on, {kind}_photo_sha256 = n.photo,"  # noqa: S608 - our names
        f" {kind}_reported_by = :by FROM unnest(:ids, :dates, :photos) AS n (id, done_on, photo)"
        " WHERE h.application_id = n.id",
        ids=ARRAY(Uuid), dates=ARRAY(Date), photos=ARRAY(Text), by=Text,
    )
    for kind, done in DONE.items()
}  # fmt: skip
_ACCEPT = {
    kind: sql(
        f"UPDATE homestead h SET state = n.state, {kind}_accepted_by = CASE WHEN n.accepted THEN :by END,"  # noqa: S608 - our names
        f" {kind}_accepted_on = CASE WHEN n.accepted THEN :on END"
        f" FROM unnest(:ids, :states, :accepted) AS n (id, state, accepted)"
        f" WHERE h.application_id = n.id AND h.state = '{kind}_reported'",
        ids=ARRAY(Uuid), states=ARRAY(Text), accepted=ARRAY(Boolean), by=Text, on=Date,
    )
    for kind in DONE
}  # fmt: skip
_PAGE = sql(
    "SELECT * FROM homestead WHERE application_id > :after AND (:state IS NULL OR state = :state)"
    " AND (:household_id IS NULL OR household_id = :household_id) ORDER BY application_id LIMIT :limit",
    after=Uuid, state=Text, household_id=Uuid, limit=Integer,
)  # fmt: skip
_TOTALS = sql(
    "SELECT coalesce((SELECT jsonb_object_agg(state, n) FROM (SELECT state, count(*) AS n FROM homestead"
    " GROUP BY state) s), '{}') AS by_state,"
    " (SELECT count(*) FROM homestead WHERE state = 'reclaimed') AS reclaimed,"
    " (SELECT coalesce(sum(land_mu_x100), 0)::bigint FROM homestead WHERE state = 'reclaimed') AS land_mu_x100,"
    " coalesce((SELECT jsonb_object_agg(kind, fen) FROM (SELECT kind, sum(amount_fen) AS fen FROM homestead_reward"
    " GROUP BY kind) r), '{}') AS rewards_fen"
)


async def insert_homesteads(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """`rows`: all of NEW. What is recorded already stays as it is."""
    columns = {name: [row[name] for row in rows] for name in NEW}
    await execute(connection, _INSERT, rows=None, **columns)


async def list_homesteads_by_id(connection: Connection, application_ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["application_id"]: r for r in await fetch(connection, _OF_IDS, ids=list(application_ids))}


async def lock_homesteads(connection: Connection, application_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those the caller may see, by application, locked in that order."""
    return {r["application_id"]: r for r in await fetch(connection, _LOCK, ids=list(application_ids))}


async def set_reported(
    connection: Connection, kind: str, found: Sequence[tuple[UUID, date, str]], by: str
) -> None:  # fmt: skip
    """`found`: application, day on which the work was finished, hash of the photo."""
    ids, dates, photos = ([f[i] for f in found] for i in range(3))
    await execute(connection, _REPORT[kind], rows=len(found), by=by, ids=ids, dates=dates, photos=photos)


async def set_accepted(
    connection: Connection, kind: str, found: Sequence[tuple[UUID, str, bool]], on: date, by: str
) -> None:
    """`found`: application, its state from now on, whether the work was accepted."""
    ids, states, accepted = ([f[i] for f in found] for i in range(3))
    await execute(connection, _ACCEPT[kind], rows=len(found), on=on, by=by, ids=ids, states=states, accepted=accepted)


async def insert_rewards(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    await execute_many(connection, _INSERT_REWARDS, rows)


async def list_homesteads(
    connection: Connection, after: UUID, limit: int, state: str | None, household_id: UUID | None
) -> list[Row]:
    """A page by rising application; a filter that is None lets everything pass."""
    return await fetch(connection, _PAGE, after=after, limit=limit, state=state, household_id=household_id)


async def get_totals(connection: Connection) -> Row:
    row = await fetch_one(connection, _TOTALS)
    assert row is not None
    return row
