"""Two services that speak over a real broker: the registry states, finance listens."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from confluent_kafka import Consumer, Message, Producer, TopicPartition

from deploy.local.kafka import ADMIN
from shared.bus.admin import admin_settings
from shared.bus.partition import partition_of
from shared.bus.topics import TOPICS
from shared.data import db
from shared.events.envelope import Payload
from shared.events.registry import HouseholdRegistered
from shared.facts.outbox import emit
from shared.ground.context import system_act
from tests.broker import BROKER, Broker
from tests.conftest import Door, House

TOPIC = "registry.household"

if not BROKER:
    collect_ignore_glob = ["test_*"]


@dataclass(frozen=True)
class Line:
    """The line from the registry's outbox to finance's tables."""

    house: House
    broker: Broker
    prefix: str

    def changes(self, user: str, instance: str = "1") -> dict[str, Any]:
        told = self.broker.settings(user, self.prefix, instance)
        return {"bus": "kafka", "kafka_prefix": self.prefix, "instance": instance} | {
            name: getattr(told, name)
            for name in ("kafka_servers", "kafka_security", "kafka_mechanism", "kafka_user", "kafka_password")
        }

    async def registry(self) -> Door:
        return await self.house.serve("registry", **self.changes("registry"))

    async def finance(self, instance: str = "1") -> Door:
        return await self.house.serve("finance", **self.changes("finance", instance))

    async def emit(self, *events: Payload) -> None:
        """As an act of the registry would, in one transaction."""
        pool = await db.open_pool((await self.house.settings("registry")).database_url, 1)
        try:
            async with db.transaction(pool, db.system_caller("registry")) as connection:
                await emit(connection, system_act("registry", date(2017, 6, 1)), "registry", events)
        finally:
            await pool.close()

    def produce(self, key: str | bytes, value: bytes, headers: dict[str, bytes] | None, partition: int) -> None:
        """Whatever somebody with the broker's own rights might write, beside all rules."""
        producer = Producer(admin_settings(self.broker.settings(ADMIN)))
        producer.produce(
            self.prefix + TOPIC, value, key, partition, headers=list(headers.items()) if headers is not None else None
        )
        assert producer.flush(15) == 0

    def records(self, count: int, topic: str = TOPIC) -> list[Message]:
        """The topic from its beginning, by another library than ours: the one inside kcat."""
        consumer = Consumer(
            admin_settings(self.broker.settings(ADMIN)) | {"group.id": "look", "enable.auto.commit": False}
        )
        consumer.assign([TopicPartition(self.prefix + topic, p, 0) for p in range(TOPICS[topic].partitions)])
        found: list[Message] = []
        try:
            while len(found) < count:
                message = consumer.poll(15)
                assert message is not None, f"{len(found)} records of {count}"
                assert message.error() is None
                found.append(message)
        finally:
            consumer.close()
        return found

    async def until(self, service: str, query: str, expected: object, seconds: float = 40) -> None:
        """Wait until a query of one value answers what is expected; the last answer is shown where it never does."""
        owner = await self.house.owner(service)
        answers: list[object] = []

        async def as_expected() -> bool:
            answers.append(await owner.fetchval(query))
            return answers[-1] == expected

        try:
            await self.house.settled(as_expected, seconds)
        except TimeoutError:
            raise AssertionError(f"{query}: {answers[-1]} is not {expected}") from None
        finally:
            await owner.close()


@pytest.fixture
async def line(house: House, broker: Broker) -> Line:
    return Line(house, broker, await broker.declared([TOPICS[t] for t in used()]))


def used() -> list[str]:
    """What registry and finance write and hear."""
    from services.__main__ import find

    heard = {t for name in ("registry", "finance") for t in find(name).topics}
    return sorted(heard | {t.name for t in TOPICS.values() if t.writer in ("registry", "finance")})


def registered(number: int, members: int = 3) -> HouseholdRegistered:
    return HouseholdRegistered(
        household_id=UUID(int=number), division="140927200201", status="poor", members=members, has_labour=True,
        borrower_age_ok=True, needs_accessible=False, deep_poverty=False, relocated=False,
    )  # fmt: skip


def place_of(number: int) -> int:
    return partition_of(str(UUID(int=number)), TOPICS[TOPIC].partitions)


def number_elsewhere(than: int) -> int:
    """A household whose facts lie in another partition."""
    return next(n for n in range(than + 1, than + 1000) if place_of(n) != place_of(than))
