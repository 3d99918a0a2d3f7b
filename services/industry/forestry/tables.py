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
    """`area_mu_x100` is what was said, `corrected_mu_x100` what stood in truth, where that was another."""

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
    corrected_mu_x100: int | None = None

    @property
    def stood_mu_x100(self) -> int:
        """What stands of it."""
        return self.area_mu_x100 if self.corrected_mu_x100 is None else self.corrected_mu_x100


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
    """`amount_fen` is what was said, `corrected_fen` what was worked for in truth, where that was another."""

    id: UUID
    contract_id: UUID
    coop_id: UUID
    household_id: UUID
    division: str
    amount_fen: Big
    worked_on: date
    recorded_on: date
    recorded_by: str
    corrected_fen: Big | None = None

    @property
    def stood_fen(self) -> int:
        """What stands of it."""
        return self.amount_fen if self.corrected_fen is None else self.corrected_fen


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
