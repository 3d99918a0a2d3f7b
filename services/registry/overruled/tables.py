"""The rows of overruled words; the migrations make their table."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from shared.data.relations import table


class OverruledWord(NamedTuple):
    """A word about one field of a household, or of one of its people, held for true at no time, or no longer. `unit` is
    the department's that had attested the field; where it `differs`, it waits for that department's answer, or until
    the file that said so says so no longer.
    """

    id: UUID
    household_id: UUID
    member_id: UUID | None
    division: str
    unit: str
    field: str
    value: Any
    differs: bool
    seen_on: date
    stated_by: str
    stated_as: str | None
    weight: str
    told_on: date
    due_on: date
    answered_on: date | None
    attestation_id: UUID | None
    taken_back_on: date | None


class OverruledSeen(NamedTuple):
    """As it is shown: `person` stands for one of the household's people."""

    id: UUID
    household_id: UUID
    household_no: str
    person: str | None
    division: str
    unit: str
    field: str
    value: Any
    differs: bool
    seen_on: date
    said_as: str | None
    weight: str
    told_on: date
    due_on: date
    answered_on: date | None
    attestation_id: UUID | None
    taken_back_on: date | None


class OwnWords(NamedTuple):
    """Which columns were said on a day of a household or of one of its people, for which of them a unit answers, and
    what is held for true since of the fields that are asked for; `until` is None until further notice. `weight` is that
    of what no unit answers for.
    """

    id: UUID
    since: date
    until: date | None
    own: list[str]
    attested: dict[str, Any]
    weight: str
    stated_by: str | None
    stated_as: str | None
    facts: dict[str, Any]


overruled_word = table("overruled_word", OverruledWord)
