"""All SQL about homesteads and their rewards."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.relocation.homesteads.tables import Homestead, HomesteadReward, Refused, homestead, homestead_reward
from shared.acts.batches import FREE, NewRows, insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, Row, by_id, execute_many, fetch, fetch_row, insert_many, list_by, lock_by, sql

_INSERT = insert_many(homestead, Homestead._fields, FREE)
_INSERT_REWARDS = insert_many(homestead_reward, HomesteadReward._fields, "ORDER BY 1, 2")
_OF_IDS = list_by(homestead)
_LOCK = lock_by(homestead)
_PAGE = page(homestead, "state", "household_id")
# Works that a second person accepted while their household was struck: the last decision on each, without its reward.
_REFUSED = sql(
    """
    SELECT DISTINCT ON (d.inputs -> 'facts' ->> 'kind') d.inputs -> 'facts' ->> 'kind' AS kind, h.id AS application_id,
           h.division, d.inputs, d.policy_version
    FROM homestead h JOIN decision d ON d.subject_id = h.household_id::text AND d.rule = 'relocation.homestead_reward'
    WHERE h.household_id = :household_id AND h.demolition_checked_on IS NOT NULL AND NOT EXISTS
        (SELECT FROM homestead_reward r WHERE r.application_id = h.id AND r.kind = d.inputs -> 'facts' ->> 'kind')
    ORDER BY 1, d.id DESC
    """,
    Refused,
)
_TOTALS = sql("""
    SELECT coalesce((SELECT jsonb_object_agg(state, homesteads) FROM
                     (SELECT state, count(*) AS homesteads FROM homestead GROUP BY state) s), '{}') AS by_state,
           count(*) AS reclaimed, coalesce(sum(land_mu_x100), 0)::bigint AS land_mu_x100,
           coalesce((SELECT jsonb_object_agg(kind, fen) FROM
                     (SELECT kind, sum(amount_fen) AS fen FROM homestead_reward GROUP BY kind) r), '{}') AS rewards_fen
    FROM homestead WHERE state = 'reclaimed'
    """)


async def insert_homesteads(connection: Connection, rows: NewRows) -> set[UUID]:
    """Returns those that were not recorded yet."""
    return await insert_free(connection, _INSERT, rows)


async def list_homesteads_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Homestead]:
    return await by_id(connection, _OF_IDS, ids)


async def lock_homesteads(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Homestead]:
    """Those the caller may see, locked in id order; their applications are locked before them."""
    return await by_id(connection, _LOCK, ids)


async def insert_rewards(connection: Connection, rewards: Sequence[HomesteadReward]) -> None:
    await execute_many(connection, _INSERT_REWARDS, [reward._asdict() for reward in rewards])


async def list_refused(connection: Connection, household_id: UUID) -> list[Refused]:
    """The household's accepted works that it is paid nothing for, with the last decision on each."""
    return await fetch(connection, _REFUSED, household_id=household_id)


async def list_homesteads(connection: Connection, at: Place, **filters: Any) -> list[Homestead]:
    """By rising id, filtered by state or household."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def get_totals(connection: Connection) -> Row:
    return await fetch_row(connection, _TOTALS)
