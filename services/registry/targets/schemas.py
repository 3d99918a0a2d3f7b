"""Bodies of the targets' doors."""

from typing import Annotated

from pydantic import BaseModel, Field

from shared.acts.bodies import Input


class Target(Input):
    """What is planned for a year in a county, township or village; setting it again replaces it."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,59}$")
    year: int = Field(ge=2014, le=2030)
    division: str = Field(pattern=r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$")
    planned: Annotated[int, Field(ge=0, le=10**13, strict=True)]
    unit: str = Field(min_length=1, max_length=40)


class TargetShown(BaseModel):
    """Planned beside actual, as the registers stand now; `actual` is null where no register counts it."""

    code: str
    year: int
    division: str
    planned: int
    unit: str
    actual: int | None
