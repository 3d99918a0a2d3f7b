"""What assessment shows of one household."""

from pydantic import BaseModel

from services.assessment.deeds.schemas import DeedList
from services.assessment.teams.schemas import Pairing
from services.assessment.visits.schemas import VisitPage
from shared.acts.bodies import Page
from shared.acts.decisions import DecisionShown


class Dossier(BaseModel):
    helpers: Page[Pairing]
    visits: VisitPage
    deeds: DeedList
    decisions: list[DecisionShown]
