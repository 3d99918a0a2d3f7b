"""The rows of the policy library; the migration makes their table."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from shared.data.relations import Big, table


class PolicyNotice(NamedTuple):
    """`position` counts them as they were heard."""

    position: Big
    change_id: UUID
    service: str
    document_no: str
    issuer: str
    title: str
    issued_on: date
    codes: list[str]
    effective_from: date
    policy_version: str
    confirmed_on: date


policy_notice = table("policy_notice", PolicyNotice)
