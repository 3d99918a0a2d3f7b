"""Bodies of the townships' doors."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from services.registry.villages.schemas import ExitShown, Place
from shared.acts.minutes import Minuted


class Township(Place):
    """Names the township that an act is about."""

    division: Annotated[str, Field(pattern=r"^[0-9]{9}$")]


class MinutedTownship(Township, Minuted):
    """A township, with the minutes that it is decided on or announced by."""


class TownshipCard(BaseModel):
    """A township on the business date.

    `status` is `exited` once it is announced. `touched`: it is, and one of its poor villages is out no longer, so that
    a person decides about it. `incidence_ppm` is rounded, and null without a rural population.
    """

    division: str
    status: Literal["poor", "exited"]
    touched: bool
    poor_villages: int
    exited_villages: int
    poor_people: int
    rural_people: int
    incidence_ppm: int | None
    exit: ExitShown | None
