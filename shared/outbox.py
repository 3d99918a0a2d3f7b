"""Emit: the last thing an act does. Facts leave with the transaction that made them, or not at all."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import BigInteger, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.context import Act
from shared.events.envelope import Envelope, Payload
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
# What differs from event to event is laid over what the act's events have in common: for a hundred thousand of them
# this halves the work of writing thirteen attributes each.
_APPEND = sql(
    "INSERT INTO outbox (topic, key, headers, value)"
    " SELECT t, k, :common || jsonb_build_object('ce_id', uuidv7(), 'ce_type', y, 'ce_partitionkey', k,"
    " 'ce_sequence', s::text), v"
    " FROM unnest(:topics, :keys, :types, :sequences, :contents) WITH ORDINALITY AS w (t, k, y, s, v, i) ORDER BY i",
    common=JSONB, topics=ARRAY(Text), keys=ARRAY(Text), types=ARRAY(Text), sequences=ARRAY(BigInteger),
    contents=ARRAY(Text),
)  # fmt: skip
# One long statement would keep the event loop busy with encoding it.
SLICE = 5_000


async def emit(connection: Connection, act: Act, source: str, events: Sequence[Payload]) -> None:
    """Number the events per aggregate and lay them into the outbox, in the given order.

    Raises:
        ValueError: a payload is larger than 64 KiB.
    """
    if not events:
        return
    places = [(e.TOPIC, e.key) for e in events]
    counts = Counter(places)
    wanted = sorted(counts)
    rows = await fetch(
        connection, _NEXT_SEQUENCES,
        topics=[t for t, _ in wanted], keys=[k for _, k in wanted], counts=[counts[w] for w in wanted],
    )  # fmt: skip
    upcoming = {(r["topic"], r["key"]): r["sequence"] - counts[r["topic"], r["key"]] + 1 for r in rows}
    common = _common(act, source, rows[0]["epoch"])
    for begin in range(0, len(events), SLICE):
        part, where = events[begin : begin + SLICE], places[begin : begin + SLICE]
        sequences = []
        for place in where:
            sequences.append(upcoming[place])
            upcoming[place] += 1
        await execute(
            connection, _APPEND, rows=len(part), common=common, topics=[t for t, _ in where],
            keys=[k for _, k in where], types=[e.TYPE for e in part], sequences=sequences,
            contents=[_content(e) for e in part],
        )  # fmt: skip


def _common(act: Act, source: str, epoch: int) -> dict[str, str]:
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    return Envelope(
        id="", type="", source=source, topic="", key="", epoch=epoch, sequence=0, time=now,
        business_date=act.business_date.isoformat(), actor=act.subject, correlation_id=str(act.correlation_id),
        causation_id=act.causation_id, data="",
    ).headers()  # fmt: skip


def _content(event: Payload) -> str:
    content = event.model_dump_json()
    if len(content.encode()) > LARGEST_VALUE_BYTES:
        raise ValueError(f"{event.TYPE} is larger than {LARGEST_VALUE_BYTES} bytes")
    return content
