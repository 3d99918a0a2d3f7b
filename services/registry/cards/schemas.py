"""Bodies of the doors to cards."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from shared.acts.bodies import Case, Input
from shared.acts.papers import Signature
from shared.values.inputs import Day


class NewCard(Input):
    """A card was handed over; who signed for it on paper is said with the sheet's hash, or else signs himself later."""

    id: UUID
    household_id: UUID
    handed_on: Day
    signed_by: str | None = Field(default=None, min_length=1, max_length=64)
    signature: Signature | None = None
    scan_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")

    @model_validator(mode="after")
    def _signed_whole(self) -> "NewCard":
        said = (self.signed_by, self.signature, self.scan_sha256)
        if any(said) and not all(said):
            raise PydanticCustomError("signed_whole", "who signed, how, and the sheet together")
        return self


class Receipt(Case):
    """The card has come: one of the household says so himself."""


class CardShown(BaseModel):
    """A household's card; not signed for, as long as `signed_on` is null."""

    id: UUID
    household_id: UUID
    division: str
    handed_on: date
    handed_by: str
    signed_by: str | None
    signature: Signature | None
    scan_sha256: str | None
    signed_on: date | None
