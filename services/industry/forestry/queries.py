"""All SQL about plots, cooperatives, contracts and labour."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.industry.forestry.tables import (
    forest_acceptance,
    forest_contract,
    forest_coop,
    forest_labour,
    forest_membership,
    forest_plot,
)
from shared.acts.batches import FREE, insert_free
from shared.data.sql import Connection, Row, Statement, execute, execute_many, fetch, fetch_one, insert_many, sql

_CONTRACT = (
    "id", "coop_id", "division", "area_mu_x100", "contract_fen", "labour_fen", "signed_on", "signed_by",
)  # fmt: skip

_LOCK_HOUSEHOLDS = sql(
    "SELECT id, division, status FROM household WHERE id = ANY(:ids) ORDER BY id FOR UPDATE", ids=ARRAY(Uuid)
)
_PLOTS = sql("SELECT * FROM forest_plot WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_LOCK_PLOTS = sql("SELECT * FROM forest_plot WHERE id = ANY(:ids) ORDER BY id FOR UPDATE", ids=ARRAY(Uuid))
_INSERT_PLOTS = insert_many(forest_plot, forest_plot.c.keys(), FREE)
_ACCEPTANCES = sql(
    "SELECT * FROM forest_acceptance WHERE id = ANY(:ids) OR plot_id = ANY(:plots)",
    ids=ARRAY(Uuid), plots=ARRAY(Uuid),
)  # fmt: skip
_INSERT_ACCEPTANCES = insert_many(forest_acceptance, forest_acceptance.c.keys(), FREE)
# Few people keep cooperatives: one at a time, so that codes are compared with what was committed.
_TAKE_TURN = sql("SELECT pg_advisory_xact_lock(hashtextextended('industry/coops', 0))")
_COOPS = sql("SELECT * FROM forest_coop WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_CODES = sql("SELECT code, id FROM forest_coop WHERE code = ANY(:codes)", codes=ARRAY(Text))
_SET_COOPS = insert_many(
    forest_coop, forest_coop.c.keys(),
    "ORDER BY 1 ON CONFLICT (id) DO UPDATE SET members = excluded.members, poor_members = excluded.poor_members,"
    " set_on = excluded.set_on, set_by = excluded.set_by",
)  # fmt: skip
_MEMBERSHIPS = sql(
    "SELECT * FROM forest_membership WHERE id = ANY(:ids) OR household_id = ANY(:households)",
    ids=ARRAY(Uuid), households=ARRAY(Uuid),
)  # fmt: skip
_INSERT_MEMBERSHIPS = insert_many(forest_membership, forest_membership.c.keys(), FREE)
_CONTRACTS = sql("SELECT * FROM forest_contract WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_LOCK_CONTRACTS = sql(
    "SELECT t.*, c.code FROM forest_contract t JOIN forest_coop c ON c.id = t.coop_id WHERE t.id = ANY(:ids)"
    " ORDER BY t.id FOR UPDATE OF t",
    ids=ARRAY(Uuid),
)
_INSERT_CONTRACTS = insert_many(forest_contract, _CONTRACT, FREE)
_ADD_PAID = sql(
    "UPDATE forest_contract t SET paid_fen = t.paid_fen + s FROM unnest(:ids, :sums) AS n (i, s) WHERE t.id = i",
    ids=ARRAY(Uuid), sums=ARRAY(BigInteger),
)  # fmt: skip
_LABOURS = sql("SELECT * FROM forest_labour WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_INSERT_LABOURS = insert_many(forest_labour, forest_labour.c.keys(), FREE)
# A township's cooperative is shown to its villages, but counted by the township only.
_TOTALS = sql(
    "SELECT count(*) AS plots, coalesce(sum(area_mu_x100), 0)::bigint AS plot_mu_x100,"
    " (SELECT coalesce(sum(area_mu_x100), 0)::bigint FROM (SELECT DISTINCT ON (plot_id) area_mu_x100"
    "   FROM forest_acceptance ORDER BY plot_id, year_no DESC) a) AS accepted_mu_x100,"
    " (SELECT count(*) FROM forest_coop WHERE division >= :area) AS coops,"
    " (SELECT coalesce(sum(poor_members), 0)::bigint FROM forest_coop WHERE division >= :area) AS coop_poor_members,"
    " (SELECT count(DISTINCT household_id) FROM forest_membership) AS member_households,"
    " (SELECT count(*) FROM forest_contract) AS contracts,"
    " (SELECT coalesce(sum(amount_fen), 0)::bigint FROM forest_labour) AS labour_fen FROM forest_plot",
    area=Text,
)


async def _by_id(connection: Connection, query: Statement[Any], ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["id"]: r for r in await fetch(connection, query, ids=list(ids))}


async def lock_households(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those known here and within the caller's area, locked in id order."""
    return await _by_id(connection, _LOCK_HOUSEHOLDS, ids)


async def list_plots_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return await _by_id(connection, _PLOTS, ids)


async def lock_plots(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those the caller may see, locked in id order."""
    return await _by_id(connection, _LOCK_PLOTS, ids)


async def insert_plots(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_PLOTS, rows)


async def list_acceptances(connection: Connection, ids: Sequence[UUID], plots: Sequence[UUID]) -> dict[UUID, Row]:
    """Those of the ids, and all of the plots."""
    return {r["id"]: r for r in await fetch(connection, _ACCEPTANCES, ids=list(ids), plots=list(plots))}


async def insert_acceptances(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_ACCEPTANCES, rows)


async def take_turn(connection: Connection) -> None:
    """Wait until nobody else keeps cooperatives; held until the end of the transaction."""
    await fetch(connection, _TAKE_TURN)


async def list_coops_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those in or for the caller's area."""
    return await _by_id(connection, _COOPS, ids)


async def list_codes(connection: Connection, codes: Sequence[str]) -> dict[str, UUID]:
    """Whose the codes are, of those that are somebody's."""
    return {r["code"]: r["id"] for r in await fetch(connection, _CODES, codes=list(codes))}


async def set_coops(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """`rows`: every column, each id once."""
    await execute_many(connection, _SET_COOPS, rows)


async def list_memberships(
    connection: Connection, ids: Sequence[UUID], household_ids: Sequence[UUID]
) -> dict[UUID, Row]:  # fmt: skip
    """Those of the ids, and all of the households."""
    rows = await fetch(connection, _MEMBERSHIPS, ids=list(ids), households=list(household_ids))
    return {r["id"]: r for r in rows}


async def insert_memberships(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_MEMBERSHIPS, rows)


async def list_contracts_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return await _by_id(connection, _CONTRACTS, ids)


async def lock_contracts(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """With their cooperative's code, locked in id order: two who pay from one see one another."""
    return await _by_id(connection, _LOCK_CONTRACTS, ids)


async def insert_contracts(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_CONTRACTS, rows)


async def list_labours_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return await _by_id(connection, _LABOURS, ids)


async def insert_labours(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_LABOURS, rows)


async def add_paid(connection: Connection, sums: Mapping[UUID, int]) -> None:
    """`sums`: fen by contract."""
    await execute(connection, _ADD_PAID, rows=len(sums), ids=list(sums), sums=list(sums.values()))


async def get_totals(connection: Connection, area: str) -> Row:
    row = await fetch_one(connection, _TOTALS, area=area)
    assert row is not None
    return row
