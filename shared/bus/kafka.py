"""The log in Apache Kafka: for a county that outgrows one machine. The only file that knows the client.

Writing: an idempotent producer, acknowledged by all replicas in sync, one batch of a partition at a time. Reading:
the group decides who reads what (static members, so that a restart moves nothing); where to read from stands in the
service's own database, never in the broker.
"""

import asyncio
import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import IllegalStateError, KafkaError, NoOffsetForPartitionError, OffsetOutOfRangeError
from aiokafka.producer.message_accumulator import BatchBuilder

from shared.bus import BusAwayError, OffsetLostError, Outgoing, Partition, Record
from shared.bus.partition import partition_of
from shared.bus.topics import TOPICS
from shared.process.crash import crash_point
from shared.process.settings import Settings

log = structlog.get_logger()

REQUEST_SECONDS = 10
ACKNOWLEDGED_WITHIN_SECONDS = 30
# A topic that was lost and declared anew is found within this time.
METADATA_SECONDS = 10
LARGEST_BATCH_BYTES = 512 * 1024
# A worker that died comes back under its own name and finds its share as it left it; one that does not come back is
# missed after this long.
SESSION_SECONDS = 15
LONG_POLL_SECONDS = 0.1
NOTED_EVERY_SECONDS = 5.0
NOTE_SECONDS = 0.5


def client_settings(settings: Settings) -> dict[str, Any]:
    """How to reach the broker, in the client's words. Without an authority of ours, the system's are trusted."""
    told: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_servers,
        "security_protocol": settings.kafka_security,
        "request_timeout_ms": REQUEST_SECONDS * 1000,
        "metadata_max_age_ms": METADATA_SECONDS * 1000,
    }
    if settings.kafka_security.startswith("SASL"):
        told |= {
            "sasl_mechanism": settings.kafka_mechanism,
            "sasl_plain_username": settings.kafka_user,
            "sasl_plain_password": settings.kafka_password.get_secret_value(),
        }
    if settings.kafka_security.endswith("SSL"):
        context = ssl.create_default_context(cafile=settings.kafka_ca_file)
        if settings.kafka_cert_file:
            context.load_cert_chain(settings.kafka_cert_file, settings.kafka_cert_key_file)
        told["ssl_context"] = context
    return told


class KafkaPublisher:
    """A new leader takes a new producer. A frozen one that wakes up can send again what was sent, never past it."""

    def __init__(self, producer: AIOKafkaProducer, prefix: str) -> None:
        self._producer = producer
        self._prefix = prefix
        self._failed: Exception | None = None

    @classmethod
    async def lead(cls, settings: Settings) -> "KafkaPublisher":
        producer = AIOKafkaProducer(
            **client_settings(settings),
            client_id=f"{settings.kafka_user}-relay",
            enable_idempotence=True,
            acks="all",
            max_batch_size=LARGEST_BATCH_BYTES,
            linger_ms=0,
        )
        publisher = cls(producer, settings.kafka_prefix)
        try:
            async with asyncio.timeout(ACKNOWLEDGED_WITHIN_SECONDS):
                await producer.start()
        except (KafkaError, OSError) as error:
            await publisher.close()
            raise BusAwayError(str(error)) from error
        return publisher

    async def publish(self, rows: Sequence[Outgoing]) -> list[int]:
        """In rounds of one batch for each partition: no second batch leaves before the first is acknowledged, so that
        nothing of a key can be written behind a failure of that key.
        """
        if self._failed:
            raise _named(self._failed) from self._failed
        durable: list[int] = []
        while rows and not self._failed:
            batches, rows = self._round(rows)
            durable += await self._send(batches)
        if self._failed and not durable:
            raise _named(self._failed) from self._failed
        return sorted(durable)

    def _round(
        self, rows: Sequence[Outgoing]
    ) -> tuple[dict[Partition, tuple[BatchBuilder, list[int]]], list[Outgoing]]:
        """As many rows as fit into one batch for each partition, and those left over, in order."""
        batches: dict[Partition, tuple[BatchBuilder, list[int]]] = {}
        left: list[Outgoing] = []
        full: set[Partition] = set()
        for row in rows:
            place = row.topic, partition_of(row.key, TOPICS[row.topic].partitions)
            if place in full:
                left.append(row)
                continue
            if place not in batches:
                batches[place] = self._producer.create_batch(), []
            batch, ids = batches[place]
            headers = [(name, value.encode()) for name, value in row.headers.items()]
            if batch.append(timestamp=None, key=row.key.encode(), value=row.value.encode(), headers=headers) is None:
                full.add(place)
                left.append(row)
            else:
                ids.append(row.id)
        return batches, left

    async def _send(self, batches: Mapping[Partition, tuple[BatchBuilder, list[int]]]) -> list[int]:
        async def sent(place: Partition, batch: BatchBuilder, ids: list[int]) -> list[int]:
            acknowledgement = await self._producer.send_batch(batch, self._prefix + place[0], partition=place[1])
            crash_point("kafka.before_ack")
            await acknowledgement
            return ids

        answers = [asyncio.ensure_future(sent(place, *batch)) for place, batch in batches.items()]
        try:
            await asyncio.wait(answers, timeout=ACKNOWLEDGED_WITHIN_SECONDS)
        finally:
            for answer in answers:
                answer.cancel()
        done = await asyncio.gather(*answers, return_exceptions=True)
        for failure in done:
            if isinstance(failure, Exception):
                self._failed = failure
            elif isinstance(failure, BaseException) and self._failed is None:
                # Never the cancellation itself: raised on, it would end whoever publishes, in silence.
                self._failed = BusAwayError("not acknowledged in time")
        return [one for ids in done if isinstance(ids, list) for one in ids]

    async def close(self) -> None:
        """At once: what is not acknowledged goes out again from the outbox, in order, by the next leader."""
        sender = self._producer._sender  # noqa: SLF001 - its `stop` would first send what it still holds
        if sender is not None and sender.sender_task is not None:
            sender.sender_task.cancel()
        with suppress(KafkaError, OSError, asyncio.CancelledError):
            await self._producer.stop()


