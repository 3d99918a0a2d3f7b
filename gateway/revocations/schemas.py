"""Bodies of the doors to revocations."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from gateway.revocations.tables import Reason
from shared.acts.bodies import Input
from shared.acts.reasons import Telling


class NewRevocation(Input):
    """Whose tokens are taken back, and why."""

    subject: str = Field(min_length=1, max_length=200)
    reason: Reason


class RevocationShown(Telling):
    """No token of `subject` that was issued before `not_before` (Unix seconds) is taken any more."""

    TEXT = "gateway.revocation.{reason}"

    id: UUID
    subject: str
    not_before: int
    reason: Reason
    revoked_by: str
    revoked_at: datetime
