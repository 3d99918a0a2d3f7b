"""Finance on one screen."""

from pathlib import Path

from services.finance.bank.api import router as bank
from services.finance.discounts.api import router as discounts
from services.finance.discounts.rules import DISCOUNT
from services.finance.dossier.api import router as dossier
from services.finance.holds.api import router as holds
from services.finance.holds.reactions import on_dividend_missed, on_member_removed, on_visit_recorded
from services.finance.ledger.api import router as ledger
from services.finance.loans.api import router as loans
from services.finance.loans.reactions import on_household_revised
from services.finance.loans.rules import ELIGIBILITY
from shared.acts import freezes, projection
from shared.events.assessment import VisitRecorded
from shared.events.industry import DividendMissed
from shared.events.registry import HouseholdRevised, MemberRemoved
from shared.serve.service import Service

SERVICE = Service(
    name="finance",
    folder=Path(__file__).parent,
    routers=(loans, bank, ledger, discounts, holds, dossier),
    reactions={
        **projection.REACTIONS,
        **freezes.REACTIONS,
        HouseholdRevised.TYPE: on_household_revised,
        MemberRemoved.TYPE: on_member_removed,
        DividendMissed.TYPE: on_dividend_missed,
        VisitRecorded.TYPE: on_visit_recorded,
    },
    rules=(ELIGIBILITY, DISCOUNT),
)
