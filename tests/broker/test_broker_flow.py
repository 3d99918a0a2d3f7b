"""From an act to another service's tables, over a real broker: what it looks like, and what it survives."""

import asyncio
import signal
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest
from aiokafka.errors import KafkaError
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event

from deploy.local.kafka import ADMIN
from shared.bus import BusAwayError, Outgoing, kafka
from shared.bus.admin import declare
from shared.bus.kafka import KafkaPublisher, KafkaReader
from shared.bus.topics import TOPICS
from shared.events.registry import HouseholdRevised
from tests.broker import new_broker
from tests.broker.conftest import TOPIC, Line, number_elsewhere, place_of, registered, used
from tests.conftest import Door, House

COUNT = "SELECT count(*) FROM household"
APPLIED = "SELECT coalesce(sum(last_sequence), 0)::int FROM applied WHERE topic = 'registry.household'"
OUTBOX = "SELECT count(*) FROM outbox"


def revised(number: int, members: int) -> HouseholdRevised:
    return HouseholdRevised.model_validate(registered(number, members).model_dump())


async def metric(door: Door, name: str, *labels: str) -> float:
    """A sample of the page that a scraper reads."""
    lines = (await door.client.get("/metrics")).text.splitlines()
    found = [line for line in lines if line.startswith(name + "{") and all(f'"{label}"' in line for label in labels)]
    return sum(float(line.rpartition(" ")[2]) for line in found)


async def test_an_act_arrives_and_any_client_can_read_it_as_a_cloudevent(line: Line) -> None:
    await line.registry()
    await line.finance()
    await line.emit(registered(1), registered(2), revised(1, 5))
    await line.until("finance", APPLIED, 3)
    await line.until("registry", OUTBOX, 0)
    found = line.records(3)
    events = [
        from_binary_event(
            KafkaMessage(dict(cast("list[tuple[str, bytes]]", m.headers() or [])), m.key(), m.value() or b"")
        )
        for m in found
    ]
    assert {(e.get_type(), e.get_attributes()["partitionkey"]) for e in events} == {
        ("registry.household_registered.v1", str(UUID(int=1))), ("registry.household_registered.v1", str(UUID(int=2))),
        ("registry.household_revised.v1", str(UUID(int=1))),
    }  # fmt: skip
    for message, event in zip(found, events, strict=True):
        assert event.get_source() == "registry"
        assert event.get_specversion() == "1.0"
        assert message.key() == event.get_attributes()["partitionkey"].encode()
        assert message.partition() == place_of(UUID(event.get_attributes()["partitionkey"]).int)
        assert isinstance(event.get_data(), dict)


async def test_a_broker_killed_in_the_middle_loses_nothing_and_turns_nothing_round(
    house: House, tmp_path: Path
) -> None:
    """Its log stays as it was on disk; relay and consumer find it again by themselves."""
    broker = new_broker(tmp_path)
    await broker.server.start()
    house.stack.push_async_callback(broker.server.stop)
    line = Line(house, broker, await broker.declared([TOPICS[t] for t in used()]))
    await line.registry()
    await line.finance()
    await line.emit(*(registered(n) for n in range(1, 401)))
    await line.until("finance", COUNT, 400)
    for round_ in range(3):
        await line.emit(*(revised(n, 2 + round_) for n in range(1, 401)))
        child = broker.server.child
        assert child is not None
        child.send_signal(signal.SIGKILL)
        child.wait(10)
        await line.emit(*(revised(n, 3 + round_) for n in range(1, 401)))
        await broker.server.start()
    await line.until("finance", APPLIED, 400 * 7, seconds=90)
    await line.until("registry", OUTBOX, 0)
    seen: dict[bytes, list[int]] = {}
    for message in line.records(400 * 7):
        headers = dict(message.headers() or [])
        sequences = seen.setdefault(message.key() or b"", [])
        sequence = int(headers["ce_sequence"] or b"0")
        if sequence not in sequences:  # a late duplicate is allowed, an inversion is not
            sequences.append(sequence)
    assert all(sequences == sorted(sequences) for sequences in seen.values())


async def test_a_worker_whose_group_refused_it_begins_anew(line: Line) -> None:
    """The broker may fail to write down who reads what; the client keeps that for whoever fetches, and waits."""
    reader = KafkaReader(line.broker.settings("finance", line.prefix), [TOPIC], "shenchi.finance")
    consumer = await reader._reading()
    consumer._coordinator._pending_exception = KafkaError("UnknownError")
    with pytest.raises(BusAwayError):
        await reader.assigned()

    async def shares() -> bool:
        return bool(await reader.assigned())

    await line.house.settled(shares)
    assert reader._consumer is not consumer
    await reader.close()


