"""What industry shows of one household."""

from pydantic import BaseModel

from services.industry.dividends.schemas import AgreementShown
from services.industry.payouts.schemas import LineOfBatch
from services.industry.posts.schemas import AssignmentShown
from services.industry.training.schemas import CertificateShown
from shared.acts.bodies import Page
from shared.acts.decisions import DecisionShown


class Dossier(BaseModel):
    payouts: Page[LineOfBatch]
    agreements: Page[AgreementShown]
    posts: Page[AssignmentShown]
    certificates: Page[CertificateShown]
    decisions: list[DecisionShown]
