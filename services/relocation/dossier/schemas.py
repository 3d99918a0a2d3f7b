"""What relocation shows of one household."""

from pydantic import BaseModel

from services.relocation.allocation.schemas import AllocationShown
from services.relocation.applications.schemas import ApplicationSummary
from services.relocation.homesteads.schemas import Homestead
from shared.acts.bodies import Page
from shared.acts.decisions import DecisionShown


class Dossier(BaseModel):
    """`relocation`: its applications to move."""

    relocation: Page[ApplicationSummary]
    allocations: Page[AllocationShown]
    homesteads: Page[Homestead]
    decisions: list[DecisionShown]