async def test_two_workers_share_and_one_that_goes_is_followed(line: Line) -> None:
    await line.registry()
    first, second = await line.finance("a"), await line.finance("b")

    async def both() -> bool:
        # Looked at beside the worker, who alone opens it: a second member of the same name would be fenced off.
        opened = [door.app.state.consumer._reader._consumer for door in (first, second)]
        shares = [consumer.assignment() if consumer else frozenset() for consumer in opened]
        return all(shares) and not shares[0] & shares[1]

    await line.house.settled(both, 30)
    await line.emit(*(registered(n) for n in range(1, 301)))
    await line.until("finance", COUNT, 300)
    await first.app.state.consumer._reader.close()
    await line.emit(*(revised(n, 5) for n in range(1, 301)))
    await line.until("finance", APPLIED, 600)


@pytest.mark.parametrize(
    ("key", "value", "headers"),
    [
        pytest.param(str(UUID(int=1)), b"{}", None, id="no headers"),
        pytest.param(b"\xff\xfe", b"{}", {"ce_id": b"1"}, id="a key that is no text"),
        pytest.param(str(UUID(int=1)), b"\xff", {"ce_id": b"1"}, id="a value that is no text"),
        pytest.param(str(UUID(int=1)), b"{}", {"ce_partitionkey": str(UUID(int=9)).encode()}, id="another's key"),
    ],
)
async def test_a_record_that_cannot_be_placed_stops_its_partition_until_a_person_passes_it_over(
    line: Line, key: str | bytes, value: bytes, headers: dict[str, bytes] | None
) -> None:
    await line.registry()
    finance = await line.finance()
    line.produce(key, value, headers, place_of(1))
    other = number_elsewhere(1)
    await line.emit(registered(1), registered(other))
    await line.until("finance", COUNT, 1)  # the other partition goes on

    async def stopped() -> bool:
        return await metric(finance, "partitions_stopped", "finance") == 1

    await line.house.settled(stopped, 20)
    body = {"topic": TOPIC, "partition": place_of(1), "offset": 0, "reason": "nobody can read it"}
    path = "/finance/v1/operations/passed"
    assert (await finance.call("POST", path, "township", json=body)).status_code == 403
    assert (await finance.call("POST", path, "county", json=body | {"offset": 1})).status_code == 404
    assert (await finance.call("POST", path, "county", json=body)).status_code == 204
    await line.until("finance", COUNT, 2)
    assert await metric(finance, "partitions_stopped", "finance") == 0
    dropped = await line.house.rows("finance", "SELECT key, sequence, reason, dropped_by FROM dropped_event")
    assert [tuple(r) for r in dropped] == [
        (f"partition {place_of(1)}", 0, "nobody can read it", "test-county"),
    ]  # fmt: skip


async def test_types_and_versions_of_tomorrow_are_read_past_and_counted(line: Line) -> None:
    finance = await line.finance()
    before = await metric(finance, "events_unknown_total", "finance")
    for sequence, kind in enumerate(("registry.household_registered.v9", "registry.something_else.v1"), 1):
        line.produce(str(UUID(int=1)), b'{"new": true}', _headers(1, sequence, kind), place_of(1))
    fact = registered(1).model_dump_json().encode()
    line.produce(str(UUID(int=1)), fact, _headers(1, 3, "registry.household_registered.v1"), place_of(1))
    await line.until("finance", COUNT, 1)
    assert await metric(finance, "events_unknown_total", "finance") == before + 2


async def test_a_payload_cut_off_parks_its_key_alone_and_clocks_do_not_matter(line: Line) -> None:
    finance = await line.finance()
    kind, fact = "registry.household_registered.v1", registered(1).model_dump_json().encode()
    line.produce(str(UUID(int=1)), fact[:40], _headers(1, 1, kind), place_of(1))
    line.produce(str(UUID(int=2)), registered(2).model_dump_json().encode(), _headers(2, 1, kind), place_of(2))
    early = _headers(3, 1, kind) | {"ce_time": b"2026-11-20T07:00:00+00:00"}
    late = _headers(3, 2, "registry.household_revised.v1") | {"ce_time": b"2026-11-20T06:00:00+00:00"}
    line.produce(str(UUID(int=3)), registered(3).model_dump_json().encode(), early, place_of(3))
    line.produce(str(UUID(int=3)), registered(3, 7).model_dump_json().encode(), late, place_of(3))
    await line.until("finance", COUNT, 2)
    await line.until("finance", f"SELECT members FROM household WHERE id = '{UUID(int=3)}'", 7)
    await line.until("finance", "SELECT string_agg(key, ',') FROM parked_key", str(UUID(int=1)))
    assert await metric(finance, "parked_keys", "finance") == 1


