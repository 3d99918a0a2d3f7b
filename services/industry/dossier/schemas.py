"""What industry shows of one household."""

from pydantic import BaseModel

from services.industry.dividends.schemas import AgreementPage
from services.industry.payouts.schemas import PayoutLinePage
from services.industry.posts.schemas import AssignmentPage
from services.industry.training.schemas import CertificatePage
from shared.acts.decisions import DecisionShown


class Dossier(BaseModel):
    payouts: PayoutLinePage
    agreements: AgreementPage
    posts: AssignmentPage
    certificates: CertificatePage
    decisions: list[DecisionShown]
