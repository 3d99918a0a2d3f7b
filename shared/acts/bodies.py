"""What request bodies have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

LARGEST_BATCH = 1000
Fen = Annotated[int, Field(ge=0, le=10**13, strict=True)]


class Input(BaseModel):
    """What callers send: an unknown field is a mistake worth hearing about."""

    model_config = ConfigDict(extra="forbid")
