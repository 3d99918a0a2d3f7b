"""The consumer on real parts: effects once, in order per key; trouble stays with the key it belongs to."""

import contextlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.acts import projection
from shared.data.sql import Connection, fetch, sql
from shared.events.registry import HouseholdExited, HouseholdRegistered, HouseholdRevised, VillageExited
from shared.facts import consumer
from shared.facts.steps import RetryError, StaleError, WaitError, consume_batch
from shared.ground.context import Act
from tests.integration.shared.conftest import PROBE, Ground, registered

A, B = (UUID(int=n) for n in (0xA, 0xB))
MARKS = "SELECT key, last_sequence FROM applied ORDER BY key"
VERSIONS = "SELECT id, members, version FROM household ORDER BY id"
PARKED = "SELECT key, waits_for, released FROM parked_key ORDER BY key"
BROKEN = sql("SELECT 1 / 0")
KNOWN = sql("SELECT count(*) AS n FROM household")


def revised(household_id: UUID, members: int) -> HouseholdRevised:
    return HouseholdRevised.model_validate(registered(household_id, members).model_dump())


def exited(household_id: UUID) -> HouseholdExited:
    return HouseholdExited(
        household_id=household_id, division="140927200201", exit_id=uuid4(), members=3, exited_on="2017-06-01",
        decision_id=uuid4(),
    )  # fmt: skip


def village(division: str) -> VillageExited:
    return VillageExited(
        division=division, exited_on="2017-06-01", poor_people=1, rural_people=100, decision_id=uuid4()
    )


async def test_a_batch_becomes_a_projection(ground: Ground) -> None:
    await ground.serve(projection.REACTIONS)
    await ground.publish((registered(A), 1), (registered(B), 1), (revised(A, 4), 2), (exited(A), 3), (revised(B, 2), 2))
    await ground.until(MARKS, [(str(A), 3), (str(B), 2)])
    assert await ground.rows("SELECT id, members, status FROM household ORDER BY id") == [
        (A, 4, "exited"), (B, 2, "poor"),
    ]  # fmt: skip
    lag = "SELECT sum(next_offset)::int FROM consumer_offset WHERE consumer = 'finance'"
    assert await ground.rows(lag) == [(5,)]


async def test_how_far_a_service_is_behind_can_be_asked(ground: Ground) -> None:
    asleep = await ground.serve(projection.REACTIONS, role="api")
    await ground.publish((registered(A), 1), (registered(B), 1))
    path = "/finance/v1/operations/status"
    behind = (await asleep.call("GET", path, "county")).json()
    assert (behind["outbox_rows"], behind["lag"]["registry.household"]) == (0, 2)
    assert (await asleep.call("GET", path, "village", "140927200201")).status_code == 403
    await ground.serve(projection.REACTIONS, role="worker")
    await ground.until(MARKS, [(str(A), 1), (str(B), 1)])
    assert not any((await asleep.call("GET", path, "auditor")).json()["lag"].values())


async def test_nobody_states_another_services_facts(ground: Ground) -> None:
    """A record that names another source than its topic's writer stops its partition; a person must look."""
    await ground.serve(projection.REACTIONS)
    await ground.publish((registered(A), 1), source="finance")
    await ground.publish((registered(A), 1), (village("140927200201"), 1))
    offsets = "SELECT topic, next_offset FROM consumer_offset WHERE next_offset > 0"
    await ground.publish((registered(B), 1))
    await ground.until(MARKS, [(str(B), 1)])
    assert await ground.rows(offsets) == [("registry.household", 1)]
    assert await ground.rows("SELECT id FROM household") == [(B,)]


async def test_what_comes_twice_happens_once(ground: Ground) -> None:
    await ground.serve(projection.REACTIONS)
    events = [(registered(A), 1), (revised(A, 4), 2)]
    await ground.publish(*events)
    await ground.until(MARKS, [(str(A), 2)])
    before = await ground.rows(VERSIONS)
    await ground.publish(*events, *events, (registered(B), 1))
    await ground.until(MARKS, [(str(A), 2), (str(B), 1)])
    assert (await ground.rows(VERSIONS))[0] == before[0]


