"""The rows of plans; the migrations make their table."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.plans.rules import Owner, State
from shared.data.relations import Big, table


class PlanLine(NamedTuple):
    """A line of a household's plan of a year. `kind`: a policy of the catalogue, or a kind of help; `owner_subject`:
    who of the owner's answers for it, where it names somebody. `counted_on`: the day on which the register itself knew
    that it was done, `measure_source` the help that did it.
    """

    id: UUID
    household_id: UUID
    division: str
    year: int
    kind: str
    person: str | None
    owner: Owner
    owner_subject: str | None
    budget_fen: Big
    planned_on: date
    proposed_on: date
    proposed_by: str
    state: State
    confirmed_on: date | None
    confirmed_by: str | None
    reached: bool | None
    evidence: str | None
    stated_on: date | None
    stated_by: str | None
    settled_on: date | None
    settled_by: str | None
    counted_on: date | None
    measure_source: str | None
    ended_code: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


plan_line = table("plan_line", PlanLine)
