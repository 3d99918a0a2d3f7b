"""Emit: the last thing an act does. Facts leave with the transaction that made them, or not at all."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.context import Act
from shared.events.envelope import Envelope, Payload
from shared.ids import uuid7
from shared.sql import Connection, execute, fetch, sql

LARGEST_VALUE_BYTES = 64 * 1024

# The rows are locked in (topic, key) order, so that two acts on the same aggregates cannot deadlock, and held
# until commit, so that ids of the outbox rise with sequences.
_NEXT_SEQUENCES = sql(
    "INSERT INTO aggregate AS a (topic, key, epoch, sequence)"
    " SELECT t, k, (SELECT epoch FROM source), n FROM unnest(:topics, :keys, :counts) AS w (t, k, n)"
    " ORDER BY t, k"
    " ON CONFLICT (topic, key) DO UPDATE SET sequence = a.sequence + excluded.sequence, epoch = excluded.epoch"
    " RETURNING topic, key, epoch, sequence",
    topics=ARRAY(Text), keys=ARRAY(Text), counts=ARRAY(Integer),
)  # fmt: skip
_APPEND = sql(
    "INSERT INTO outbox (topic, key, headers, value)"
    " SELECT t, k, h, v FROM unnest(:topics, :keys, :headers, :contents) WITH ORDINALITY AS w (t, k, h, v, i)"
    " ORDER BY i",
    topics=ARRAY(Text), keys=ARRAY(Text), headers=ARRAY(JSONB), contents=ARRAY(Text),
)  # fmt: skip


async def emit(connection: Connection, act: Act, source: str, events: Sequence[Payload]) -> None:
    """Number the events per aggregate and lay them into the outbox, in the given order.

    Raises:
        ValueError: a payload is larger than 64 KiB.
    """
    if not events:
        return
    counts = Counter((e.TOPIC, e.key) for e in events)
    wanted = sorted(counts)
    rows = await fetch(
        connection, _NEXT_SEQUENCES,
        topics=[t for t, _ in wanted], keys=[k for _, k in wanted], counts=[counts[w] for w in wanted],
    )  # fmt: skip
    epoch = rows[0]["epoch"]
    upcoming = {(r["topic"], r["key"]): r["sequence"] - counts[r["topic"], r["key"]] + 1 for r in rows}
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    envelopes = []
    for event in events:
        place = event.TOPIC, event.key
        envelopes.append(
            Envelope(
                id=str(uuid7()), type=event.TYPE, source=source, topic=event.TOPIC, key=event.key, epoch=epoch,
                sequence=upcoming[place], time=now, business_date=act.business_date.isoformat(),
                actor=act.subject, correlation_id=str(act.correlation_id), causation_id=act.causation_id,
                data=event.model_dump_json(),
            )
        )  # fmt: skip
        upcoming[place] += 1
    await _append(connection, envelopes)


async def _append(connection: Connection, envelopes: list[Envelope]) -> None:
    for envelope in envelopes:
        if len(envelope.data.encode()) > LARGEST_VALUE_BYTES:
            raise ValueError(f"{envelope.type} is larger than {LARGEST_VALUE_BYTES} bytes")
    await execute(
        connection, _APPEND, rows=len(envelopes),
        topics=[e.topic for e in envelopes], keys=[e.key for e in envelopes],
        headers=[e.headers() for e in envelopes], contents=[e.data for e in envelopes],
    )  # fmt: skip
