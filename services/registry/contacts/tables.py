"""The row of a changed account; the migrations make its table."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.contacts.rules import State
from shared.data.relations import table


class AccountChange(NamedTuple):
    """`account_sealed` is sealed as the household's contact keeps it; of a change that was rejected it is forgotten, as
    the account may be anybody's.
    """

    id: UUID
    household_id: UUID
    division: str
    since: date
    account_sealed: bytes | None
    state: State
    reported_on: date
    reported_by: str
    decided_on: date | None
    decided_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


account_change = table("account_change", AccountChange)
