"""All SQL about plots, cooperatives, contracts and labour."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.industry.forestry.tables import (
    ForestAcceptance,
    ForestContract,
    ForestCoop,
    ForestLabour,
    ForestMembership,
    ForestPlot,
    Totals,
    forest_acceptance,
    forest_contract,
    forest_coop,
    forest_labour,
    forest_membership,
    forest_plot,
)
from shared.acts.batches import FREE, insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import (
    Connection,
    by_id,
    execute,
    execute_many,
    fetch,
    fetch_row,
    insert_many,
    list_by,
    lock_by,
    sql,
    update_many,
)

_CONTRACT = (n for n in ForestContract._fields if n != "paid_fen")

_PLOTS = list_by(forest_plot)
_LOCK_PLOTS = lock_by(forest_plot)
_INSERT_PLOTS = insert_many(forest_plot, ForestPlot._fields, FREE)
_ACCEPTANCES = sql(
    f"""
    SELECT {forest_acceptance.columns} FROM forest_acceptance WHERE id = ANY(:ids) OR plot_id = ANY(:plots)
    """,
    ForestAcceptance,
)
_PLOT_PAGE = page(forest_plot, "household_id")
_ACCEPTANCE_PAGE = page(forest_acceptance, "household_id")
_INSERT_ACCEPTANCES = insert_many(
    forest_acceptance, [n for n in ForestAcceptance._fields if n != "corrected_mu_x100"], FREE
)
_RESTATE_ACCEPTANCES = update_many(forest_acceptance, "corrected_mu_x100")
# Few people keep cooperatives: one at a time, so that codes are compared with what was committed.
_TAKE_TURN = sql("SELECT pg_advisory_xact_lock(hashtextextended('industry/coops', 0))")
_COOPS = list_by(forest_coop)
_OF_CODES = list_by(forest_coop, "code")
_SET_COOPS = insert_many(
    forest_coop,
    ForestCoop._fields,
    """
    ORDER BY 1 ON CONFLICT (id) DO UPDATE SET members = excluded.members, poor_members = excluded.poor_members,
    set_on = excluded.set_on, set_by = excluded.set_by
    """,
)
_MEMBERSHIPS = sql(
    f"""
    SELECT {forest_membership.columns} FROM forest_membership WHERE id = ANY(:ids) OR household_id = ANY(:households)
    """,
    ForestMembership,
)
_INSERT_MEMBERSHIPS = insert_many(forest_membership, ForestMembership._fields, FREE)
_CONTRACTS = list_by(forest_contract)
_LOCK_CONTRACTS = lock_by(forest_contract)
_INSERT_CONTRACTS = insert_many(forest_contract, _CONTRACT, FREE)
_ADD_PAID = sql("""
    UPDATE forest_contract t SET paid_fen = t.paid_fen + u.amount_fen
    FROM unnest(:ids, :sums) AS u (id, amount_fen) WHERE t.id = u.id
    """)
_LABOURS = list_by(forest_labour)
_INSERT_LABOURS = insert_many(forest_labour, [n for n in ForestLabour._fields if n != "corrected_fen"], FREE)
_RESTATE_LABOURS = update_many(forest_labour, "corrected_fen")
# A township's cooperative is shown to its villages, but counted by the township only.
_TOTALS = sql(
    """
    SELECT count(*) AS plots, coalesce(sum(area_mu_x100), 0)::bigint AS plot_mu_x100,
           (SELECT coalesce(sum(mu_x100), 0)::bigint FROM (
               SELECT DISTINCT ON (plot_id) coalesce(corrected_mu_x100, area_mu_x100) AS mu_x100
               FROM forest_acceptance ORDER BY plot_id, year_no DESC
           ) a) AS accepted_mu_x100,
           (SELECT count(*) FROM forest_coop WHERE division >= :area) AS coops,
           (SELECT coalesce(sum(poor_members), 0)::bigint FROM forest_coop WHERE division >= :area)
               AS coop_poor_members,
           (SELECT count(DISTINCT household_id) FROM forest_membership) AS member_households,
           (SELECT count(*) FROM forest_contract) AS contracts,
           (SELECT coalesce(sum(coalesce(corrected_fen, amount_fen)), 0)::bigint FROM forest_labour) AS labour_fen
    FROM forest_plot
    """,
    Totals,
)


async def list_plots_by_id(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, ForestPlot]:
    return await by_id(connection, _PLOTS, ids)


async def lock_plots(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, ForestPlot]:
    """Those the caller may see, locked in id order."""
    return await by_id(connection, _LOCK_PLOTS, ids)


async def insert_plots(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_PLOTS, rows)


async def list_acceptances(
    connection: Connection, ids: Sequence[UUID], plots: Sequence[UUID]
) -> dict[UUID, ForestAcceptance]:
    """Those of the ids, and all of the plots."""
    return {a.id: a for a in await fetch(connection, _ACCEPTANCES, ids=list(ids), plots=list(plots))}


async def insert_acceptances(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_ACCEPTANCES, rows)


async def restate_acceptances(connection: Connection, areas: Mapping[UUID, int]) -> None:
    """`areas`: what stands from now on, mu x 100 by acceptance."""
    rows = [{"id": i, "corrected_mu_x100": area} for i, area in areas.items()]
    await execute_many(connection, _RESTATE_ACCEPTANCES, rows)


async def take_turn(connection: Connection) -> None:
    """Wait until nobody else keeps cooperatives; held until the end of the transaction."""
    await fetch(connection, _TAKE_TURN)


async def list_coops_by_id(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, ForestCoop]:
    """Those in or for the caller's area."""
    return await by_id(connection, _COOPS, ids)


