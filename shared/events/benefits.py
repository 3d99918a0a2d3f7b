"""What a household was given, as every service that gives something says it: the part of their contracts that is one.

A service answers by a fact of its own, on its own topic, when the register undoes what the household was given it for.
"""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.envelope import Payload


class Benefit(BaseModel):
    """Something that the household has or had. `source` is the id of what it stands for; of payments, which add up,
    their purpose. `standing` is how that stands there, in the service's own word; `amount_fen` what was given or lent,
    None where it is no money; `times` how often, from `first_on` to `last_on`, None while it goes on.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: str
    source: str
    standing: str
    amount_fen: int | None = None
    times: int = 1
    first_on: date | None = None
    last_on: date | None = None


class OfBenefits(Payload):
    """All that one service gave a household, also where that is nothing. `touched_id` names the register's case that
    asked, `cause_id` the event by which it did.
    """

    KEY: ClassVar[str] = "household_id"

    household_id: UUID
    division: str
    touched_id: UUID
    cause_id: UUID
    stated_on: date
    benefits: list[Benefit]
