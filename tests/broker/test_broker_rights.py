"""Who may do what on a real broker: one writer per topic, by SASL and access rules."""

import asyncio

import pytest
from aiokafka.errors import MessageSizeTooLargeError
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from structlog.testing import capture_logs

from deploy.local.kafka import ADMIN, VERSION
from shared.bus import BusAwayError
from shared.bus.admin import SUBSCRIBERS, admin_settings, declare, topic_settings
from shared.bus.kafka import KafkaPublisher, KafkaReader
from shared.bus.topics import PUBLIC, TOPICS, WRITERS
from tests.broker import Broker
from tests.contract.bus.conftest import outgoing


def write(broker: Broker, user: str, topic: str, value: bytes = b"{}") -> KafkaError | None:
    """As any program with this user's password would; returns why it was refused."""
    answers: list[KafkaError | None] = []
    producer = Producer(admin_settings(broker.settings(user)) | {"topic.metadata.propagation.max.ms": 500})
    producer.produce(topic, value, on_delivery=lambda error, _: answers.append(error))
    producer.flush(15)
    return answers[0]


def read(broker: Broker, user: str, topic: str, group: str) -> KafkaError | bytes:
    """One record, or why not."""
    consumer = Consumer(admin_settings(broker.settings(user)) | {"group.id": group, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    try:
        found = consumer.poll(15)
        assert found is not None, "neither a record nor a refusal"
        return found.error() or found.value() or b""
    finally:
        consumer.close()


def test_the_broker_is_the_one_declared() -> None:
    assert VERSION.startswith("4.")


async def test_each_topic_has_one_writer(broker: Broker) -> None:
    prefix = await broker.declared(list(TOPICS.values()))
    for topic in (TOPICS["registry.household"], TOPICS["finance.loan"], TOPICS[PUBLIC]):
        for user in (*WRITERS, SUBSCRIBERS):
            refused = await asyncio.to_thread(write, broker, user, prefix + topic.name)
            if user == topic.writer:
                assert refused is None
            else:
                assert refused is not None
                assert refused.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED, (user, topic.name)


async def test_a_subscriber_reads_the_public_topic_and_no_other(broker: Broker) -> None:
    prefix = await broker.declared([TOPICS[PUBLIC], TOPICS["registry.household"]])
    assert write(broker, "gateway", prefix + PUBLIC, b"public") is None
    group = f"{prefix}{SUBSCRIBERS}.education"
    assert await asyncio.to_thread(read, broker, SUBSCRIBERS, prefix + PUBLIC, group) == b"public"
    refused = await asyncio.to_thread(read, broker, SUBSCRIBERS, prefix + "registry.household", group)
    assert isinstance(refused, KafkaError)
    assert refused.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED
    taken = await asyncio.to_thread(read, broker, SUBSCRIBERS, prefix + PUBLIC, f"{prefix}shenchi.finance")
    assert isinstance(taken, KafkaError)
    assert taken.code() == KafkaError.GROUP_AUTHORIZATION_FAILED


async def test_a_wrong_password_is_refused_at_the_door(broker: Broker) -> None:
    stranger = broker.settings("registry").model_copy(
        update={"kafka_password": broker.settings("finance").kafka_password}
    )
    with capture_logs() as said, pytest.raises(BusAwayError):
        await KafkaPublisher.lead(stranger)
    assert "Authentication failed" in str(said)
    reader = KafkaReader(stranger, ["registry.household"])
    with pytest.raises(BusAwayError):
        await reader.ends(["registry.household"])


async def test_topics_stand_as_declared_and_none_comes_into_being_by_itself(broker: Broker) -> None:
    prefix = await broker.declared([TOPICS["registry.village"]])
    refused = await asyncio.to_thread(write, broker, ADMIN, prefix + "registry.vilage")
    assert refused is not None
    assert refused.code() in {KafkaError._UNKNOWN_TOPIC, KafkaError.UNKNOWN_TOPIC_OR_PART}
    admin = broker.admin()
    metadata = admin.list_topics(timeout=10).topics
    assert len(metadata[prefix + "registry.village"].partitions) == 3
    assert prefix + "registry.vilage" not in metadata
    told = topic_settings(TOPICS["registry.village"], 1)
    assert told["retention.ms"] == "-1"
    from confluent_kafka.admin import ConfigResource, ResourceType

    resource = ConfigResource(ResourceType.TOPIC, prefix + "registry.village")
    configured = admin.describe_configs([resource])[resource].result(10)
    assert {name: configured[name].value for name in told} == told


async def test_declaring_again_changes_nothing_and_other_partitions_are_refused(broker: Broker) -> None:
    village = TOPICS["registry.village"]
    prefix = await broker.declared([village])
    settings = broker.settings(ADMIN, prefix)
    await asyncio.to_thread(declare, settings, {village.name: village})
    from dataclasses import replace

    with pytest.raises(ValueError, match=r"registry\.village"):
        await asyncio.to_thread(declare, settings, {village.name: replace(village, partitions=4)})


async def test_a_value_larger_than_the_log_takes_stops_its_publisher_and_not_in_silence(broker: Broker) -> None:
    prefix = await broker.declared([TOPICS["registry.household"]])
    publisher = await KafkaPublisher.lead(broker.settings("registry", prefix))
    huge = outgoing(2)
    object.__setattr__(huge, "value", "x" * 2_000_000)
    try:
        assert await publisher.publish([outgoing(1)]) == [1]
        with pytest.raises(MessageSizeTooLargeError):
            await publisher.publish([huge])
    finally:
        await publisher.close()
    with pytest.raises(KafkaException):
        Producer(admin_settings(broker.settings("registry"))).produce(prefix + "registry.household", b"x" * 2_000_000)
