"""The rows of roster imports; the migrations make their tables."""

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.households.rules import Status
from services.registry.roster.rules import State
from shared.data.relations import table


class RosterImport(NamedTuple):
    """A file: `file_sealed` goes when its content has been taken or refused. It is `read` first, and taken once it is
    `confirmed`: who did that is `decided_by`. `listed_on`: the day as of which it speaks. `read_sealed`: what was read
    of it, until then; none of a file that an earlier release has read.
    """

    id: UUID
    division: str
    state: State
    income_year: int
    business_date: date
    submitted_by: str
    sha256: str
    file_sealed: bytes | None
    people: int
    households: int
    accepted_households: int
    rejected_households: int
    problem: dict[str, Any] | None
    attempts: int
    submitted_at: datetime
    finished_at: datetime | None
    known_households: int
    procedure_version: int
    since_on: date
    due_on: date | None
    decided_on: date | None
    decided_by: str | None
    listed_on: date
    read_sealed: bytes | None


class RosterFinding(NamedTuple):
    import_id: UUID
    division: str
    position: int
    row: int
    household_no: str
    column: str
    kind: str
    code: str
    rejects: bool


class Progress(NamedTuple):
    """How far an import is; never its file."""

    id: UUID
    state: State
    income_year: int
    people: int
    households: int
    accepted_households: int
    known_households: int
    rejected_households: int
    problem: dict[str, Any] | None
    listed_on: date


class RegisteredHome(NamedTuple):
    """A household that the register has under a number of a file."""

    id: UUID
    household_no: str
    division: str
    status: Status
    registered_on: date


class NamedVillage(NamedTuple):
    township: str
    village: str
    code: str


roster_import = table("roster_import", RosterImport)
roster_finding = table("roster_finding", RosterFinding)
