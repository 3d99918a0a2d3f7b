"""What the register shows of one household."""

from pydantic import BaseModel

from services.registry.exits.schemas import ExitPage
from services.registry.households.schemas import Household
from services.registry.measures.schemas import MeasureList
from shared.acts.decisions import DecisionShown


class Dossier(BaseModel):
    household: Household
    exits: ExitPage
    measures: MeasureList
    decisions: list[DecisionShown]