async def test_poison_sets_its_own_key_aside_and_no_other(ground: Ground) -> None:
    await ground.serve(projection.REACTIONS)
    await ground.publish(
        (registered(A), 1), (revised(A, 4), 2, '{"members": "many"}'), (registered(B), 1), (revised(A, 5), 3),
        (revised(B, 2), 2),
    )  # fmt: skip
    await ground.until(MARKS, [(str(A), 1), (str(B), 2)])
    await ground.until("SELECT key, sequence FROM parked_event ORDER BY sequence", [(str(A), 2), (str(A), 3)])
    assert await ground.rows(PARKED) == [(str(A), None, False)]
    await ground.publish((revised(A, 6), 4), (revised(B, 7), 3))
    await ground.until("SELECT sequence FROM parked_event ORDER BY sequence", [(2,), (3,), (4,)])
    assert await ground.rows("SELECT members FROM household ORDER BY id") == [(3,), (7,)]


async def test_released_after_the_cure_a_key_catches_up_in_order(ground: Ground) -> None:
    ill, seen = {"members": 4}, list[int]()

    async def react(connection: Connection, facts: Sequence[tuple[Act, Any]]) -> None:
        if any(fact.members == ill.get("members") for _, fact in facts):
            raise ValueError("poison")
        await projection.on_household_whole(connection, facts)
        seen.extend(fact.members for _, fact in facts if fact.household_id == A)

    finance = await ground.serve({HouseholdRegistered.TYPE: react, HouseholdRevised.TYPE: react})
    await ground.publish((registered(A), 1), (revised(A, 4), 2), (revised(A, 5), 3), (registered(B), 1))
    await ground.until("SELECT sequence FROM parked_event ORDER BY sequence", [(2,), (3,)])
    (parked,) = (await finance.call("GET", "/finance/v1/operations/parked", "county")).json()
    assert (parked["key"], parked["reason"]) == (str(A), "ValueError: registry.household_revised.v1")
    door = "/finance/v1/operations/parked"
    ill.clear()
    answer = await finance.call("POST", door, "county", json={"topic": "registry.household", "key": str(A)})
    assert answer.status_code == 204
    await ground.publish((revised(A, 6), 4))
    await ground.until(MARKS, [(str(A), 4), (str(B), 1)])
    await ground.until(PARKED, [])
    assert seen[-3:] == [4, 5, 6]
    answer = await finance.call("POST", door, "county", json={"topic": "registry.household", "key": str(A)})
    assert answer.status_code == 404
    answer = await finance.call("POST", door, "helper", json={"topic": "registry.household", "key": str(A)})
    assert answer.status_code == 403


async def test_a_dropped_event_leaves_its_mark_and_who_dropped_it_why(ground: Ground) -> None:
    finance = await ground.serve(projection.REACTIONS)
    await ground.publish((registered(A), 1), (revised(A, 4), 2, "not even JSON"), (revised(A, 5), 3))
    await ground.until("SELECT sequence FROM parked_event ORDER BY sequence", [(2,), (3,)])
    wish = {"topic": "registry.household", "key": str(A), "drop": True, "reason": "a typing error upstream"}
    answer = await finance.call("POST", "/finance/v1/operations/parked", "county", subject="zhang", json=wish)
    assert answer.status_code == 204
    await ground.until(MARKS, [(str(A), 3)])
    await ground.until(PARKED, [])
    assert await ground.rows("SELECT members, version FROM household") == [(5, 2)]
    assert await ground.rows("SELECT sequence, reason, dropped_by FROM dropped_event") == [
        (2, "a typing error upstream", "zhang")
    ]


