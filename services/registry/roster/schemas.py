"""Bodies of the roster's doors."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from services.registry.roster.rules import State
from shared.acts.bodies import Input
from shared.acts.reasons import Telling


class ImportBegun(BaseModel):
    id: UUID
    state: Literal["received"]


class Word(Input):
    """The second person's."""

    confirmed: bool


class ImportDecided(BaseModel):
    id: UUID
    state: State


class ImportReport(BaseModel):
    """How far an import is, in households: a file that was `read` waits for another person's word, and is `done` once
    it was taken. `accepted` are to be entered, or are; of `known` ones, which the register has already, what the file
    says otherwise is proposed, or a finding. `problem` is a problem+json document where the file was refused whole.
    """

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


class FindingShown(Telling):
    """A place in the file and what is wrong there, never what stands there. `rejects`: the household is not taken."""

    position: int
    row: int
    household_no: str
    column: str
    kind: str
    code: str
    rejects: bool
