"""The rows of lists and of differences; the migrations make their tables."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.differences.rules import Cause, ListState, Owner, State, door_of
from services.registry.national.rules import Field, Kind
from shared.data.relations import table


class NationalList(NamedTuple):
    """The national list as of a day, of `division`. `file_sealed` and `read_sealed`, what was read of it, go when it
    has been compared or refused. `opened`, `seen` and `agreed`: differences by what it made of them; of one that is
    held, by what it would. `held_in`: the township of whose households it touches too many, `held_households`.
    """

    id: UUID
    division: str
    state: ListState
    income_year: int
    listed_on: date
    business_date: date
    submitted_by: str
    sha256: str
    file_sealed: bytes | None
    read_sealed: bytes | None
    attempts: int
    people: int
    households: int
    opened: int
    seen: int
    agreed: int
    problem: dict[str, Any] | None
    held_in: str | None
    held_households: int | None
    procedure_version: int
    since_on: date
    due_on: date | None
    decided_on: date | None
    decided_by: str | None


class ListFinding(NamedTuple):
    """A place in a list that could not be read, never what stands there."""

    list_id: UUID
    division: str
    position: int
    row: int
    household_no: str
    column: str
    kind: str
    code: str


class Difference(NamedTuple):
    """A field of a household, or of one of its people, that the list says otherwise. `person` is the register's
    reference where it has one; `person_mark`, `ours_mark` and `theirs_mark` are keyed digests, `ours` and `theirs` what
    stands on either side as far as that may be shown.
    """

    id: UUID
    division: str
    household_id: UUID | None
    household_no: str
    person: str | None
    person_mark: bytes | None
    field: Field
    kind: Kind
    ours: Any | None
    theirs: Any | None
    ours_mark: bytes
    theirs_mark: bytes
    owner: Owner
    list_id: UUID
    found_on: date
    listed_on: date
    state: State
    cause: Cause | None
    reason: str | None
    named_on: date | None
    named_by: str | None
    settled_on: date | None
    settled_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None

    @property
    def door(self) -> str:
        """Where ours is put right, should it be wrong."""
        return door_of(self.field, self.kind, self.owner)


class Counted(NamedTuple):
    """How many differences of a field are in a state."""

    field: Field
    owner: Owner
    state: State
    differences: int


national_list = table("national_list", NationalList)
national_finding = table("national_finding", ListFinding)
national_difference = table("national_difference", Difference)
