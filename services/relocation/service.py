"""Relocation on one screen."""

from pathlib import Path

from services.relocation.allocation.actions import MOVE
from services.relocation.allocation.api import router as allocation
from services.relocation.allocation.reactions import REACTIONS as ALLOCATION
from services.relocation.applications.actions import AGREEMENT, APPLICATION
from services.relocation.applications.api import router as applications
from services.relocation.applications.reactions import REACTIONS as APPLICATIONS
from services.relocation.applications.rules import ELIGIBILITY
from services.relocation.applications.tables import relocation_application
from services.relocation.dossier.api import router as dossier
from services.relocation.dossier.reactions import REACTIONS as BENEFITS
from services.relocation.homesteads.actions import HOMESTEAD
from services.relocation.homesteads.api import router as homesteads
from services.relocation.homesteads.reactions import REACTIONS as HOMESTEADS
from services.relocation.homesteads.rules import REWARD
from services.relocation.moves.api import router as moves
from services.relocation.sites.actions import ACCEPTANCES
from services.relocation.sites.api import router as sites
from shared.acts import bonds, freezes, projection, suspicions
from shared.acts.papers import paper, papers_of
from shared.serve.service import Service, together

SERVICE = Service(
    name="relocation",
    folder=Path(__file__).parent,
    routers=(applications, sites, allocation, moves, homesteads, dossier),
    reactions=together(
        projection.REACTIONS,
        bonds.RESIDENTS,
        bonds.PAIRINGS,
        freezes.REACTIONS,
        suspicions.REACTIONS,
        APPLICATIONS,
        ALLOCATION,
        HOMESTEADS,
        BENEFITS,
    ),
    # APPLICATIONS has waited for its turn before. All else is an application's: its foreign keys take it along
    # (ON UPDATE CASCADE), but for the steps that were taken.
    follows=(relocation_application, paper),
    rules=(ELIGIBILITY, REWARD),
    procedures=(APPLICATION, MOVE, HOMESTEAD, papers_of("relocation")),
    parties=(AGREEMENT,),
    own_tasks=(ACCEPTANCES,),
)
