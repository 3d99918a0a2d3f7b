"""Finance on one screen."""

from pathlib import Path

from services.finance.bank.actions import RELEASE
from services.finance.bank.api import router as bank
from services.finance.discounts.actions import CLAIM
from services.finance.discounts.api import router as discounts
from services.finance.discounts.rules import DISCOUNT
from services.finance.discounts.tables import discount_line
from services.finance.dossier.api import router as dossier
from services.finance.dossier.reactions import REACTIONS as BENEFITS
from services.finance.holds.actions import HOLD
from services.finance.holds.api import router as holds
from services.finance.holds.reactions import REACTIONS as HOLDS
from services.finance.holds.tables import loan_hold
from services.finance.ledger.api import router as ledger
from services.finance.loans.api import router as loans
from services.finance.loans.reactions import REACTIONS as LOANS
from services.finance.loans.rules import ELIGIBILITY
from services.finance.loans.tables import loan, loan_application
from shared.acts import bonds, freezes, projection, suspicions
from shared.serve.service import Service, together

SERVICE = Service(
    name="finance",
    folder=Path(__file__).parent,
    routers=(loans, bank, ledger, discounts, holds, dossier),
    reactions=together(
        projection.REACTIONS,
        bonds.RESIDENTS,
        bonds.PAIRINGS,
        freezes.REACTIONS,
        suspicions.REACTIONS,
        LOANS,
        HOLDS,
        BENEFITS,
    ),
    follows=(loan, loan_hold),
    # An application is decided the day it is made, a line when it is claimed; what goes on is the loan.
    history=(loan_application, discount_line),
    rules=(ELIGIBILITY, DISCOUNT),
    procedures=(CLAIM, HOLD, RELEASE),
)
