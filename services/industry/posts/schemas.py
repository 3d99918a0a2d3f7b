"""Bodies of the posts' doors."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from shared.acts.bodies import LARGEST_BATCH, Input

Division = Annotated[str, Field(pattern=r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$")]
Code = Annotated[str, Field(pattern=r"^[0-9A-Za-z_:/-]{1,40}$")]
Reason = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]


class Post(Input):
    """A job for one household; `reserved_for_relocated`: nobody else may hold it."""

    id: UUID
    division: Division
    kind: Literal["public_welfare", "pv", "forest_guard", "placement"]
    monthly_fen: int = Field(gt=0, le=10**8, strict=True)
    reserved_for_relocated: bool = Field(strict=True)
    employer_code: Code | None


class Posts(Input):
    items: list[Post] = Field(min_length=1, max_length=LARGEST_BATCH)


class PostShown(BaseModel):
    """`held`: somebody holds it or is proposed for it."""

    id: UUID
    division: str
    kind: str
    monthly_fen: int
    reserved_for_relocated: bool
    employer_code: str | None
    held: bool


class PostPage(BaseModel):
    items: list[PostShown]
    next: str | None


class Proposal(Input):
    """`starts_on` may lie ahead: it is a plan until the county approves."""

    id: UUID
    post_id: UUID
    household_id: UUID
    starts_on: date


class Proposals(Input):
    items: list[Proposal] = Field(min_length=1, max_length=LARGEST_BATCH)


class Check(Input):
    id: UUID
    confirmed: bool = Field(strict=True)


class Checks(Input):
    items: list[Check] = Field(min_length=1, max_length=LARGEST_BATCH)


class Approval(Input):
    id: UUID
    approved: bool = Field(strict=True)


class Approvals(Input):
    items: list[Approval] = Field(min_length=1, max_length=LARGEST_BATCH)


class Attendance(Input):
    """Days worked in a month, which is named by its first day."""

    id: UUID
    assignment_id: UUID
    month_on: date
    days: int = Field(ge=0, le=31, strict=True)


class Attendances(Input):
    items: list[Attendance] = Field(min_length=1, max_length=LARGEST_BATCH)


class Ending(Input):
    """`reason` is a code, never a story about people."""

    assignment_id: UUID
    reason: Reason
    ended_on: date


class Endings(Input):
    items: list[Ending] = Field(min_length=1, max_length=LARGEST_BATCH)


class Result(BaseModel):
    """What became of one item. `missing`: conditions of the rule that do not hold."""

    id: UUID
    status: Literal["accepted", "refused"]
    code: str | None
    missing: list[str] = []


class Results(BaseModel):
    results: list[Result]


class PayrollOrder(Input):
    """A month that is over, named by its first day."""

    month_on: date


class Payroll(BaseModel):
    """`assignments` that are owed a wage for the month; `dues` of them recorded by this order, and their sum."""

    month_on: date
    assignments: int
    dues: int
    amount_fen: int


class AssignmentShown(BaseModel):
    id: UUID
    post_id: UUID
    kind: str
    monthly_fen: int
    household_id: UUID
    division: str
    starts_on: date
    state: str
    decision_id: UUID
    ended_on: date | None
    ended_reason: str | None


class AssignmentPage(BaseModel):
    items: list[AssignmentShown]
    next: str | None


class KindTotals(BaseModel):
    """`filled`: posts to which a household is assigned."""

    posts: int
    filled: int


class PostTotals(BaseModel):
    by_kind: dict[str, KindTotals]
    households_employed: int
