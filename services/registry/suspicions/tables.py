"""The rows of suspicions; the migrations make their table."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.suspicions.rules import Circumstance, Code, Effect, Source, State
from shared.data.relations import table


class Suspicion(NamedTuple):
    """`source_id`: the file or list that it stands in. `person`: the register's reference to whom it is about;
    `about`: the login of an official whom it concerns. `lapsed_on`: since when it holds the household up no longer, as
    nobody looked.
    """

    id: UUID
    household_id: UUID
    division: str
    code: Code
    source: Source
    source_id: UUID | None
    person: str | None
    about: str | None
    evidence: str
    raised_on: date
    raised_by: str
    state: State
    so: bool | None
    since: date | None
    circumstance: Circumstance | None
    proof: str | None
    looked_on: date | None
    looked_by: str | None
    effect: Effect | None
    decision_id: UUID | None
    settled_on: date | None
    settled_by: str | None
    dismissed_on: date | None
    dismissed_by: str | None
    ended_code: str | None
    procedure_version: int
    since_on: date
    due_on: date | None
    lapsed_on: date | None


suspicion = table("suspicion", Suspicion)
