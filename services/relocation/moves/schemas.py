"""Bodies of the moves' doors: each names an allocation."""

from typing import Annotated

from pydantic import Field

from shared.acts.bodies import Case
from shared.values.inputs import Day

Kwh = Annotated[int, Field(ge=0, le=10**8, strict=True)]


class Report(Case):
    """Evidence of a move: the hash of a photo, and the power used since the keys, in 0.01 kWh [choice]."""

    moved_in_on: Day
    photo_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    power_kwh_x100: Kwh