def _headers(number: int, sequence: int, kind: str) -> dict[str, bytes]:
    told = {
        "ce_specversion": "1.0", "ce_id": f"{number}-{sequence}", "ce_type": kind, "ce_source": "registry",
        "ce_time": "2026-11-20T08:00:00+00:00", "ce_partitionkey": str(UUID(int=number)), "ce_epoch": "1",
        "ce_sequence": str(sequence), "ce_businessdate": "2017-06-01", "content-type": "application/json",
    }  # fmt: skip
    return {name: value.encode() for name, value in told.items()}


async def test_a_topic_deleted_under_a_running_consumer_is_said_and_comes_back_whole(line: Line) -> None:
    """Declared anew, published again from what was sent, read again from the beginning: each fact counts once."""
    registry, finance = await line.registry(), await line.finance()
    await line.emit(*(registered(n) for n in range(1, 51)))
    await line.until("finance", COUNT, 50)
    await line.until("registry", OUTBOX, 0)
    admin = line.broker.admin()
    for done in admin.delete_topics([line.prefix + TOPIC]).values():
        await asyncio.to_thread(done.result, 20)

    async def missing() -> bool:
        return await metric(finance, "topic_missing", "finance", TOPIC) == 1

    await line.house.settled(missing, 20)
    await line.emit(*(revised(n, 6) for n in range(1, 51)))
    settings = line.broker.settings(ADMIN, line.prefix)
    await asyncio.to_thread(declare, settings, {TOPIC: TOPICS[TOPIC]})
    owner = await line.house.owner("registry")
    await owner.execute(
        "WITH again AS (DELETE FROM outbox_sent WHERE topic = $1 RETURNING id, topic, key, headers, value, emitted_at)"
        " INSERT INTO outbox (id, topic, key, headers, value, emitted_at) OVERRIDING SYSTEM VALUE SELECT * FROM again",
        TOPIC,
    )  # fmt: skip
    answer = await finance.call("POST", "/finance/v1/operations/rewound", "county", json={"topic": TOPIC})
    assert answer.status_code == 204
    await line.until("finance", APPLIED, 100, seconds=60)
    assert not await missing()
    assert (await registry.client.get("/status")).json()["outbox_rows"] == 0


async def test_a_broker_that_does_not_answer_is_an_outage_and_never_the_end_of_the_relay(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was given up inside must not reach the relay as its own cancellation: it would end without a word."""
    monkeypatch.setattr(kafka, "ACKNOWLEDGED_WITHIN_SECONDS", 1)
    publisher = await KafkaPublisher.lead(line.broker.settings("registry", line.prefix))
    frozen = line.broker.server.child
    assert frozen is not None
    frozen.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(BusAwayError):
            await publisher.publish([Outgoing(1, TOPIC, str(UUID(int=1)), _headers_text(1), "{}")])
        await publisher.close()
    finally:
        frozen.send_signal(signal.SIGCONT)


def _headers_text(number: int) -> dict[str, str]:
    return {k: v.decode() for k, v in _headers(number, 1, "registry.household_registered.v1").items()}


async def test_nobody_passes_over_a_record_that_can_be_read(line: Line) -> None:
    """Not even where no worker runs and our offset stands at it: that would lose a fact."""
    door = await line.house.serve("finance", "api", **line.changes("finance"))
    fact = registered(1).model_dump_json().encode()
    line.produce(str(UUID(int=1)), fact, _headers(1, 1, "registry.household_registered.v1"), place_of(1))
    assert (await door.client.get("/status")).json()["lag"][TOPIC] == 1
    body = {"topic": TOPIC, "partition": place_of(1), "offset": 0, "reason": "by mistake"}
    assert (await door.call("POST", "/finance/v1/operations/passed", "county", json=body)).status_code == 404
    assert (await door.client.get("/status")).json()["lag"][TOPIC] == 1
