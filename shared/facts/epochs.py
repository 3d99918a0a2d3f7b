"""After a restore: a new epoch, and what the log holds that its source has forgotten, or lacks that it believes told.

`python -m services NAME new-epoch` runs it before the service is opened again. What it decides is `reconcile`, a step
without I/O; the simulation restores producers and consumers with this very code (docs/adr/0008).
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import ARRAY

from shared.bus import Partition, Reader
from shared.bus.topics import TOPICS
from shared.bus.transport import open_reader
from shared.data import db
from shared.data.sql import Connection, execute, fetch, fetch_one, sql
from shared.events.envelope import read_envelope
from shared.facts.relay import LEADER_LOCK
from shared.facts.steps import Key
from shared.process.settings import Settings

PAGE = 2000


class EpochError(Exception):
    """A new epoch may not begin: its text says in one sentence why, and what to do."""


class Fact(NamedTuple):
    """An event by its id, and where it stands in the history of its aggregate."""

    id: str
    topic: str
    key: str
    epoch: int
    sequence: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A fact that its source still has: a row of the outbox, or one that is believed `sent`."""

    row: int
    fact: Fact
    sent: bool


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """`forgotten` facts were told and are not known any more: people must see to them. `untold` rows are believed sent
    and not in the log: they are sent again. `restated` rows are told in the new epoch instead of theirs, because
    listeners have heard a later epoch of the same aggregate and would take them for old.
    """

    epoch: int
    forgotten: list[Fact]
    untold: list[int]
    restated: list[int]


def reconcile(
    epoch: int, known: Mapping[Key, int], kept: Iterable[Kept], told: Iterable[Fact], at_least: int = 0
) -> Reconciliation:
    """`epoch` and `known` (the last sequence of each aggregate) are the source's, as restored; `told` is the log.

    What was told in a later epoch than the restored one comes from a life that was left; within the restored epoch,
    what lies beyond the last known sequence. Earlier epochs were reconciled by earlier restores. A fact is known by
    its id: one that was restated before stands in the log under another epoch than in the outbox.
    """
    told, kept = list(dict.fromkeys(told)), list(kept)
    heard: dict[Key, int] = {}
    for fact in told:
        heard[fact.topic, fact.key] = max(fact.epoch, heard.get((fact.topic, fact.key), 0))
    mine, theirs = {each.fact.id for each in kept}, {fact.id for fact in told}
    beyond = [f for f in told if (f.epoch, f.sequence) > (epoch, known.get((f.topic, f.key), 0))]
    silent = sorted((each for each in kept if each.fact.id not in theirs), key=lambda each: each.row)
    return Reconciliation(
        max([epoch + 1, at_least, *(number + 1 for number in heard.values())]),
        [fact for fact in beyond if fact.id not in mine],
        [each.row for each in silent if each.sent],
        [each.row for each in silent if heard.get((each.fact.topic, each.fact.key), 0) > each.fact.epoch],
    )


_SOURCE = sql("SELECT epoch, pg_try_advisory_xact_lock(:lock) AS free FROM source")
_EPOCH = sql("SELECT epoch FROM source")
_KNOWN = sql("SELECT topic, key, sequence FROM aggregate")
_KEPT = sql("""
    SELECT id, topic, key, sent, headers ->> 'ce_id' AS event_id, (headers ->> 'ce_epoch')::bigint AS epoch,
    (headers ->> 'ce_sequence')::bigint AS sequence FROM (SELECT id, topic, key, headers, true AS sent
    FROM outbox_sent UNION ALL SELECT id, topic, key, headers, false FROM outbox) kept
""")
_RAISE = sql("UPDATE source SET epoch = :epoch")
_AGAIN = sql(
    """
    WITH again AS (DELETE FROM outbox_sent WHERE id = ANY(:ids) RETURNING id, topic, key, headers, value, emitted_at)
    INSERT INTO outbox (id, topic, key, headers, value, emitted_at) OVERRIDING SYSTEM VALUE SELECT * FROM again
""",
    ids=ARRAY(BigInteger),
)
_RESTATE = sql(
    """
    UPDATE outbox SET headers = headers || jsonb_build_object('ce_epoch', CAST(:epoch AS text)) WHERE id = ANY(:ids)
""",
    ids=ARRAY(BigInteger),
)
_OFFSETS = sql("SELECT topic, partition, next_offset FROM consumer_offset")
_FROM_THE_FIRST = sql("DELETE FROM consumer_offset")


