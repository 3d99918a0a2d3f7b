"""One small interface to the log, so that a county may stay on one machine or outgrow it.

A transport publishes a batch durably, is asked for records from given positions, and knows its ends. Each
passes the conformance suite in `tests/contract/bus`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

Partition = tuple[str, int]


class FencedError(Exception):
    """A successor leads; this publisher may write nothing more."""


class OffsetLostError(Exception):
    """The log does not hold the position asked for. It is never skipped over: a person must decide."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A row of an outbox on its way. `id` orders; `key` chooses the partition."""

    id: int
    topic: str
    key: str
    headers: dict[str, str]
    value: str


@dataclass(frozen=True, slots=True)
class Record:
    """A record of the log, at its place."""

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
        """

    async def close(self) -> None: ...


class Reader(Protocol):
    """Reads any topic; keeps no positions of its own."""

    async def fetch(self, positions: Mapping[Partition, int], limit: int) -> dict[Partition, list[Record]]:
        """Up to `limit` records a partition from each position on, without gaps, in offset order.

        Raises:
            OffsetLostError: a position is no longer, or not yet, in the log.
        """

    async def ends(self, topics: Sequence[str]) -> dict[Partition, int]:
        """The next offset to be written, for every partition of the topics."""

    async def close(self) -> None: ...
