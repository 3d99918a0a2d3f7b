"""Finance on one screen."""

from pathlib import Path

from services.finance.bank.api import router as bank
from services.finance.discounts.api import router as discounts
from services.finance.discounts.rules import DISCOUNT
from services.finance.ledger.api import router as ledger
from services.finance.loans.api import router as loans
from services.finance.loans.reactions import on_household_revised
from services.finance.loans.rules import ELIGIBILITY
from shared import projection
from shared.events.registry import HouseholdRevised
from shared.service import Service

SERVICE = Service(
    name="finance",
    folder=Path(__file__).parent,
    routers=(loans, bank, ledger, discounts),
    reactions={**projection.REACTIONS, HouseholdRevised.TYPE: on_household_revised},
    rules=(ELIGIBILITY, DISCOUNT),
)
