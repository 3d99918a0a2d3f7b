"""Which log a process speaks to is a setting."""

from collections.abc import Sequence

from shared.bus import Bus
from shared.bus.postgres import PostgresPublisher, PostgresReader
from shared.settings import Settings


def open_bus(settings: Settings, service: str, topics: Sequence[str]) -> Bus:
    """The log for a service that listens to `topics`. Nothing is connected before it is used."""
    group = f"shenchi.{service}"
    if settings.bus == "postgres":
        return Bus(lambda: PostgresPublisher.lead(settings.bus_url), PostgresReader(settings.bus_url, topics, group))
    # Its client costs a tenth of a second and some megabytes, which a county on one machine need not spend.
    from shared.bus.kafka import KafkaPublisher, KafkaReader

    return Bus(lambda: KafkaPublisher.lead(settings), KafkaReader(settings, topics, group))
