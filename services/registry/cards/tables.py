"""The rows of cards; the migrations make their table."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from shared.acts.papers import Signature
from shared.data.relations import table


class Card(NamedTuple):
    """Who handed it over and when; `signed_by`, one of the household's people, for it since `signed_on`: on the sheet
    of `scan_sha256`, or by an act of his own, without one.
    """

    id: UUID
    household_id: UUID
    division: str
    handed_on: date
    handed_by: str
    signed_by: str | None
    signature: Signature | None
    scan_sha256: str | None
    signed_on: date | None


household_card = table("household_card", Card)
