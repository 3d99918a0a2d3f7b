"""Bodies of the door to the policy library."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field


class NoticeShown(BaseModel):
    """A document that changed figures of a service: `GET /{service}/v1/policy-changes/{change_id}` tells which values
    it says, and `GET /{service}/v1/policy` what is in force.
    """

    change_id: UUID
    service: str
    document_no: str
    issuer: str
    title: str
    issued_on: date
    codes: list[str] = Field(description="The figures that it changes.")
    effective_from: date = Field(description="The first day on which any of its entries is in force.")
    policy_version: str
    confirmed_on: date
