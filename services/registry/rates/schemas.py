"""Bodies of the doors to the error rates."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from services.registry.rates.rules import Kind, State
from shared.acts.bodies import Case, Input
from shared.values.inputs import Text

MOST = 2000


class NewRateSample(Input):
    """`exited`: how many of this year's exits are drawn; `outside`: how many doors in no register. `seed` is said aloud
    before the draw, so that it is fair.
    """

    id: UUID
    seed: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$")
    exited: int = Field(ge=0, le=MOST, strict=True, description="Households that have exited, to be drawn.")
    outside: int = Field(ge=0, le=MOST, strict=True, description="Doors outside the register, to be drawn.")


class RateFinding(Case):
    """What somebody found who was there. `sound`: a household that has exited is out of poverty, one outside the
    register is not poor. `evidence` refers to the proof, and names nobody.
    """

    sound: bool = Field(strict=True)
    evidence: Text = Field(min_length=1, max_length=160)


class RateSampleShown(BaseModel):
    """`exited`, `outside`: how many were asked for; the people are those of the area on the day of the draw."""

    id: UUID
    division: str
    seed: str
    exited: int
    outside: int
    poor_people: int
    exited_people: int
    outside_people: int
    rural_people: int
    drawn_on: date


class Rate(BaseModel):
    """A share of those at whom somebody was, in parts per million, with its 95 % interval; null of nobody."""

    found: int
    wrong: int
    share_ppm: int | None
    low_ppm: int | None
    high_ppm: int | None


class Incidence(BaseModel):
    share_ppm: int | None
    low_ppm: int | None
    high_ppm: int | None


class RatesShown(RateSampleShown):
    """What the sample says by now: wrong exits, missed, and the composite incidence with the bounds of both."""

    wrong_exits: Rate
    missed: Rate
    composite_incidence: Incidence


class RateLineShown(BaseModel):
    """A household that has exited, or the `place`-th door of its village that the register leaves out."""

    id: UUID
    sample_id: UUID
    kind: Kind
    household_id: UUID | None
    division: str
    place: int
    state: State
    evidence: str | None
    found_on: date | None
