"""What every service states of its policy, on a topic of its own (key: change)."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.events.envelope import Payload


class PolicyStated(Payload):
    """`codes` are the figures that the document changes, `effective_from` is the first day of any of them,
    `policy_version` what decisions are stored with from here on.
    """

    KEY: ClassVar[str] = "change_id"

    change_id: UUID
    document_no: str
    issuer: str
    title: str
    issued_on: date
    codes: list[str]
    effective_from: date
    policy_version: str
