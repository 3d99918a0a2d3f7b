"""Work in rounds: the county opens a year's round over a village's list, with days for its stages (domain notes 9.6).

A case that is opened within a round goes through its stages with the list; one beside it needs a reason. A village
without a round of the year is led case by case.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Self
from uuid import UUID

from pydantic import BaseModel, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from shared.acts.batches import insert_free
from shared.acts.bodies import Input
from shared.data.pages import Place, fetch_page, page
from shared.data.relations import Relation, table
from shared.data.sql import (
    Connection,
    Statement,
    by_id,
    execute,
    execute_many,
    fetch,
    insert_many,
    list_by,
    sql,
    update_many,
)
from shared.ground.context import Act
from shared.values.inputs import Day

# Why a case is opened beside the round: it was left out by mistake, an earlier decision was found wrong, a higher
# office orders it, or it cannot wait for the next one.
OutsideRound = Literal["missed", "corrected", "ordered", "urgent"]


class Stage(Input):
    """The first and the last day on which a step may be taken; the first stage is that of opening cases."""

    step: str = Field(min_length=1, max_length=40)
    opens_on: Day
    closes_on: Day

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.closes_on < self.opens_on:
            raise PydanticCustomError("closes_before_it_opens", "a last day that is not before the first")
        return self


class NewRound(Input):
    """Of a procedure, over the list of one village, in a year; `document_no` is the county's notice that opens it."""

    id: UUID
    procedure: str = Field(min_length=1, max_length=80)
    division: str = Field(pattern=r"^\d{12}$")
    year: int = Field(ge=2000, le=2100, strict=True)
    stages: list[Stage] = Field(min_length=1, max_length=20)
    document_no: str = Field(min_length=1, max_length=80)


class RoundShown(BaseModel):
    """`stages` by the day on which they open."""

    id: UUID
    procedure: str
    division: str
    year: int
    stages: list[Stage]
    document_no: str
    opened_on: date
    opened_by: str

    @field_validator("stages", mode="before")
    @classmethod
    def _by_day(cls, kept: dict[str, Any]) -> list[Any]:
        return sorted(({"step": step} | days for step, days in kept.items()), key=lambda s: s["opens_on"])


# By step: its first and its last day.
Stages = Mapping[str, tuple[date, date]]
NO_STAGES: Stages = MappingProxyType({})


class Round(NamedTuple):
    id: UUID
    procedure: str
    division: str
    year: int
    stages: dict[str, Any]
    document_no: str
    opened_on: date
    opened_by: str


case_round = table("case_round", Round)
_BY_ID = list_by(case_round)
_LOCK = list_by(case_round, lock=True)
_OF_VILLAGES = sql(
    f"SELECT {case_round.columns} FROM case_round"  # noqa: S608 - our names
    " WHERE procedure = :procedure AND year = :year AND division = ANY(:divisions)",
    Round,
)
_INSERT = insert_many(case_round, Round._fields, "ORDER BY 1 ON CONFLICT DO NOTHING RETURNING id")
_MOVE = update_many(case_round, "stages", "document_no")
_PAGE = page(case_round, "procedure", "year", "division")


def stages_of(row: Round) -> Stages:
    return {
        step: (date.fromisoformat(days["opens_on"]), date.fromisoformat(days["closes_on"]))
        for step, days in row.stages.items()
    }


def stage_refusal(stages: Stages, step: str, on: date) -> str | None:
    """Why a step is not taken on a day; a step without a stage is free."""
    first, last = stages.get(step, (on, on))
    if on < first:
        return "shared.stage_not_open"
    return "shared.stage_over" if on > last else None


class Entry(NamedTuple):
    """How a new case of a village is opened: within a round, by whose stages, or why it cannot be."""

    case_round_id: UUID | None = None
    stages: Stages = NO_STAGES
    refusal: str | None = None


def entry(found: Round | None, step: str, on: date, outside: OutsideRound | None) -> Entry:
    """`found` is the village's round of the year; `outside` says why a case is opened beside it."""
    if found is None:
        return Entry()
    stages = stages_of(found)
    if stage_refusal(stages, step, on) is None:
        return Entry(found.id, stages)
    return Entry() if outside else Entry(refusal="shared.outside_round")


def in_rounds(case: Relation[Any]) -> bool:
    return "case_round_id" in case.shape


async def stages_by_case(connection: Connection, case: Relation[Any], cases: Iterable[Any]) -> dict[UUID, Stages]:
    """The stages of each case that belongs to a round."""
    within = {c.id: c.case_round_id for c in cases if c.case_round_id is not None} if in_rounds(case) else {}
    if not within:
        return {}
    rounds = await by_id(connection, _BY_ID, sorted(set(within.values())))
    return {one: stages_of(rounds[case_round_id]) for one, case_round_id in within.items()}


async def list_rounds_of(
    connection: Connection, procedure: str, year: int, divisions: Iterable[str]
) -> dict[str, Round]:
    """The rounds of villages in a year, by village."""
    rows = await fetch(connection, _OF_VILLAGES, procedure=procedure, year=year, divisions=sorted(set(divisions)))
    return {row.division: row for row in rows}


async def lock_rounds(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Round]:
    return await by_id(connection, _LOCK, ids)


async def insert_rounds(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were opened; of the others the id, or the village's round of the year, is there already."""
    return await insert_free(connection, _INSERT, rows)


async def list_rounds(connection: Connection, at: Place, **filters: Any) -> list[Round]:
    return await fetch_page(connection, _PAGE, at, **filters)


async def move_stages(
    connection: Connection, case: Relation[Any], row: Round, item: NewRound, ends: Mapping[str, date]
) -> None:
    """Give a round other days: what is under way in it is due by them. `ends`: by state, when the next step closes."""
    await execute_many(
        connection, _MOVE, [{"id": row.id, "stages": kept_stages(item), "document_no": item.document_no}]
    )
    await execute(connection, _due_anew(case), rows=None, id=row.id, states=list(ends), dates=list(ends.values()))


@cache
def _due_anew(case: Relation[Any]) -> Statement[Any]:
    return sql(f"""
        UPDATE {case.name} AS c SET due_on = u.due_on FROM unnest(:states, :dates) AS u (state, due_on)
        WHERE c.case_round_id = :id AND c.state = u.state
    """)  # noqa: S608 - our names


def opened_by(act: Act, item: NewRound) -> dict[str, Any]:
    """The row of a round that is opened now."""
    on = {"opened_on": act.business_date, "opened_by": act.subject}
    return item.model_dump() | {"stages": kept_stages(item)} | on


def kept_stages(item: NewRound) -> dict[str, Any]:
    return {s.step: s.model_dump(mode="json", exclude={"step"}) for s in item.stages}
