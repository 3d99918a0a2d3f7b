"""The rows of revocations; the migration makes their table."""

from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from shared.data.relations import Big, table

Reason = Literal["lost_device", "left_office", "suspected"]


class SubjectRevocation(NamedTuple):
    id: UUID
    subject: str
    not_before: Big
    reason: Reason
    revoked_by: str
    revoked_at: datetime


subject_revocation = table("subject_revocation", SubjectRevocation)
