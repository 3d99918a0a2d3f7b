"""A real Kafka for tests, where this machine can run one. CI may not go without (`tests/conftest.py`)."""

import asyncio
import itertools
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka.admin import AdminClient

from deploy.local.kafka import ADMIN, Kafka, at_hand
from deploy.local.ports import free_port
from shared.bus.admin import SUBSCRIBERS, admin_settings, declare
from shared.bus.topics import WRITERS, Topic
from shared.process.settings import Settings

# Parameters for tests that run on Kafka too: none where there is none.
BROKER = ("kafka",) if at_hand() else ()
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Broker:
    server: Kafka

    def settings(self, user: str, prefix: str = "", instance: str = "1") -> Settings:
        return self.server.settings(user).model_copy(update={"kafka_prefix": prefix, "instance": instance})

    def admin(self) -> AdminClient:
        return AdminClient(admin_settings(self.settings(ADMIN)))

    async def declared(self, topics: Sequence[Topic]) -> str:
        """Topics and rights of a test's own, under a prefix of its own."""
        prefix = f"t{next(_NUMBERS)}-{secrets.token_hex(3)}."
        await asyncio.to_thread(declare, self.settings(ADMIN, prefix), {t.name: t for t in topics})
        return prefix


def new_broker(folder: Path) -> Broker:
    users = {user: secrets.token_hex(8) for user in (ADMIN, SUBSCRIBERS, *WRITERS)}
    port = free_port()
    return Broker(Kafka(folder / "kafka", port, free_port(taken={port}), users, folder / "kafka.log"))


@contextmanager
def running() -> Iterator[Broker]:
    """One broker on a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="broker-"))
    broker = new_broker(folder)
    try:
        asyncio.run(broker.server.start())
        yield broker
    finally:
        asyncio.run(broker.server.stop())
        shutil.rmtree(folder, ignore_errors=True)
