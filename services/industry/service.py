"""Industry on one screen."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from services.industry.dividends import reactions as of_dividends
from services.industry.dividends.api import router as dividends
from services.industry.dividends.rules import AGREEMENT
from services.industry.dossier.api import router as dossier
from services.industry.forestry import reactions as of_forestry
from services.industry.forestry.api import router as forestry
from services.industry.payouts import reactions as of_payouts
from services.industry.payouts.api import router as payouts
from services.industry.plans.api import router as plans
from services.industry.plans.rules import BENEFICIARY
from services.industry.posts import reactions as of_posts
from services.industry.posts.api import router as posts
from services.industry.posts.rules import ELIGIBILITY
from services.industry.projects import reactions as of_projects
from services.industry.projects.api import router as projects
from services.industry.stations.api import router as stations
from services.industry.training import reactions as of_training
from services.industry.training.api import router as training
from shared.acts import freezes, projection
from shared.data.sql import Connection
from shared.events.finance import LoanDisbursed, LoanSettled
from shared.events.registry import HouseholdRemoved, HouseholdRevised
from shared.facts.consumer import Reaction
from shared.ground.context import Act
from shared.serve.service import Service


def in_turn(*reactions: Reaction) -> Reaction:
    """Several rooms' reactions to one fact, in this order, in one transaction; the first keeps the projection."""

    async def react(connection: Connection, facts: Sequence[tuple[Act, Any]]) -> None:
        for reaction in reactions:
            await reaction(connection, facts)

    return react


SERVICE = Service(
    name="industry",
    folder=Path(__file__).parent,
    routers=(payouts, plans, stations, dividends, projects, posts, training, forestry, dossier),
    reactions={
        **projection.REACTIONS,
        **freezes.REACTIONS,
        HouseholdRevised.TYPE: in_turn(
            projection.on_household_whole,
            of_payouts.on_household_revised,
            of_dividends.on_household_revised,
            of_projects.on_household_revised,
            of_posts.on_household_revised,
            of_training.on_household_revised,
            of_forestry.on_household_revised,
        ),
        HouseholdRemoved.TYPE: in_turn(
            projection.on_household_removed,
            of_dividends.on_household_removed,
            of_posts.on_household_removed,
        ),
        LoanDisbursed.TYPE: of_dividends.on_loan_disbursed,
        LoanSettled.TYPE: of_dividends.on_loan_settled,
    },
    rules=(BENEFICIARY, AGREEMENT, ELIGIBILITY),
)
