"""Which log a process speaks to is a setting."""

from collections.abc import Sequence

from shared.bus import Bus, Reader
from shared.bus.postgres import PostgresPublisher, PostgresReader
from shared.process.settings import Settings


def open_reader(settings: Settings, topics: Sequence[str], group: str | None = None) -> Reader:
    """A share of the topics, as a worker of the group; without one, for looking only."""
    if settings.bus == "postgres":
        return PostgresReader(settings.bus_url, topics, group)
    # Its client costs a tenth of a second and some megabytes, which a county on one machine need not spend.
    from shared.bus.kafka import KafkaReader

    return KafkaReader(settings, topics, group)


def open_bus(settings: Settings, service: str, topics: Sequence[str]) -> Bus:
    """The log for a service that listens to `topics`. Nothing is connected before it is used."""
    reader = open_reader(settings, topics, f"shenchi.{service}")
    if settings.bus == "postgres":
        return Bus(lambda: PostgresPublisher.lead(settings.bus_url), reader)
    from shared.bus.kafka import KafkaPublisher

    return Bus(lambda: KafkaPublisher.lead(settings), reader)
