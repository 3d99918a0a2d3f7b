"""The feed of exits: registry facts through outbox, bus and consumer, read through the door."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from gateway.feed.actions import OUT, public_form
from gateway.feed.queries import _LAST as LAST
from shared.facts.steps import consume_batch
from shared.serve.run import _republish
from tests.conftest import Door, House, find_service
from tests.integration.gateway.receiver import Registry, exit_of, published, serve_gateway, village_exit


async def read(door: Door, cursor: str = "", **query: Any) -> dict[str, Any]:
    answer = await door.call("GET", "/feed/exits", "subscriber", "", params={"cursor": cursor} | query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def test_every_exit_once_in_order_over_pages(house: House) -> None:
    registry, door = await Registry.open(house), await serve_gateway(house)
    one, two = uuid4(), uuid4()
    facts = [exit_of(one), exit_of(two), exit_of(one), village_exit(), exit_of(two)]
    await registry.announce(facts)
    await published(house, 5)
    items, cursor = [], ""
    for _ in range(3):
        page = await read(door, cursor, limit=2)
        items += page["items"]
        cursor = page["next"]
    assert [i["position"] for i in items] == [1, 2, 3, 4, 5]
    assert await read(door, cursor) == {"items": [], "next": "1.5"}
    for household_id in (one, two):
        wanted = [str(f.exit_id) for f in facts if f.key == str(household_id) and hasattr(f, "exit_id")]
        assert [
            i["event"]["data"]["exit_id"] for i in items if i["event"]["partitionkey"] == str(household_id)
        ] == wanted


async def test_an_event_is_a_cloudevent_that_names_nobody(house: House) -> None:
    registry, door = await Registry.open(house), await serve_gateway(house)
    fact = exit_of(uuid4())
    await registry.announce([fact])
    await published(house, 1)
    stored = await house.rows("gateway", "SELECT event FROM exit_fact")
    assert "county-officer" not in stored[0]["event"]
    event = JSONFormat().read(CloudEvent, stored[0]["event"])
    assert (event.get_specversion(), event.get_source(), event.get_type()) == (
        "1.0", "gateway", "county.household_exited.v1",
    )  # fmt: skip
    assert event.get_data() == public_form(fact).model_dump(mode="json")
    assert event.get_extension("partitionkey") == str(fact.household_id)
    assert datetime.now(UTC) > (event.get_time() or datetime.max.replace(tzinfo=UTC))
    (item,) = (await read(door))["items"]
    assert (item["epoch"], item["event"]["id"]) == (1, event.get_id())


async def test_what_the_bus_brings_twice_is_one_fact(house: House) -> None:
    registry, door = await Registry.open(house), await serve_gateway(house)
    facts = [exit_of(uuid4()) for _ in range(5)]
    await registry.announce(facts)
    await published(house, 5)
    assert await _republish(find_service("registry"), await house.settings("registry"), "") == 5
    # Each one's next fact comes behind its repeated one.
    await registry.announce([exit_of(f.household_id) for f in facts])
    await published(house, 10)
    items = (await read(door))["items"]
    assert [i["position"] for i in items] == list(range(1, 11))
    assert len({i["event"]["id"] for i in items}) == 10


async def test_a_fact_appended_again_by_another_consumer_is_left_out(house: House) -> None:
    """Its event id is unique for good, whatever becomes of the applied marks."""
    registry, door = await Registry.open(house), await serve_gateway(house)
    await registry.announce([exit_of(uuid4())])
    await published(house, 1)
    owner = await house.owner("gateway")
    await owner.execute("DELETE FROM applied; UPDATE consumer_offset SET next_offset = 0")
    consumer = door.app.state.consumer
    batches = await consumer._reader.fetch(await consumer.positions(), 10)
    assert len(batches) == 1
    for partition, records in batches.items():
        await consume_batch(consumer, partition, records)
    assert len((await read(door))["items"]) == 1
    assert await house.rows("gateway", "SELECT 1 FROM parked_key") == []


async def test_waiting_readers_are_woken_and_hold_no_connection(house: House) -> None:
    """More of them wait than the pool has connections."""
    registry, door = await Registry.open(house), await serve_gateway(house, pool_size=3)
    waiting = [asyncio.create_task(read(door, wait_seconds=30)) for _ in range(8)]
    await asyncio.sleep(0.3)
    assert not any(task.done() for task in waiting)
    assert (await read(door))["items"] == []
    await registry.announce([exit_of(uuid4())])
    async with asyncio.timeout(10):
        pages = await asyncio.gather(*waiting)
    assert [p["next"] for p in pages] == ["1.1"] * 8


async def test_waiting_ends_with_the_same_cursor(house: House) -> None:
    door = await serve_gateway(house)
    async with asyncio.timeout(5):
        assert await read(door, "1.0", wait_seconds=1) == {"items": [], "next": "1.0"}


async def test_a_cursor_from_before_a_restore_is_told_where_to_go_on(house: House) -> None:
    registry, door = await Registry.open(house), await serve_gateway(house)
    await registry.announce([exit_of(uuid4()) for _ in range(4)])
    await published(house, 4)
    owner = await house.owner("gateway")
    # The restore has lost position 4, and says so by a new epoch.
    await owner.execute("DELETE FROM exit_fact WHERE position = 4; UPDATE source SET epoch = 2")
    await registry.announce([exit_of(uuid4()), exit_of(uuid4())])
    await published(house, 5)
    for cursor, resync in (("1.4", "2.3"), ("1.2", "2.2"), ("2.9", "2.5")):
        answer = await door.call("GET", "/feed/exits", "subscriber", "", params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (410, "gateway.feed.cursor_epoch")
        assert answer.json()["resync"] == resync
    items = (await read(door, "2.3"))["items"]
    assert [(i["position"], i["epoch"]) for i in items] == [(4, 2), (5, 2)]


@pytest.mark.parametrize("cursor", ["x", "1", "1.2.3", "1.-2", "1.99999999999999999999"])
async def test_a_malformed_cursor_is_refused(house: House, cursor: str) -> None:
    door = await serve_gateway(house)
    answer = await door.call("GET", "/feed/exits", "subscriber", "", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "shared.cursor_invalid")


async def test_the_feed_is_for_subscribers_and_written_by_reactions_alone(house: House) -> None:
    door = await serve_gateway(house)
    assert (await door.call("GET", "/feed/exits", "helper")).status_code == 403
    assert (await door.call("GET", "/feed/exits", "county")).status_code == 200
    connection = await asyncpg.connect((await house.settings("gateway")).database_url)
    house.stack.push_async_callback(connection.close)
    registry = await Registry.open(house)
    await registry.announce([exit_of(uuid4())])
    await published(house, 1)
    for context, rows in (("", 0), ("villager", 0), ("county", 1)):
        await connection.execute(f"SELECT set_config('app.role', '{context}', false)")
        assert len(await connection.fetch("SELECT 1 FROM exit_fact")) == rows
    await connection.execute("SELECT set_config('app.role', 'county', false), set_config('app.subject', 'x', false)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(
            "INSERT INTO exit_fact (position, epoch, event_id, key, type, event) VALUES (1, 1, '', '', '', '{}')"
        )


async def test_a_page_of_the_snapshot_is_read_off_the_index(house: House) -> None:
    """Who may read is no question to each row: a filter that seems to leave few rows made the planner sort them all."""
    owner = await house.owner("gateway")
    await owner.execute(
        "INSERT INTO exit_fact (position, epoch, event_id, key, type, event)"
        " SELECT i, 1, i::text, (i % 9000)::text, 'county.household_exited.v1', '{}' FROM generate_series(1, 18000) i"
    )
    await owner.execute("ANALYZE exit_fact")
    connection = await asyncpg.connect((await house.settings("gateway")).database_url)
    house.stack.push_async_callback(connection.close)
    await connection.execute("BEGIN; SELECT set_config('app.role', 'subscriber', true)")
    plan = await connection.fetch(
        f"EXPLAIN {LAST.text}", *LAST.arguments({"at": 18_000, "key": "", "types": OUT, "limit": 100})
    )
    steps = "\n".join(r[0] for r in plan)
    assert "exit_fact_last" in steps
    assert "Sort" not in steps
