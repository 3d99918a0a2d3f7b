"""What the gateway states: whose tokens are good no longer."""

from typing import ClassVar
from uuid import UUID

from shared.events.envelope import Payload


class SubjectRevoked(Payload):
    """No token of this subject that was issued before `not_before` (Unix seconds) is taken any more."""

    TYPE: ClassVar[str] = "gateway.subject_revoked.v1"
    TOPIC: ClassVar[str] = "gateway.subject"
    KEY: ClassVar[str] = "revocation_id"

    revocation_id: UUID
    subject: str
    not_before: int
