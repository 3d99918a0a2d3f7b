"""What finance shows of one household."""

from pydantic import BaseModel

from services.finance.loans.schemas import LoanPage
from shared.acts.decisions import DecisionShown


class Dossier(BaseModel):
    loans: LoanPage
    decisions: list[DecisionShown]
