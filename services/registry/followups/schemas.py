"""Bodies of the doors to follow-ups."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from services.registry.followups.rules import TROUBLES, Standing, State, Trouble
from shared.acts.bodies import Case
from shared.acts.reasons import Telling
from shared.values.inputs import Text


def _words(kept: str | list[str] | None) -> list[str] | None:
    return kept.split() if isinstance(kept, str) else kept


class FollowUpReport(Case):
    """What somebody saw who was there: how its income looks, and what of the conditions of its exit does not hold any
    more. `evidence` refers to what shows it, and names nobody.
    """

    income: Standing = Field(description="How its income looks beside the line.")
    troubles: list[Trouble] = Field(max_length=len(TROUBLES))
    evidence: Text = Field(min_length=1, max_length=200)


class FollowUpShown(Telling):
    """Never by which login. `measures`: help that went on by what the register knew; `visited_on`: the last visit of
    its helper meanwhile, which stands beside it and does not take its place.
    """

    TEXT = "registry.follow_up.{state}"

    id: UUID
    household_id: UUID
    division: str
    exit_id: UUID
    months: int
    exited_on: date
    opens_on: date
    state: State
    income: Standing | None = Field(description="How its income looked beside the line.")
    troubles: Annotated[list[str] | None, BeforeValidator(_words)]
    measures: Annotated[list[str] | None, BeforeValidator(_words)] = Field(description="Kinds of help that went on.")
    evidence: str | None
    looked_on: date | None
    visited_on: date | None
    since_on: date
    due_on: date | None


class PlaceFollowUps(BaseModel):
    """A village's follow-ups that fall due in a month: how many wait, were made, became idle; and what was seen."""

    division: str
    open: int
    done: int
    ended: int
    near: int
    under: int
    troubled: int
