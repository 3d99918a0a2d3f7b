"""What waits for whom: the open cases whose next step the caller may take, the most urgent first.

It is read from the cases themselves by the procedures' tables of steps, so there is nothing to keep in step with them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel

from shared.acts.bodies import Limit
from shared.acts.procedures import Procedure, Step
from shared.acts.rounds import in_rounds
from shared.data.sql import Connection, Statement, fetch, sql
from shared.doors.cursors import CurrentListing, SealedCursor
from shared.ground.context import Act
from shared.ground.problems import Problem


@dataclass(frozen=True, slots=True)
class OwnTask:
    """What waits in a room without being a step of its table: an objection to answer, a file to check.

    `source` is FROM and WHERE; `columns` say (id, division, household_id, since_on, due_on) in that order, and may use
    `:on` and `:subject`.
    """

    procedure: str
    step: str
    roles: tuple[str, ...]
    columns: tuple[str, str, str, str, str]
    source: str
    zh: str
    en: str


class Waiting(NamedTuple):
    """A row of the list."""

    id: UUID
    procedure: str
    step: str
    division: str
    household_id: UUID | None
    since_on: date
    due_on: date


class Task(BaseModel):
    """A case that waits for the caller: which step, since when, by when it should be taken.

    `title_zh` and `title_en` name the step; `household_id` is null where a case is of no household.
    """

    id: UUID
    procedure: str
    step: str
    title_zh: str
    title_en: str
    division: str
    household_id: UUID | None
    since_on: date
    due_on: date


class Tasks(BaseModel):
    """By day, then id; `next` is the cursor of the next page, null where there is none."""

    items: list[Task]
    next: str | None


class TaskPlace(NamedTuple):
    """Behind which (day, id), for how many; `seal` makes the cursor of the next page of `<due_on>.<id>`."""

    due_on: date
    id: UUID
    limit: int
    seal: Callable[[Any], str] = str


_AFTER = "Behind this task, `<due_on>.<id>`, for whoever makes one list of several services'."


async def _task_cursor(
    of: CurrentListing,
    cursor: SealedCursor = "",
    after: Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2}\.[0-9a-f-]{36})?$", description=_AFTER)] = "",
    limit: Limit = 100,
) -> TaskPlace:
    """Behind a page, or behind any task (`<due_on>.<id>`): for whoever makes one list of several."""
    if cursor:
        after = of.open(cursor)
    if not after:
        return TaskPlace(date.min, UUID(int=0), limit, of.seal)
    day, _, one = after.partition(".")
    try:
        return TaskPlace(date.fromisoformat(day), UUID(one), limit, of.seal)
    except ValueError as error:
        raise Problem("shared.cursor_invalid") from error


TaskCursor = Annotated[TaskPlace, Depends(_task_cursor)]


def _branch(procedure: Procedure[object], version: int, step: Step) -> str:
    """The open cases of one version that wait for one step."""
    household = "c.household_id" if procedure.has_household else "NULL::uuid"
    since = f"greatest(c.since_on, c.{step.waits_for})" if step.waits_for else "c.since_on"
    asked = [f"c.state = '{step.after}'", f"c.procedure_version = {version}"]
    asked += [f"c.{step.waits_for} <= :on"] if step.waits_for else []
    asked += [f"({step.asked_where})"] if step.asked_where else []
    asked += [f"c.{column} IS DISTINCT FROM :subject" for column in step.not_by]
    if in_rounds(procedure.case):
        asked.append(f"""
            NOT EXISTS (SELECT FROM case_round r
            WHERE r.id = c.case_round_id AND CAST(r.stages -> '{step.name}' ->> 'opens_on' AS date) > :on)
        """)
    if procedure.freezes and procedure.has_household:
        asked.append(
            "NOT EXISTS (SELECT FROM frozen_household f"
            " WHERE f.household_id = c.household_id AND f.reviewed_on IS NULL)"
        )
    return f"""
        SELECT c.id, '{procedure.name}' AS procedure, '{step.name}' AS step, c.division, {household} AS household_id,
               {since} AS since_on, c.due_on
        FROM {procedure.case.name} c WHERE {" AND ".join(asked)}
    """  # noqa: S608 - our names


def _own(task: OwnTask) -> str:
    one, division, household, since, due = task.columns
    return f"""
        SELECT {one} AS id, '{task.procedure}' AS procedure, '{task.step}' AS step, {division} AS division,
               {household} AS household_id, {since} AS since_on, {due} AS due_on {task.source}
    """


@cache
def tasks_query(
    role: str, unit: str, procedures: tuple[Procedure[object], ...], own: tuple[OwnTask, ...]
) -> Statement[Waiting] | None:
    """One statement for a role, made when it first asks; None where nothing can wait for it.

    `unit`: a department's, where a step names it.
    """
    branches = [
        _branch(procedure, version, step)
        for procedure in procedures
        for version, steps in enumerate(procedure.versions, 1)
        for step in steps
        if role in step.roles and (role != "department" or not step.units or unit in step.units)
    ] + [_own(task) for task in own if role in task.roles]
    if not branches:
        return None
    # Each branch gives its most urgent; (day, id) of the last one seen is where the list goes on.
    behind = "w WHERE (w.due_on, w.id) > (:due_on, :id) ORDER BY w.due_on, w.id LIMIT :limit"
    limited = [f"(SELECT * FROM ({branch}) {behind})" for branch in branches]  # noqa: S608 - our names
    # Named in each statement, so that the parameters are the same for every role.
    head = "SELECT w.* FROM (" + " UNION ALL ".join(limited) + ") w"  # noqa: S608 - our names
    tail = " WHERE :on IS NOT NULL AND :subject IS NOT NULL ORDER BY w.due_on, w.id LIMIT :limit"
    return sql(head + tail, Waiting)


async def list_tasks(
    connection: Connection, act: Act, procedures: Sequence[Procedure[object]], own: Sequence[OwnTask], at: TaskPlace
) -> Tasks:
    """What waits for the caller on his business date, within his area, where he is not who must not."""
    query = tasks_query(act.caller.role, _unit_of(act, tuple(procedures)), tuple(procedures), tuple(own))
    if query is None:
        return Tasks(items=[], next=None)
    rows = await fetch(
        connection, query, due_on=at.due_on, id=at.id, limit=at.limit, on=act.business_date, subject=act.subject
    )
    titles = _titles(tuple(procedures), tuple(own))
    items = [
        Task(**row._asdict(), title_zh=titles[row.procedure, row.step][0], title_en=titles[row.procedure, row.step][1])
        for row in rows
    ]
    return Tasks(items=items, next=at.seal(f"{items[-1].due_on}.{items[-1].id}") if len(items) == at.limit else None)


def _unit_of(act: Act, procedures: tuple[Procedure[object], ...]) -> str:
    """Of the units that have steps of their own: all others are asked for alike, by one statement."""
    return act.caller.unit if act.caller.role == "department" and act.caller.unit in units_in(procedures) else ""


@cache
def units_in(procedures: tuple[Procedure[object], ...]) -> frozenset[str]:
    """Whose departments have steps of their own."""
    return frozenset(u for p in procedures for steps in p.versions for step in steps for u in step.units)


@cache
def _titles(
    procedures: tuple[Procedure[object], ...], own: tuple[OwnTask, ...]
) -> dict[tuple[str, str], tuple[str, str]]:
    steps = {(p.name, s.name): (s.zh, s.en) for p in procedures for steps in p.versions for s in steps}
    return steps | {(t.procedure, t.step): (t.zh, t.en) for t in own}
