"""Keeping what subscribers say they did."""

from collections.abc import Sequence

from gateway.acknowledgements import queries
from gateway.acknowledgements.rules import acknowledgement_refusal
from gateway.acknowledgements.schemas import Acknowledgement
from gateway.feed.queries import find_known
from shared.acts.bodies import Result, answers
from shared.data.sql import Connection
from shared.ground.context import Act

ROOM = "gateway.acknowledgements"


async def acknowledge(connection: Connection, act: Act, items: Sequence[Acknowledgement]) -> list[Result]:
    """Each action upon an event once for good; the same again is answered the same, another content is refused."""
    ids = [str(i.event_id) for i in items]
    public = await find_known(connection, ids)
    refusals = [
        acknowledgement_refusal(
            known_event=one in public, acted_on=item.acted_on, on=act.business_date, reference=item.reference
        )
        for one, item in zip(ids, items, strict=True)
    ]
    first = {
        (one, item.action): item
        for one, item, refusal in reversed(list(zip(ids, items, refusals, strict=True)))
        if refusal is None
    }
    rows = [
        {"owner_subject": act.subject, "event_id": event_id} | item.model_dump(exclude={"event_id"})
        for (event_id, _), item in sorted(first.items(), key=lambda pair: pair[0])
    ]
    await queries.insert_new(connection, rows)
    kept = await queries.list_own(connection, act.subject, ids)

    def differs(event_id: str, item: Acknowledgement) -> str | None:
        row = kept[event_id, item.action]
        return None if (row.acted_on, row.reference) == (item.acted_on, item.reference) else "content_differs"

    reasons = [refusal or differs(one, item) for one, item, refusal in zip(ids, items, refusals, strict=True)]
    return answers(ROOM, ids, reasons)
