"""The rows of forestry; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from shared.data.relations import Big, table


class ForestPlot(NamedTuple):
    id: UUID
    household_id: UUID
    division: str
    area_mu_x100: int
    planted_on: date
    recorded_on: date
    recorded_by: str


class ForestAcceptance(NamedTuple):
    id: UUID
    plot_id: UUID
    household_id: UUID
    division: str
    year_no: int
    area_mu_x100: int
    accepted_on: date
    accepted_by: str
    plot_mu_x100: int
    recorded_by: str
    amount_fen: Big


class ForestCoop(NamedTuple):
    id: UUID
    code: str
    division: str
    members: int
    poor_members: int
    set_on: date
    set_by: str


class ForestMembership(NamedTuple):
    id: UUID
    coop_id: UUID
    household_id: UUID
    division: str
    joined_on: date
    recorded_on: date
    recorded_by: str


class ForestContract(NamedTuple):
    id: UUID
    coop_id: UUID
    division: str
    area_mu_x100: int
    contract_fen: Big
    labour_fen: Big
    paid_fen: Big
    signed_on: date
    signed_by: str


class ForestLabour(NamedTuple):
    id: UUID
    contract_id: UUID
    coop_id: UUID
    household_id: UUID
    division: str
    amount_fen: Big
    worked_on: date
    recorded_on: date
    recorded_by: str


class Totals(NamedTuple):
    plots: int
    plot_mu_x100: int
    accepted_mu_x100: int
    coops: int
    coop_poor_members: int
    member_households: int
    contracts: int
    labour_fen: int


forest_plot = table("forest_plot", ForestPlot)
forest_acceptance = table("forest_acceptance", ForestAcceptance)
forest_coop = table("forest_coop", ForestCoop)
forest_membership = table("forest_membership", ForestMembership)
forest_contract = table("forest_contract", ForestContract)
forest_labour = table("forest_labour", ForestLabour)
