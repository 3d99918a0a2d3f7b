"""Relocation on one screen."""

from pathlib import Path

from services.relocation.allocation.api import router as allocation
from services.relocation.allocation.reactions import on_household_removed
from services.relocation.applications.api import router as applications
from services.relocation.applications.reactions import on_household_revised
from services.relocation.applications.rules import ELIGIBILITY
from services.relocation.dossier.api import router as dossier
from services.relocation.homesteads.api import router as homesteads
from services.relocation.homesteads.rules import REWARD
from services.relocation.moves.api import router as moves
from services.relocation.sites.api import router as sites
from shared.acts import freezes, projection
from shared.events.registry import HouseholdRemoved, HouseholdRevised
from shared.serve.service import Service

SERVICE = Service(
    name="relocation",
    folder=Path(__file__).parent,
    routers=(applications, sites, allocation, moves, homesteads, dossier),
    reactions={
        **projection.REACTIONS,
        **freezes.REACTIONS,
        HouseholdRevised.TYPE: on_household_revised,
        HouseholdRemoved.TYPE: on_household_removed,
    },
    rules=(ELIGIBILITY, REWARD),
)