async def list_codes(connection: Connection, codes: Sequence[str]) -> dict[str, UUID]:
    """Whose the codes are, of those that are somebody's."""
    return {c.code: c.id for c in await fetch(connection, _OF_CODES, ids=list(codes))}


async def set_coops(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """`rows`: every column, each id once."""
    await execute_many(connection, _SET_COOPS, rows)


async def list_memberships(
    connection: Connection, ids: Sequence[UUID], household_ids: Sequence[UUID]
) -> dict[UUID, ForestMembership]:
    """Those of the ids, and all of the households."""
    rows = await fetch(connection, _MEMBERSHIPS, ids=list(ids), households=list(household_ids))
    return {m.id: m for m in rows}


async def insert_memberships(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_MEMBERSHIPS, rows)


async def list_contracts_by_id(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, ForestContract]:
    return await by_id(connection, _CONTRACTS, ids)


async def lock_contracts(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, ForestContract]:
    """Locked in id order: two who pay from one see one another."""
    return await by_id(connection, _LOCK_CONTRACTS, ids)


async def insert_contracts(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_CONTRACTS, rows)


async def list_labours_by_id(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, ForestLabour]:
    return await by_id(connection, _LABOURS, ids)


async def insert_labours(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_LABOURS, rows)


async def restate_labours(connection: Connection, amounts: Mapping[UUID, int]) -> None:
    """`amounts`: what stands from now on, fen by labour."""
    await execute_many(connection, _RESTATE_LABOURS, [{"id": i, "corrected_fen": fen} for i, fen in amounts.items()])


async def add_paid(connection: Connection, sums: Mapping[UUID, int]) -> None:
    """`sums`: fen by contract, below zero where less was worked for than was said."""
    await execute(connection, _ADD_PAID, rows=len(sums), ids=list(sums), sums=list(sums.values()))


async def list_plots(connection: Connection, at: Place, **filters: Any) -> list[ForestPlot]:
    """By rising id, filtered by household."""
    return await fetch_page(connection, _PLOT_PAGE, at, **filters)


async def list_accepted(connection: Connection, at: Place, **filters: Any) -> list[ForestAcceptance]:
    """By rising id, filtered by household."""
    return await fetch_page(connection, _ACCEPTANCE_PAGE, at, **filters)


async def get_totals(connection: Connection, area: str) -> Totals:
    return await fetch_row(connection, _TOTALS, area=area)
