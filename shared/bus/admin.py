"""What an operator does to a Kafka cluster: topics as declared, and rights so that each has one writer.

By librdkafka, because the client that carries the facts can make topics but no access rules.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    NewTopic,
    ResourcePatternType,
    ResourceType,
)

from shared.bus.topics import PUBLIC, TOPICS, WRITERS, Topic
from shared.process.settings import Settings

SUBSCRIBERS = "subscribers"
DAY_MS = 86_400_000
# More than the largest payload with its headers, far less than a client's buffer.
LARGEST_BATCH_BYTES = 1024 * 1024
_WITHIN_SECONDS = 60


def admin_settings(settings: Settings) -> dict[str, Any]:
    """How to reach the broker, in librdkafka's words."""
    told: dict[str, Any] = {
        "bootstrap.servers": settings.kafka_servers,
        "security.protocol": settings.kafka_security.lower(),
    }
    if settings.kafka_security.startswith("SASL"):
        told |= {
            "sasl.mechanism": settings.kafka_mechanism,
            "sasl.username": settings.kafka_user,
            "sasl.password": settings.kafka_password.get_secret_value(),
        }
    files = {
        "ssl.ca.location": settings.kafka_ca_file,
        "ssl.certificate.location": settings.kafka_cert_file,
        "ssl.key.location": settings.kafka_cert_key_file,
    }
    return told | {name: str(path) for name, path in files.items() if path}


def topic_settings(topic: Topic, replication: int) -> dict[str, str]:
    """Kept for good unless declared otherwise; a fact counts once all but one of its copies have it."""
    retention = -1 if topic.retention_days is None else topic.retention_days * DAY_MS
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(retention),
        "retention.bytes": "-1",
        "min.insync.replicas": str(max(1, replication - 1)),
        "max.message.bytes": str(LARGEST_BATCH_BYTES),
        "message.timestamp.type": "LogAppendTime",
        "unclean.leader.election.enable": "false",
    }


def rights(settings: Settings, topics: Iterable[Topic]) -> list[AclBinding]:
    """A service writes its own topics, reads every topic, in its own group. Subscribers read the public one."""

    def allow(user: str, kind: ResourceType, name: str, operation: AclOperation, *, below: bool = False) -> AclBinding:
        pattern = ResourcePatternType.PREFIXED if below else ResourcePatternType.LITERAL
        return AclBinding(kind, name, pattern, f"User:{user}", "*", operation, AclPermissionType.ALLOW)

    prefix = settings.kafka_prefix
    granted = [allow(t.writer, ResourceType.TOPIC, prefix + t.name, AclOperation.WRITE) for t in topics]
    services = sorted({t.writer for t in topics} | set(WRITERS))
    for user in services:
        granted += [allow(user, ResourceType.TOPIC, prefix + t.name, AclOperation.READ) for t in topics]
        granted.append(allow(user, ResourceType.GROUP, f"{prefix}shenchi.{user}", AclOperation.READ))
    if any(t.name == PUBLIC for t in topics):
        granted.append(allow(SUBSCRIBERS, ResourceType.TOPIC, prefix + PUBLIC, AclOperation.READ))
        granted.append(allow(SUBSCRIBERS, ResourceType.GROUP, f"{prefix}{SUBSCRIBERS}.", AclOperation.READ, below=True))
    return granted


def declare(settings: Settings, topics: Mapping[str, Topic] = TOPICS) -> None:
    """Create what is missing; what is there with other partitions than declared is refused.

    Raises:
        KafkaException: the broker is away or refuses.
        ValueError: a topic has other partitions: keys would lie where nobody looks for them.
    """
    client = AdminClient(admin_settings(settings))
    prefix = settings.kafka_prefix
    wanted = [
        NewTopic(
            prefix + t.name,
            t.partitions,
            settings.kafka_replication,
            config=topic_settings(t, settings.kafka_replication),
        )
        for t in topics.values()
    ]
    for answer in client.create_topics(wanted, operation_timeout=_WITHIN_SECONDS).values():
        _unless_there(answer)
    if settings.kafka_security.startswith("SASL"):
        _grant(client, rights(settings, list(topics.values())))
    _wait_for(client, {prefix + t.name: t.partitions for t in topics.values()})


def _grant(client: AdminClient, wanted: list[AclBinding]) -> None:
    """Until the broker, and not only the controller that wrote them, goes by them."""
    for granted in client.create_acls(wanted).values():
        granted.result(_WITHIN_SECONDS)
    deadline = time.monotonic() + _WITHIN_SECONDS
    anything: Any = None
    every = AclBindingFilter(
        ResourceType.ANY, anything, ResourcePatternType.ANY, anything, anything, AclOperation.ANY, AclPermissionType.ANY
    )
    while missing := set(wanted) - set(client.describe_acls(every).result(_WITHIN_SECONDS)):
        if time.monotonic() > deadline:
            raise ValueError(f"{len(missing)} access rules were granted and do not hold")
        time.sleep(0.02)


def reachable(settings: Settings) -> bool:
    """Whether a broker answers to this user within two seconds."""
    try:
        return bool(AdminClient(admin_settings(settings) | {"log_level": 0}).list_topics(timeout=2).brokers)
    except KafkaException:
        return False


def _unless_there(answer: Any) -> None:
    try:
        answer.result(_WITHIN_SECONDS)
    except KafkaException as error:
        if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise


def _wait_for(client: AdminClient, wanted: Mapping[str, int]) -> None:
    """Until each partition has a leader: who begins to write before that would wait for it."""
    deadline = time.monotonic() + _WITHIN_SECONDS
    while True:
        found = client.list_topics(timeout=10).topics
        there = {
            name: len(found[name].partitions)
            for name in wanted
            if name in found and all(p.leader >= 0 for p in found[name].partitions.values())
        }
        if there == wanted:
            return
        wrong = [name for name, partitions in there.items() if partitions not in {0, wanted[name]}]
        if wrong or time.monotonic() > deadline:
            raise ValueError(f"topics are not as declared: {sorted(wrong) or sorted(wanted.keys() - there.keys())}")
        time.sleep(0.05)
