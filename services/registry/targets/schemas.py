"""Bodies of the targets' doors."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from shared.acts.bodies import LARGEST_BATCH, Input


class Target(Input):
    """What is planned for a year in a county, township or village; setting it again replaces it."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,59}$")
    year: int = Field(ge=2014, le=2030)
    division: str = Field(pattern=r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$")
    planned: Annotated[int, Field(ge=0, le=10**13, strict=True)]
    unit: str = Field(min_length=1, max_length=40)


class Targets(Input):
    items: list[Target] = Field(min_length=1, max_length=LARGEST_BATCH)


class TargetResult(BaseModel):
    """What became of one item; `code` is the target's, `problem` says why it was refused."""

    code: str
    year: int
    division: str
    status: Literal["accepted", "refused"]
    problem: str | None = None


class TargetResults(BaseModel):
    results: list[TargetResult]


class TargetRow(BaseModel):
    """Planned beside actual, as the registers stand now; `actual` is null where no register counts it."""

    code: str
    year: int
    division: str
    planned: int
    unit: str
    actual: int | None


class TargetTable(BaseModel):
    items: list[TargetRow]
