"""The rows of new heads; the migrations make their table."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.heads.rules import State
from shared.data.relations import table


class HeadCase(NamedTuple):
    """`reference` is head since `since`, in the place of `former`, who is `relation` to him; `relations` holds what
    others are to him, by reference.
    """

    id: UUID
    household_id: UUID
    division: str
    reference: str
    former: str
    since: date
    relation: str
    relations: dict[str, Any]
    state: State
    reported_on: date
    reported_by: str
    decided_on: date | None
    decided_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


class Person(NamedTuple):
    """Somebody who ever belonged to a household, as held for true now: since when he last did, whether he still does,
    and since when he is its head, where he is.
    """

    household_id: UUID
    member_id: UUID
    reference: str
    born_on: date
    joined_on: date
    stays: bool
    heads_since: date | None


head_change = table("head_change", HeadCase)
