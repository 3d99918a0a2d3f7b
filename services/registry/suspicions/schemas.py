"""Bodies of the doors to suspicions."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field

from services.registry.suspicions.rules import Circumstance, Code, Effect, Source, State
from shared.acts.bodies import Case, Input
from shared.acts.reasons import Telling
from shared.values.inputs import Day, Text


class NewSuspicion(Input):
    """Something that speaks against a registered household. `person`: the register's reference to whom of it this is
    about; `about`: the login of an official whom it concerns, who does not look into it. `evidence` refers to what was
    found, and names nobody.
    """

    id: UUID
    household_id: UUID
    code: Code
    person: str | None = Field(default=None, min_length=1, max_length=64)
    about: str | None = Field(default=None, min_length=1, max_length=200)
    evidence: Text = Field(min_length=1, max_length=200)


class Look(Case):
    """What somebody saw who went there. `since`: since when it is so, where anybody knows. `evidence` refers to the
    proof, and names nobody.
    """

    so: bool = Field(strict=True)
    since: Day | None = None
    circumstance: Circumstance | None = None
    evidence: Text = Field(min_length=1, max_length=200)


class SuspicionShown(Telling):
    """No name: `person` stands for whom it is about, `effect` for what a person has to do next. `lapsed_on`: since when
    it holds the household up no longer, as nobody looked.
    """

    TEXT = "registry.suspicion_case.{state}"

    id: UUID
    household_id: UUID
    division: str
    code: Code
    source: Source
    source_id: UUID | None
    person: str | None
    evidence: str
    raised_on: date
    state: State
    so: bool | None
    since: date | None
    circumstance: Circumstance | None
    proof: str | None
    looked_on: date | None
    effect: Effect | None
    decision_id: UUID | None
    settled_on: date | None
    dismissed_on: date | None
    since_on: date
    due_on: date | None
    lapsed_on: date | None

    def says(self) -> tuple[str | None, Mapping[str, Any]]:
        overdue = self.state == "open" and self.lapsed_on is not None
        return ("registry.suspicion_case.overdue", vars(self)) if overdue else super().says()


class OwnSuspicion(Telling):
    """What speaks against the caller's own household, and what he can do. Nothing of who found it, nor where."""

    TEXT = "registry.own_suspicion.{state}"

    id: UUID
    household_id: UUID
    code: Code
    raised_on: date
    state: State
    since_on: date
    due_on: date | None
    settled_on: date | None