def _named(failure: Exception) -> Exception:
    """What may pass, as an outage; a refusal as itself."""
    passing = isinstance(failure, (TimeoutError, OSError)) or getattr(failure, "retriable", False)
    return BusAwayError(str(failure) or type(failure).__name__) if passing else failure


def _opened(raw: Any) -> Record | None:
    """None where it is not UTF-8."""
    try:
        headers = {name: value.decode() for name, value in raw.headers}
        key, value = (raw.key or b"").decode(), (raw.value or b"").decode()
    except (UnicodeDecodeError, AttributeError):
        return None
    return Record(raw.topic, raw.partition, raw.offset, key, headers, value)


class KafkaReader(ConsumerRebalanceListener):  # type: ignore[misc]  # the client has no types
    """With a group, a worker's share of the topics; without one, all of them."""

    def __init__(self, settings: Settings, topics: Sequence[str], group: str | None = None) -> None:
        self._settings = settings
        self._prefix = settings.kafka_prefix
        self._topics = list(topics)
        self._group = group
        self._consumer: AIOKafkaConsumer | None = None
        self._looker: AIOKafkaConsumer | None = None
        self._at: dict[TopicPartition, int] = {}
        self._noted_at = 0.0

    def _place(self, partition: Partition) -> TopicPartition:
        return TopicPartition(self._prefix + partition[0], partition[1])

    def _partition(self, place: TopicPartition) -> Partition:
        return place.topic.removeprefix(self._prefix), place.partition

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:  # noqa: ARG002 - the client's name
        """What we hold of them may be another's from here on."""
        self._at.clear()

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:  # noqa: ARG002
        self._at.clear()

    async def _open(self, **more: Any) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            **client_settings(self._settings),
            enable_auto_commit=False,
            auto_offset_reset="none",
            fetch_max_wait_ms=int(LONG_POLL_SECONDS * 1000),
            **more,
        )
        try:
            async with asyncio.timeout(ACKNOWLEDGED_WITHIN_SECONDS):
                await consumer.start()
        except (KafkaError, OSError) as error:
            await _stop(consumer)
            raise BusAwayError(str(error)) from error
        return consumer

    async def _reading(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            if self._group is None:
                self._consumer = await self._open()
            else:
                self._consumer = await self._open(
                    group_id=f"{self._prefix}{self._group}",
                    group_instance_id=f"{self._group}-{self._settings.instance}",
                    session_timeout_ms=SESSION_SECONDS * 1000,
                    heartbeat_interval_ms=SESSION_SECONDS * 200,
                    partition_assignment_strategy=(RoundRobinPartitionAssignor,),
                )
                self._consumer.subscribe([self._prefix + t for t in self._topics], listener=self)
            self._at.clear()
        return self._consumer

    async def assigned(self) -> AbstractSet[Partition]:
        if self._group is None:
            return {(t, p) for t in self._topics for p in range(TOPICS[t].partitions)}
        consumer = await self._reading()
        share = consumer.assignment()
        if not share:
            await self._ask_group(consumer)
        return {self._partition(p) for p in share}

    async def _ask_group(self, consumer: AIOKafkaConsumer) -> None:
        """What its group refused it, the client tells whoever fetches, and waits until then: who has no share, and so
        fetches nothing, would wait for ever.
        """
        try:
            await consumer.getmany(timeout_ms=0)
        except KafkaError as error:
            await self.close()
            raise BusAwayError(str(error)) from error

    async def fetch(
        self, positions: Mapping[Partition, int], limit: int, wait_seconds: float = 0
    ) -> dict[Partition, list[Record]]:
        if not positions:
            await asyncio.sleep(wait_seconds)
            return {}
        consumer = await self._reading()
        wanted = {self._place(p): offset for p, offset in positions.items()}
        try:
            self._go_to(consumer, wanted)
            found = await consumer.getmany(*wanted, timeout_ms=int(wait_seconds * 1000), max_records=limit)
        except OffsetOutOfRangeError as error:
            lost = next(iter(error.args[0]))
            self._at.pop(lost, None)
            raise OffsetLostError(self._partition(lost), wanted.get(lost, -1)) from error
        except (NoOffsetForPartitionError, IllegalStateError):
            # The group has moved between the look and the step: where to go is known by us, next time.
            self._at.clear()
            return {}
        except KafkaError as error:
            await self.close()
            raise BusAwayError(str(error)) from error
        return {self._partition(p): self._taken(p, raw, wanted[p]) for p, raw in found.items() if raw}

    def _go_to(self, consumer: AIOKafkaConsumer, wanted: Mapping[TopicPartition, int]) -> None:
        if self._group is None and consumer.assignment() != set(wanted):
            consumer.assign(list(wanted))
            self._at.clear()
        for place, offset in wanted.items():
            if self._at.get(place) != offset:
                consumer.seek(place, offset)
                self._at[place] = offset

    def _taken(self, place: TopicPartition, raw: Sequence[Any], wanted: int) -> list[Record]:
        """The client would go over a hole in silence."""
        records = []
        for offset, each in enumerate(raw, wanted):
            if each.offset != offset:
                self._at.pop(place, None)
                raise OffsetLostError(self._partition(place), offset)
            opened = _opened(each)
            # Without headers a record cannot be placed, which is just what is to be said of these bytes.
            topic = place.topic.removeprefix(self._prefix)
            key, headers, value = (opened.key, opened.headers, opened.value) if opened else ("", {}, "")
            records.append(Record(topic, place.partition, offset, key, headers, value))
        self._at[place] = wanted + len(records)
        return records

    async def ends(self, topics: Sequence[str]) -> dict[Partition, int]:
        try:
            if self._looker is None:
                self._looker = await self._open()
            async with asyncio.timeout(REQUEST_SECONDS):
                # Asked of the broker, not of what the client remembers: a topic may be gone.
                there = await self._looker.topics()
                names = [t for t in topics if self._prefix + t in there]
                places = [self._place((t, p)) for t in names for p in range(TOPICS[t].partitions)]
                found = await self._looker.end_offsets(places) if places else {}
        except (KafkaError, OSError) as error:
            looker, self._looker = self._looker, None
            if looker is not None:
                await _stop(looker)
            raise BusAwayError(str(error)) from error
        return {self._partition(p): end for p, end in found.items()}

    async def note(self, positions: Mapping[Partition, int]) -> None:
        if self._group is None or self._consumer is None or time.monotonic() - self._noted_at < NOTED_EVERY_SECONDS:
            return
        self._noted_at = time.monotonic()
        ours = self._consumer.assignment()
        places = {self._place(p): offset for p, offset in positions.items()}
        known = {p: offset for p, offset in places.items() if p in ours}
        with suppress(KafkaError, IllegalStateError, TimeoutError):
            async with asyncio.timeout(NOTE_SECONDS):
                if known:
                    await self._consumer.commit(known)

    async def close(self) -> None:
        for each in (self._consumer, self._looker):
            if each is not None:
                await _stop(each)
        self._consumer = self._looker = None
        self._at.clear()


async def _stop(consumer: AIOKafkaConsumer) -> None:
    with suppress(KafkaError, OSError):
        async with asyncio.timeout(5):
            await consumer.stop()
