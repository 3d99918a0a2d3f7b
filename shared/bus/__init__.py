"""One small interface to the log, so that a county may stay on one machine or outgrow it.

A transport publishes a batch durably, says which partitions are ours to read, is asked for records from given
positions, and knows its ends. Each passes the conformance suite in `tests/contract/bus`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple, Protocol

Partition = tuple[str, int]


class FencedError(Exception):
    """A successor leads; this publisher may write nothing more."""


class BusAwayError(ConnectionError):
    """The log cannot be reached or does not answer; the same may be tried again, with a new publisher."""


class OffsetLostError(Exception):
    """The log does not hold the position asked for. It is never skipped over: a person must decide."""

    def __init__(self, partition: Partition, wanted: int) -> None:
        super().__init__(f"{partition[0]}[{partition[1]}] does not hold offset {wanted}")
        self.partition = partition


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A row of an outbox on its way. `id` orders; `key` chooses the partition."""

    id: int
    topic: str
    key: str
    headers: dict[str, str]
    value: str


class Record(NamedTuple):
    """A record of the log, at its place. Made by the ten thousand: a dataclass would cost four times as much."""

    topic: str
    partition: int
    offset: int
    key: str
    headers: dict[str, str]
    value: str


class Publisher(Protocol):
    """One writer per source. Opened by a leader, closed for good at the first failure."""

    async def publish(self, rows: Sequence[Outgoing]) -> list[int]:
        """Write in order; return the ids that are durable. Stops at the first failure.

        Raises:
            FencedError: another leader has taken over.
            BusAwayError: nothing of it is known to be durable.
            Exception: as the client names it: the log refuses, a topic of another writer for instance.
        """

    async def close(self) -> None: ...


class Reader(Protocol):
    """Reads any topic; keeps no positions of its own."""

    async def assigned(self) -> AbstractSet[Partition]:
        """The partitions that are this reader's to consume, this moment: its share among a service's workers.

        Whoever was cut off may still believe in a share that is another's by now; offsets in the service's own
        database keep that harmless.
        """

    async def fetch(
        self, positions: Mapping[Partition, int], limit: int, wait_seconds: float = 0
    ) -> dict[Partition, list[Record]]:
        """Up to `limit` records a partition from each position on, without gaps, in offset order.

        Waits up to `wait_seconds` for the first.

        Raises:
            OffsetLostError: a position is no longer, or not yet, in the log.
        """

    async def ends(self, topics: Sequence[str]) -> dict[Partition, int]:
        """The next offset to be written, for every partition of the topics that the log has."""

    async def note(self, positions: Mapping[Partition, int]) -> None:
        """Tell the log how far we are, for displays of lag only; what counts stands in the service's database."""

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Bus:
    """A service's two ends of the log."""

    lead: Callable[[], Awaitable[Publisher]]
    reader: Reader
