"""Keeping what subscribers say they did."""

from collections.abc import Sequence

from gateway.acknowledgements import queries
from gateway.acknowledgements.rules import acknowledgement_refusal
from gateway.acknowledgements.schemas import Acknowledgement
from gateway.acknowledgements.schemas import AcknowledgementResult as Result
from shared.data.sql import Connection
from shared.ground.context import Act


async def acknowledge(connection: Connection, act: Act, items: Sequence[Acknowledgement]) -> list[Result]:
    """Each action upon an event once for good; the same again is answered the same, another content is refused."""
    ids = [str(i.event_id) for i in items]
    events = await queries.find_events(connection, ids)
    reasons = [
        acknowledgement_refusal(
            known_event=str(i.event_id) in events, acted_on=i.acted_on, on=act.business_date, reference=i.reference
        )
        for i in items
    ]
    first = {
        (str(i.event_id), i.action): i for i, reason in reversed(list(zip(items, reasons, strict=True))) if not reason
    }
    await queries.insert_new(
        connection,
        [
            {
                "owner_subject": act.subject,
                "event_id": event_id,
                "action": action,
                "acted_on": item.acted_on,
                "reference": item.reference,
            }
            for (event_id, action), item in sorted(first.items())
        ],
    )
    kept = await queries.list_own(connection, act.subject, ids)
    results = []
    for item, refusal in zip(items, reasons, strict=True):
        row = kept.get((str(item.event_id), item.action))
        same = row is not None and (row["acted_on"], row["reference"]) == (item.acted_on, item.reference)
        reason = refusal or (None if same else "content_differs")
        code = reason and f"gateway.acknowledgements.{reason}"
        results.append(
            Result(event_id=item.event_id, action=item.action, status="refused" if code else "accepted", code=code)
        )
    return results
