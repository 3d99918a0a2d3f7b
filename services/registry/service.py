"""The registry on one screen."""

from pathlib import Path

from services.registry.divisions.api import router as divisions
from services.registry.exits.api import router as exits
from services.registry.exits.rules import EXIT_RULE
from services.registry.households.api import router as households
from services.registry.measures.api import router as measures
from services.registry.measures.reactions import on_loan_disbursed, on_loan_settled
from services.registry.roster.actions import run_imports
from services.registry.roster.api import router as roster
from services.registry.targets.api import router as targets
from services.registry.villages.api import router as villages
from services.registry.villages.rules import VILLAGE_EXIT
from shared.events.finance import LoanDisbursed, LoanSettled
from shared.service import Service

SERVICE = Service(
    name="registry",
    folder=Path(__file__).parent,
    routers=(divisions, households, roster, exits, villages, targets, measures),
    reactions={LoanDisbursed.TYPE: on_loan_disbursed, LoanSettled.TYPE: on_loan_settled},
    rules=(EXIT_RULE, VILLAGE_EXIT),
    background=(run_imports,),
)
