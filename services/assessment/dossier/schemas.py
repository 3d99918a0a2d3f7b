"""What assessment shows of one household."""

from pydantic import BaseModel

from services.assessment.deeds.schemas import DeedItem
from services.assessment.teams.schemas import Pairing
from services.assessment.visits.schemas import Visit
from shared.acts.bodies import Page
from shared.acts.decisions import DecisionShown


class Dossier(BaseModel):
    helpers: Page[Pairing]
    visits: Page[Visit]
    deeds: Page[DeedItem]
    decisions: list[DecisionShown]
