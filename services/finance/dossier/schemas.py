"""What finance shows of one household."""

from pydantic import BaseModel

from services.finance.loans.schemas import LoanSummary
from shared.acts.bodies import Page
from shared.acts.decisions import DecisionShown


class Dossier(BaseModel):
    loans: Page[LoanSummary]
    decisions: list[DecisionShown]