@asynccontextmanager
async def _transaction(service: str, url: str) -> AsyncIterator[Connection]:
    pool = await db.open_pool(url, 1)
    try:
        async with db.transaction(pool, db.system_caller(service)) as connection:
            yield connection
    finally:
        await pool.close()


async def highest_epoch(service: str, url: str) -> int:
    """The epoch that a service's database is in."""
    async with _transaction(service, url) as connection:
        row = await fetch_one(connection, _EPOCH)
    assert row is not None
    return int(row["epoch"])


async def new_epoch(service: str, settings: Settings, *, at_least: int = 0, log_anew: bool = False) -> dict[str, Any]:
    """Reconcile a restored service with the log and raise its epoch, in one transaction; returns a report.

    With `log_anew` the log begins again: everything sent is told again, and everything is read from the first.

    Raises:
        EpochError: the service runs, or the log is shorter than what the service has read of it.
    """
    topics = sorted(name for name, topic in TOPICS.items() if topic.writer == service)
    reader = None if log_anew else open_reader(settings, sorted(TOPICS))
    try:
        async with _transaction(service, settings.database_url) as connection:
            source = await fetch_one(connection, _SOURCE, lock=LEADER_LOCK)
            assert source is not None
            if not source["free"]:
                raise EpochError(f"{service} is running: stop all of its workers first.")
            if reader is None:
                await execute(connection, _FROM_THE_FIRST, rows=None)
            else:
                await _check_offsets(connection, service, reader)
            told = [] if reader is None else await read_facts(reader, topics)
            known = {(r["topic"], r["key"]): r["sequence"] for r in await fetch(connection, _KNOWN)}
            kept = [
                Kept(r["id"], Fact(r["event_id"], r["topic"], r["key"], r["epoch"], r["sequence"]), r["sent"])
                for r in await fetch(connection, _KEPT)
            ]
            result = reconcile(source["epoch"], known, kept, told, at_least)
            await apply(connection, result)
    finally:
        if reader is not None:
            await reader.close()
    return {
        "epoch": result.epoch,
        "forgotten": [fact._asdict() for fact in result.forgotten],
        "told_again": len(result.untold),
        "restated": len(result.restated),
    }


async def apply(connection: Connection, result: Reconciliation) -> None:
    await execute(connection, _AGAIN, rows=len(result.untold), ids=result.untold)
    await execute(connection, _RESTATE, rows=len(result.restated), epoch=result.epoch, ids=result.restated)
    await execute(connection, _RAISE, rows=1, epoch=result.epoch)


async def _check_offsets(connection: Connection, service: str, reader: Reader) -> None:
    ends = await reader.ends(sorted(TOPICS))
    for row in await fetch(connection, _OFFSETS):
        partition = row["topic"], row["partition"]
        if row["next_offset"] > ends.get(partition, 0):
            raise EpochError(
                f"The log of {partition[0]}[{partition[1]}] ends at {ends.get(partition, 0)}, and {service} has read up"
                f" to {row['next_offset']}: where the log was begun anew, say so (--log-anew) for every service."
            )


async def read_facts(reader: Reader, topics: Sequence[str]) -> list[Fact]:
    """Every fact of the topics, from the first to the last there is now. A record that cannot be read is no fact."""
    ends = await reader.ends(topics)
    positions: dict[Partition, int] = {partition: 0 for partition, end in ends.items() if end}
    found = []
    while positions:
        for partition, records in (await reader.fetch(positions, PAGE, 1)).items():
            for record in records:
                try:
                    event = read_envelope(record.topic, record.key, record.headers, record.value)
                except (KeyError, ValueError):
                    continue
                found.append(Fact(event.id, event.topic, event.key, event.epoch, event.sequence))
            positions[partition] = records[-1].offset + 1
        positions = {p: offset for p, offset in positions.items() if offset < ends[p]}
    return found