async def test_who_waits_for_a_fact_goes_on_when_it_arrives(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many wait at once, which is no sign of poison, and the fact alone lets them go: the clock does not help."""
    monkeypatch.setattr(consumer, "WAITING_RETRY_SECONDS", 10**6)
    monkeypatch.setattr(consumer, "MOST_PARKED_A_MINUTE", 5)

    async def after_the_household(connection: Connection, facts: Sequence[tuple[Act, VillageExited]]) -> None:
        if not (await fetch(connection, KNOWN))[0]["n"]:
            raise WaitError(f"registry.household/{A}")

    await ground.serve(dict(projection.REACTIONS) | {VillageExited.TYPE: after_the_household})
    divisions = [f"1409272002{n:02}" for n in range(1, 21)]
    await ground.publish(*((village(d), 1) for d in divisions), (village(divisions[0]), 2))
    fact = f"registry.household/{A}"
    await ground.until(PARKED, [(d, fact, False) for d in divisions])
    await ground.publish((registered(A), 1))
    await ground.until(PARKED, [])
    assert await ground.rows(MARKS) == [(str(A), 1), (divisions[0], 2), *((d, 1) for d in divisions[1:])]


async def test_a_gap_waits_for_what_is_missing(ground: Ground) -> None:
    await ground.serve(projection.REACTIONS)
    await ground.publish((registered(A), 1), (revised(A, 6), 3), (registered(B), 1))
    await ground.until(PARKED, [(str(A), f"registry.household/{A}#2", False)])
    await ground.publish((revised(A, 4), 2))
    await ground.until(MARKS, [(str(A), 3), (str(B), 1)])
    await ground.until(PARKED, [])
    assert await ground.rows("SELECT members FROM household WHERE id = $1", A) == [(6,)]


async def test_what_is_away_for_a_moment_parks_nothing(ground: Ground) -> None:
    tries = []

    async def react(connection: Connection, facts: Sequence[tuple[Act, Any]]) -> None:
        tries.append(len(facts))
        await projection.on_household_whole(connection, facts)
        if len(tries) < 3:
            raise RetryError("away")

    await ground.serve({HouseholdRegistered.TYPE: react})
    await ground.publish((registered(A), 1))
    await ground.until(MARKS, [(str(A), 1)])
    assert tries == [1, 1, 1]
    assert await ground.rows(VERSIONS) == [(A, 3, 1)]
    assert await ground.rows(PARKED) == []


async def test_a_reaction_that_swallows_an_error_has_no_effect_and_says_so(ground: Ground) -> None:
    """PostgreSQL answers the commit of a failed transaction with a friendly ROLLBACK."""

    async def react(connection: Connection, facts: Sequence[tuple[Act, Any]]) -> None:
        await projection.on_household_whole(connection, facts)
        with contextlib.suppress(asyncpg.PostgresError):
            await fetch(connection, BROKEN)

    await ground.serve({HouseholdRegistered.TYPE: react})
    await ground.publish((registered(A), 1))
    await ground.until(PARKED, [(str(A), None, False)])
    assert await ground.rows("SELECT id FROM household") == []


async def test_a_process_with_an_old_position_is_sent_back(ground: Ground) -> None:
    """Two of them may read the same batch; one moves the offset on, the other learns that it has moved."""
    finance = await ground.serve(projection.REACTIONS, role="api")
    await ground.publish((registered(A), 1), (revised(A, 4), 2))
    consumer = finance.app.state.consumer
    batches = await consumer._reader.fetch(await consumer.positions(), 100)
    ((partition, records),) = batches.items()
    assert await consume_batch(consumer, partition, records) == 2
    before = await ground.rows(VERSIONS)
    with pytest.raises(StaleError):
        await consume_batch(consumer, partition, records)
    assert await ground.rows(VERSIONS) == before
    assert (await consumer.positions())[partition] == 2


async def test_kills_in_the_middle_double_and_lose_nothing(ground: Ground) -> None:
    """Every backend of the service is terminated again and again while it consumes."""
    keys = [UUID(int=n) for n in range(1, 21)]
    seen = sql("SELECT coalesce(max(n), 0) AS n FROM probe")

    async def react(connection: Connection, facts: Sequence[tuple[Act, Any]]) -> None:
        await projection.on_household_whole(connection, facts)
        count = (await fetch(connection, seen))[0]["n"]
        for n in range(len(facts)):
            await connection.execute(PROBE.text, *PROBE.arguments({"n": count + n + 1, "subject": "effect"}))

    await ground.serve({HouseholdRegistered.TYPE: react, HouseholdRevised.TYPE: react})
    database = await ground.house.database("finance")
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = 'finance_app'"
    for sequence in range(1, 11):
        await ground.publish(*(((registered if sequence == 1 else revised)(key, sequence), sequence) for key in keys))
        if sequence % 3 == 0:
            await ground.house.admin.execute(kill, database)
    await ground.until("SELECT count(*), min(last_sequence), max(last_sequence) FROM applied", [(20, 10, 10)], 40)
    assert await ground.rows("SELECT count(*), min(members), max(members) FROM household") == [(20, 10, 10)]
    assert await ground.rows("SELECT count(*), max(n) FROM probe") == [(200, 200)]
    assert await ground.rows(PARKED) == []
