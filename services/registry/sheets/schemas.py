"""Bodies of the income sheets' doors."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.registry.households.rules import Weight
from services.registry.households.schemas import BaseVersion, Edited
from shared.acts.bodies import Fen, Input
from shared.acts.papers import Signature
from shared.acts.reasons import Telling
from shared.values.inputs import Day

Word = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]


class SheetLine(Input):
    """What came in from one source, or what its business cost: an amount in fen, or a quantity x 100 of a product,
    which the year's table of reference prices values. `payer`: a code, never a name.
    """

    source: Word
    amount_fen: Fen | None = None
    product: Word | None = None
    quantity_x100: Annotated[int, Field(ge=1, le=10**9, strict=True)] | None = None
    payer: Annotated[str, Field(pattern=r"^[A-Za-z0-9:_.-]{1,80}$")] | None = None


class NewSheet(Input):
    """A household's income sheet of an income year. `signed_by`: who of the household heard the sum and signed; gifts
    to kin in fen.
    """

    id: UUID
    household_id: UUID
    income_year: int = Field(ge=2013, le=2030)
    stated_on: Day
    lines: list[SheetLine] = Field(max_length=100)
    gifts_fen: Fen = 0
    signed_by: str = Field(min_length=1, max_length=80)
    signature: Signature
    base_version: BaseVersion = None


class SheetTaken(Edited):
    """`net_income_fen`: the sum that the household hears."""

    net_income_fen: int | None = None


class SheetsTaken(BaseModel):
    """In the order sent."""

    results: list[SheetTaken]


class SheetShown(Telling):
    """A sheet as it was signed; each line with what it is worth, in fen."""

    TEXT = "registry.income_sheet"

    id: UUID
    household_id: UUID
    division: str
    income_year: int
    stated_on: date
    lines: list[dict[str, Any]]
    gifts_fen: int
    net_income_fen: int
    signed_by: str
    signature: Signature
    weight: Weight
