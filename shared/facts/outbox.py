"""Emit: the last thing an act does. Facts leave with the transaction that made them, or not at all."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.data.sql import Connection, Row, execute, fetch, sql
from shared.events.envelope import Envelope, Payload
from shared.ground.context import Act

LARGEST_VALUE_BYTES = 64 * 1024

# The rows are locked in (topic, key) order, so that two acts on the same aggregates cannot deadlock, and held
# until commit, so that ids of the outbox rise with sequences.
_RESERVE = sql("""
    INSERT INTO aggregate AS a (topic, key, epoch, sequence)
    SELECT t, k, (SELECT epoch FROM source), n FROM unnest(:topics, :keys, :counts) AS w (t, k, n)
    ORDER BY t, k
    ON CONFLICT (topic, key) DO UPDATE SET sequence = a.sequence + excluded.sequence, epoch = excluded.epoch
    RETURNING topic, key, epoch, sequence
""")
# The same, and the facts laid into the outbox, in one trip. What differs from event to event is laid over what the
# act's events have in common: for a hundred thousand of them this halves the work of writing thirteen attributes each.
_EMIT = sql("""
    WITH event AS (
        SELECT topic, key, type, content, i, count(*) OVER same AS events,
        row_number() OVER (PARTITION BY topic, key ORDER BY i) AS nth
        FROM unnest(:topics, :keys, :types, :contents) WITH ORDINALITY AS w (topic, key, type, content, i)
        WINDOW same AS (PARTITION BY topic, key)
    ), numbered AS (
        INSERT INTO aggregate AS a (topic, key, epoch, sequence)
        SELECT topic, key, (SELECT epoch FROM source), count(*) FROM event GROUP BY topic, key ORDER BY topic, key
        ON CONFLICT (topic, key) DO UPDATE SET sequence = a.sequence + excluded.sequence, epoch = excluded.epoch
        RETURNING topic, key, epoch, sequence
    )
    INSERT INTO outbox (topic, key, headers, value)
    SELECT topic, key, :common || jsonb_build_object('ce_id', uuidv7(), 'ce_type', type, 'ce_partitionkey', key,
    'ce_epoch', epoch::text, 'ce_sequence', (sequence - events + nth)::text), content
    FROM event JOIN numbered USING (topic, key) ORDER BY i
""")
# Facts passed on have little in common: each brings its own headers.
_APPEND_EACH = sql(
    """
    INSERT INTO outbox (topic, key, headers, value)
    SELECT t, k, h, v FROM unnest(:topics, :keys, :headers, :contents) WITH ORDINALITY AS w (t, k, h, v, i)
    ORDER BY i
""",
    headers=ARRAY(JSONB),
)
# One long statement would keep the event loop busy with encoding it. An act of several slices locks all its aggregates
# first, in the same order as everybody.
SLICE = 5_000


async def emit(connection: Connection, act: Act, source: str, events: Sequence[Payload]) -> None:
    """Number the events per aggregate and lay them into the outbox, in the given order.

    Raises:
        ValueError: a payload is larger than 64 KiB.
    """
    if not events:
        return
    if len(events) > SLICE:
        await _reserve(connection, dict.fromkeys(((e.TOPIC, e.key) for e in events), 0))
    common = _common(act, source)
    for begin in range(0, len(events), SLICE):
        part = events[begin : begin + SLICE]
        await execute(
            connection,
            _EMIT,
            rows=len(part),
            common=common,
            topics=[e.TOPIC for e in part],
            keys=[e.key for e in part],
            types=[e.TYPE for e in part],
            contents=[_content(e) for e in part],
        )


async def pass_on(connection: Connection, source: str, facts: Sequence[tuple[Act, Payload]]) -> list[Envelope]:
    """Lay into the outbox what reactions say of other services' facts: each under the id, the time and the date of
    its cause, which it keeps after any restore, numbered per aggregate as this service's own. As on the wire.

    Raises:
        ValueError: a payload is larger than 64 KiB.
    """
    if not facts:
        return []
    epoch, sequences = await _number(connection, [fact for _, fact in facts])
    events = []
    for (act, fact), sequence in zip(facts, sequences, strict=True):
        assert act.cause is not None
        events.append(
            act.cause._replace(
                type=fact.TYPE,
                source=source,
                topic=fact.TOPIC,
                key=fact.key,
                epoch=epoch,
                sequence=sequence,
                actor=act.subject,
                causation_id=act.cause.id,
                data=_content(fact),
            )
        )
    await execute(
        connection,
        _APPEND_EACH,
        rows=len(events),
        topics=[e.topic for e in events],
        keys=[e.key for e in events],
        headers=[e.headers() for e in events],
        contents=[e.data for e in events],
    )
    return events


async def _reserve(connection: Connection, counts: Mapping[tuple[str, str], int]) -> list[Row]:
    """Lock the aggregates, whose sequences rise by so many; the present epoch and the last sequence of each."""
    wanted = sorted(counts)
    return await fetch(
        connection,
        _RESERVE,
        topics=[t for t, _ in wanted],
        keys=[k for _, k in wanted],
        counts=[counts[w] for w in wanted],
    )


async def _number(connection: Connection, events: Sequence[Payload]) -> tuple[int, list[int]]:
    """The present epoch, and for each event the next sequence of its aggregate."""
    places = [(e.TOPIC, e.key) for e in events]
    counts = Counter(places)
    rows = await _reserve(connection, counts)
    upcoming = {(r["topic"], r["key"]): r["sequence"] - counts[r["topic"], r["key"]] + 1 for r in rows}
    sequences = []
    for place in places:
        sequences.append(upcoming[place])
        upcoming[place] += 1
    return rows[0]["epoch"], sequences


def _common(act: Act, source: str) -> dict[str, str]:
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    return Envelope(
        id="",
        type="",
        source=source,
        topic="",
        key="",
        epoch=0,
        sequence=0,
        time=now,
        business_date=act.business_date.isoformat(),
        actor=act.subject,
        correlation_id=str(act.correlation_id),
        causation_id=act.causation_id,
        data="",
        traceparent=act.traceparent,
    ).headers()


def _content(event: Payload) -> str:
    content = event.model_dump_json()
    if len(content.encode()) > LARGEST_VALUE_BYTES:
        raise ValueError(f"{event.TYPE} is larger than {LARGEST_VALUE_BYTES} bytes")
    return content
