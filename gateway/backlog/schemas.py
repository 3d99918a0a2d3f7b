"""Bodies of the door to what is on its way."""

from pydantic import BaseModel, Field

from gateway.tasks.schemas import Absent
from shared.serve.operations import Status


class Backlog(BaseModel):
    """By service what it has not published and not read yet, and what stands still there."""

    at_rest: bool = Field(
        description="Nothing is on its way between services: two looks in a row found all idle, and nothing new."
    )
    services: list[Status] = Field(description="The gateway first, the others by name.")
    warnings: list[Absent]
