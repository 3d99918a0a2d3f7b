"""What relocation shows of one household."""

from pydantic import BaseModel

from services.relocation.allocation.schemas import AllocationPage
from services.relocation.applications.schemas import ApplicationPage
from services.relocation.homesteads.schemas import HomesteadPage
from shared.acts.decisions import DecisionShown


class Dossier(BaseModel):
    """`relocation`: its applications to move."""

    relocation: ApplicationPage
    allocations: AllocationPage
    homesteads: HomesteadPage
    decisions: list[DecisionShown]
