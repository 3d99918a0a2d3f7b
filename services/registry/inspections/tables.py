"""The rows of inspections; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.inspections.rules import DrawnAs, ListState, State, WrongIn
from shared.data.relations import table


class InspectionList(NamedTuple):
    """A month's list: of how many households, `population`, how many were drawn, `budget`, and by which seed."""

    id: UUID
    division: str
    month_on: date
    seed: str
    budget: int
    population: int
    state: ListState
    drawn_on: date
    drawn_by: str
    decided_on: date | None
    decided_by: str | None
    ended_code: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


class Inspection(NamedTuple):
    """A line of a list; `signs` are words with a blank between."""

    id: UUID
    list_id: UUID
    household_id: UUID
    division: str
    drawn_as: DrawnAs
    score: int
    signs: str
    state: State
    drawn_on: date
    drawn_by: str
    wrong_in: WrongIn | None
    evidence: str | None
    inspected_on: date | None
    inspected_by: str | None
    ended_code: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


inspection_list = table("inspection_list", InspectionList)
inspection = table("inspection", Inspection)
