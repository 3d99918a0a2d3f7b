"""Bodies of the posts' doors."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.industry.posts.rules import Kind, State
from shared.acts.bodies import Case, Input
from shared.values.inputs import Day

Division = Annotated[str, Field(pattern=r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$")]
Code = Annotated[str, Field(pattern=r"^[0-9A-Za-z_:/-]{1,40}$")]
Person = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00]+$")]
Reason = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]


class Post(Input):
    """A job for one household; `reserved_for_relocated`: nobody else may hold it."""

    id: UUID
    division: Division
    kind: Kind
    monthly_fen: int = Field(gt=0, le=10**8, strict=True)
    reserved_for_relocated: bool = Field(strict=True)
    employer_code: Code | None


class PostShown(BaseModel):
    """`held`: somebody holds it or is proposed for it."""

    id: UUID
    division: str
    kind: Kind
    monthly_fen: int
    reserved_for_relocated: bool
    employer_code: str | None
    held: bool


class Proposal(Input):
    """`starts_on` may lie ahead: it is a plan until the bureau approves. `person` works there, by the register's
    reference; null where it is not known who of the household does.
    """

    id: UUID
    post_id: UUID
    household_id: UUID
    starts_on: Day
    person: Person | None = None


class Attendance(Input):
    """Days worked in a month, which is named by its first day."""

    id: UUID
    assignment_id: UUID
    month_on: Day
    days: int = Field(ge=0, le=31, strict=True)


class Continuation(Case):
    """What became of a post since somebody of its household died: somebody works on since a day, or nobody does.

    `person` is who; null leaves it with who worked before.
    """

    resumed_on: Day | None
    person: Person | None = None


class Ending(Case):
    """`reason` is a code, never a story about people."""

    reason: Reason
    ended_on: Day


class PayrollOrder(Input):
    """A month that is over, named by its first day."""

    month_on: Day


class Payroll(BaseModel):
    """`assignments` that are owed a wage for the month; `dues` of them recorded by this order, and their sum."""

    month_on: date
    assignments: int
    dues: int
    amount_fen: int


class AssignmentShown(BaseModel):
    """`held_on`: the day on which somebody of the household died; `resumed_on`: since when somebody works on.

    `person` works there, null where that is not known.
    """

    id: UUID
    post_id: UUID
    kind: Kind
    monthly_fen: int
    household_id: UUID
    division: str
    starts_on: date
    state: State
    decision_id: UUID
    ended_on: date | None
    ended_reason: str | None
    held_on: date | None
    resumed_on: date | None
    since_on: date
    due_on: date | None
    person: str | None


class KindTotals(BaseModel):
    """`filled`: posts to which a household is assigned."""

    posts: int
    filled: int


class PostTotals(BaseModel):
    by_kind: dict[str, KindTotals]
    households_employed: int
