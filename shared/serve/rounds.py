"""The doors to a service's rounds."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter

from shared.acts import rounds
from shared.acts.bodies import Batch, Cursor, Page, Result, Results, page, result
from shared.acts.procedures import Procedure
from shared.acts.rounds import NewRound, RoundShown, in_rounds
from shared.data.sql import Connection
from shared.doors.http import Paging, Transaction, by
from shared.ground.context import Act
from shared.serve.service import Service
from shared.values.inputs import Area, Year

ROOM = "shared"
SAME = ("procedure", "division", "year")
READERS = by("county", "township", "village", "team", "helper", "auditor")
County = Annotated[Act, by("county")]


def router(service: Service) -> APIRouter:
    """For services with a procedure that runs in rounds."""
    doors = APIRouter(prefix="/rounds", tags=["rounds"])
    led = {p.name: p for p in service.procedures if in_rounds(p.case)}
    known: Any = Literal[tuple(led)]

    @doors.put("")
    async def open_rounds(body: Batch[NewRound], connection: Transaction, act: County) -> Results:
        """Open a round over each village's list. Sent again with other days it is prolonged, or called off early."""
        return body.answered(await put_rounds(connection, act, led, body.sound))

    @doors.get("", dependencies=[READERS])
    async def show_rounds(
        connection: Paging,
        at: Cursor,
        procedure: known | None = None,
        year: Year | None = None,
        division: Area | None = None,
    ) -> Page[RoundShown]:
        """The rounds of the caller's area, with the days of their stages."""
        rows = await rounds.list_rounds(connection, at, procedure=procedure, year=year, division=division)
        return page(RoundShown, rows, at)

    return doors


async def put_rounds(
    connection: Connection, act: Act, led: Mapping[str, Procedure[Any]], items: Sequence[NewRound]
) -> list[Result]:
    known = await rounds.lock_rounds(connection, [i.id for i in items])
    seen, reasons = set[Any](), list[str | None]()
    new = dict[Any, NewRound]()
    for item in items:
        reason = _refusal(act, led.get(item.procedure), item)
        if item.id in seen:
            reason = "twice_in_batch"
        elif reason is None and item.id not in known:
            new[item.id] = item
        elif reason is None:
            reason = await _move(connection, led[item.procedure], known[item.id], item)
        seen.add(item.id)
        reasons.append(reason)
    opened = await rounds.insert_rounds(connection, [rounds.opened_by(act, item) for item in new.values()])
    there = set(new) - opened
    return [
        result(ROOM, i.id, "round_exists" if i.id in there and reason is None else reason)
        for i, reason in zip(items, reasons, strict=True)
    ]


def _refusal(act: Act, procedure: Procedure[Any] | None, item: NewRound) -> str | None:
    if procedure is None:
        return "no_rounds"
    if not act.caller.within(item.division):
        return "outside_area"
    steps = {s.name for s in procedure.versions[-1]} | {s.after for s in procedure.versions[-1]}
    named = [s.step for s in item.stages]
    return None if set(named) <= steps and len(set(named)) == len(named) else "no_such_stage"


async def _move(connection: Connection, procedure: Procedure[Any], row: rounds.Round, item: NewRound) -> str | None:
    if any(getattr(row, name) != getattr(item, name) for name in SAME):
        return "content_differs"
    if (row.stages, row.document_no) == (rounds.kept_stages(item), item.document_no):
        return None
    closes = {s.step: s.closes_on for s in item.stages}
    ends = {s.after: closes[s.name] for s in procedure.versions[-1] if s.name in closes}
    await rounds.move_stages(connection, procedure.case, row, item, ends)
    return None
