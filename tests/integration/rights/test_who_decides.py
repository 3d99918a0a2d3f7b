"""Whoever approves, files, accepts or pays can read what he decides about: every step of every procedure, as each role
that may take it, with the scope that the table of rights gives it.

Of two cases that wait for the step one is his (`growth`): it stands in a list of the room that he may read, and in his
tasks; the other's, where he is bound to his own, in neither.
"""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import pytest

from deploy.document import services
from services import NAMES
from shared.acts.procedures import Procedure, Step
from shared.acts.tasks import tasks_query
from tests.conftest import BUREAUS, Door, House
from tests.integration.rights.cells import (
    RIGHTS,
    ROLES,
    VILLAGE,
    WIDE,
    Operation,
    answer,
    operations,
    scopes,
    tells_of,
    token,
)
from tests.integration.rights.growth import OURS, THEIRS, furnish

# Rooms whose doors stand under another room's path.
ROOM_OF = {
    "industry.plans": "stations/plans",
    "industry.projects.reports": "projects",
    "registry.arrivals": "households/arrivals",
    "registry.changes.departures": "households/departures",
    "registry.changes.removals": "households/removals",
    "registry.claims": "households/claims",
    "registry.differences": "national/differences",
    "registry.differences.lists": "national/lists",
    "registry.contacts": "households/accounts",
    "registry.heads": "households/heads",
    "registry.identification": "identifications",
    "registry.followups": "follow-ups",
    "registry.inspections.lists": "inspection-lists",
    "registry.signals": "risk-warnings",
    "registry.merges": "households/merges",
    "registry.reversals": "households/reversals",
    "registry.rolls": "divisions/changes",
    "registry.splits": "households/splits",
    "registry.township_revocations": "townships/exits/revocations",
    "registry.village_revocations": "villages/exits/revocations",
    "registry.rates": "rate-samples/lines",
    "registry.transfers": "households/transfers",
    "registry.withdrawals": "identifications/withdrawals",
    "relocation.moves": "allocation/allocations",
}
# Cases that are shown as a part of something else, and under which word.
PART_OF = {"industry.projects.reports": "reports"}
SERVICES = [house for house in services() if house.name in NAMES]


class Turn(NamedTuple):
    """A step, of a version of its procedure, and a role that may take it; of departments, whose."""

    procedure: Procedure[Any]
    version: int
    step: Step
    role: str
    unit: str = ""

    @property
    def said(self) -> str:
        who = f"{self.role} of {self.unit}" if self.unit else self.role
        return f"{self.procedure.name} {self.version}: {who} before {self.step.name}"

    @property
    def room(self) -> str:
        name = self.procedure.name
        own = name.split(".", 1)[1].replace(".", "/").replace("_", "-")
        return f"/{self.procedure.service}/v1/{ROOM_OF.get(name, own)}"


def turns(procedures: list[Procedure[Any]]) -> Iterator[Turn]:
    for procedure in procedures:
        for version, steps in enumerate(procedure.versions, 1):
            yield from (
                Turn(procedure, version, step, role, unit)
                for step in steps
                for role in step.roles
                for unit in (role == "department" and step.units) or ("",)
            )


@asynccontextmanager
async def waiting(superuser: asyncpg.Connection, turn: Turn) -> AsyncIterator[None]:
    """Both cases have come, by others' hands, to where the step follows, and are the most urgent of all."""
    case, step = turn.procedure.case.name, turn.step
    come: dict[str, Any] = {"state": step.after, "procedure_version": turn.version, "due_on": date(2017, 1, 1)}
    come |= dict.fromkeys(step.not_by, "maker") | ({step.waits_for: date(2017, 1, 1)} if step.waits_for else {})
    both = [UUID(int=OURS), UUID(int=THEIRS)]
    was = await superuser.fetch(f"SELECT id, {', '.join(come)} FROM {case} WHERE id = ANY($1)", both)
    written = ", ".join(f"{name} = ${place}" for place, name in enumerate(come, 2))
    write = f"UPDATE {case} SET {written} WHERE id = $1"
    await superuser.executemany(write, [(one, *come.values()) for one in both])
    yield
    await superuser.executemany(write, [tuple(row) for row in was])


def readers(doors: list[Operation], turn: Turn) -> list[Operation]:
    """The room's doors that show the role something."""
    return [
        o
        for o in doors
        if o.method == "GET"
        and re.match(rf"{re.escape(turn.room)}(/|$)", o.path)
        and not o.is_sum
        and turn.role in o.told["x-roles"]
        and (not turn.unit or turn.unit in o.told.get("x-units", (turn.unit,)))
    ]


def shows(turn: Turn, operation: Operation, response: Any, k: int) -> bool:
    """Whether the case is shown, and not what it is a part of."""
    part = PART_OF.get(turn.procedure.name)
    if part is None:
        return tells_of(operation, response, k)
    body = response.json()
    return str(UUID(int=k)) in [one["id"] for one in body.get(part, ())]


async def unseen(door: Door, doors: list[Operation], turn: Turn) -> list[str]:
    """What is wrong with what the role is shown before it takes the step."""
    headers, service = token(door, turn.role, OURS, VILLAGE, turn.unit), turn.procedure.service
    found = readers(doors, turn)
    (tasks,) = (o for o in doors if o.name == f"GET /{service}/v1/tasks")
    answers = [(o, await answer(door, o, headers, OURS)) for o in found]
    shown = [(o, response) for o, response in answers if shows(turn, o, response, OURS)]
    wrong = [] if shown else [f"not shown by {[o.path for o in found]}"]
    waiting_for = await answer(door, tasks, headers, OURS)
    if not turn.step.asked_where and not tells_of(tasks, waiting_for, OURS):
        wrong.append("not among the tasks")
    for o, response in (*shown, (tasks, waiting_for)):
        if scopes(RIGHTS[service][o.name])[turn.role] not in WIDE and tells_of(o, response, THEIRS):
            wrong.append(f"another's shown by {o.path}")
    for unit in (u for u in ("water", *BUREAUS) if turn.unit and u not in turn.step.units):
        listed = (await answer(door, tasks, token(door, turn.role, OURS, VILLAGE, unit), OURS)).json()["items"]
        if turn.procedure.name in {task["procedure"] for task in listed}:
            wrong.append(f"waits for {unit} as well")
    return wrong


@pytest.mark.parametrize("service", SERVICES, ids=lambda s: s.name)
async def test_whoever_takes_a_step_reads_the_case_before(house: House, service: Any) -> None:
    superuser = await furnish(house, service.name)
    door = await house.serve(service.name, "api")
    doors = list(operations(door.app.openapi()))
    wrong = list[str]()
    for turn in turns(list(service.procedures)):
        async with waiting(superuser, turn):
            wrong += [f"{turn.said}: {what}" for what in await unseen(door, doors, turn)]
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("service", SERVICES, ids=lambda s: s.name)
def test_for_whom_nothing_can_wait_the_table_says_so(service: Any) -> None:
    steps, own = tuple(service.procedures), tuple(service.own_tasks)
    asked = {role: any(tasks_query(role, unit, steps, own) for unit in ("", *BUREAUS)) for role in ROLES}
    told = scopes(RIGHTS[service.name][f"GET /{service.name}/v1/tasks"])
    assert {role for role, scope in told.items() if scope == "none"} == {r for r, some in asked.items() if not some}
