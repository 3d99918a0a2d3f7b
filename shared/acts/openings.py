"""Opening cases of a procedure: each is opened once by whoever names it, and answered the same ever after."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from shared.acts.batches import Item, NewRows, take_new, value_of
from shared.acts.bodies import Result, answers
from shared.acts.procedures import PASSED, Case, Procedure, log_steps
from shared.data.sql import Connection
from shared.ground.context import Act


async def open_cases(
    connection: Connection,
    act: Act,
    procedure: Procedure[Case],
    step: str,
    items: Sequence[Item],
    known: Mapping[UUID, Any],
    content: Sequence[str],
    judge: Callable[[Item], str | Case],
    save: Callable[[NewRows], Awaitable[set[UUID]]],
    *,
    room: str = "",
    said_in: str = "division",
) -> list[Result]:
    """`judge` answers the reason of a refusal, or the case that an item opens; `known`, `content` and `save` are those
    of `take_new`, which is given the case with the item's content. That it was opened is logged as `step`, in the place
    where it was said, which the case has in its column `said_in`. `room` names refusals where the procedure does not.
    """
    opened: dict[UUID, Any] = {}

    def open_one(item: Item) -> str | dict[str, Any]:
        judged: Any = judge(item)
        if isinstance(judged, str):
            return judged
        opened[item.id] = judged
        return {**judged._asdict(), **{name: getattr(item, name) for name in content}}

    reasons, fresh = await take_new(items, known, content, open_one, save)
    new = [opened[one["id"]] for one in fresh]
    there = [case._replace(division=getattr(case, said_in)) for case in new]
    await log_steps(connection, act, procedure, step, [(case, PASSED) for case in there])
    states = {one: value_of(row, "state") for one, row in known.items()} | {case.id: case.state for case in new}
    return answers(room or procedure.name, [i.id for i in items], reasons, states)
