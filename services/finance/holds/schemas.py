"""Bodies of the holds' doors."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.finance.holds.rules import Kind, State
from shared.acts.bodies import Case
from shared.acts.reasons import Telling
from shared.values.inputs import Text


class Release(Case):
    """`reason` says what was found, and names nobody."""

    reason: Text = Field(min_length=1, max_length=200)


class Hold(Telling):
    """Open until it is released. Of a suspicion `confirmed_on` says since when it is known to be misuse."""

    TEXT = "finance.holds.{kind}"

    id: UUID
    loan_id: UUID
    household_id: UUID
    division: str
    bank: str
    kind: Kind
    state: State
    raised_on: date
    confirmed_on: date | None
    released_on: date | None
    release_reason: str | None
