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
    issuer: str = Field(description="Who issued the document.")
    title: str = Field(description="What the document is called.")
    issued_on: date
    codes: list[str] = Field(description="The figures that it changes.")
    effective_from: date = Field(description="The first day on which any of its entries is in force.")
    policy_version: str = Field(description="The version of the policy that it made.")
    confirmed_on: date
