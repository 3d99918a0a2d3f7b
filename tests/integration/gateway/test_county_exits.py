"""One public contract on three channels: feed, webhooks and the topic say the same, in the same order, ever after."""

import importlib
import json
import random
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from gateway.feed.actions import PUBLIC, public_form
from shared.events import Payload, county
from shared.events.envelope import read_envelope
from shared.events.registry import (
    ExitCorrected,
    ExitRevoked,
    HouseholdReturned,
    TownshipExited,
    TownshipExitRevoked,
    VillageExitRevoked,
)
from shared.serve.run import _republish
from tests.conftest import Door, House, find_service
from tests.integration.gateway.receiver import (
    ARCHIVE,
    ON_LOOPBACK,
    VILLAGE,
    Receiver,
    Registry,
    exit_of,
    published,
    serve_gateway,
    village_exit,
)
from tests.integration.gateway.test_feed import read
from tests.integration.gateway.test_subscriptions import subscribe

SNAPSHOT = "/feed/exits/snapshot"
# Kinds that there were not yet when the topic began.
SINCE = (county.VillageExitRevoked, county.TownshipExited, county.TownshipExitRevoked)
TOWNSHIP = "140927200"
BY_KEY = "SELECT key, headers, value FROM log WHERE topic = 'county.exits' ORDER BY partition, \"offset\""


def returned(household_id: UUID) -> HouseholdReturned:
    return HouseholdReturned(
        household_id=household_id, division=VILLAGE, exit_id=uuid4(), members=2, returned_on=date(2017, 11, 20),
        decision_id=uuid4(),
    )  # fmt: skip


def revoked(household_id: UUID) -> ExitRevoked:
    return ExitRevoked(
        household_id=household_id, division=VILLAGE, exit_id=uuid4(), status="poor", members=3, reason="appeal",
        revoked_on=date(2017, 11, 20), decision_id=uuid4(),
    )  # fmt: skip


def corrected(household_id: UUID) -> ExitCorrected:
    return ExitCorrected(
        household_id=household_id, division=VILLAGE, exit_id=uuid4(), members=5, exited_on=date(2017, 11, 19),
        corrected=["members"], corrected_on=date(2017, 11, 20), decision_id=uuid4(),
    )  # fmt: skip


def township_exit() -> TownshipExited:
    return TownshipExited.model_validate(village_exit(TOWNSHIP).model_dump())


def back(division: str) -> list[Payload]:
    """What takes the exit of a place back."""
    kind = TownshipExitRevoked if division == TOWNSHIP else VillageExitRevoked
    return [kind(division=division, exit_id=uuid4(), reason="audit", revoked_on=date(2017, 12, 20))]


def lives(households: Sequence[UUID], seed: int) -> list[Payload]:
    """Exits and what became of them, each household's in a possible order, mixed."""
    chance = random.Random(seed)
    left = {
        one: [exit_of(one), *chance.sample([corrected(one), corrected(one)], chance.randint(0, 2)),
              *([chance.choice((returned, revoked))(one), exit_of(one)][: chance.randint(0, 2)])]
        for one in households
    }  # fmt: skip
    facts: list[Payload] = [village_exit("140927200203"), township_exit(), village_exit("140927200204")]
    facts += chance.sample([*back("140927200204"), *back(TOWNSHIP)], chance.randint(1, 2))
    while waiting := [one for one in left if left[one]]:
        facts.append(left[chance.choice(waiting)].pop(0))
    return facts


def keyed(events: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """By key, each event once, where it stood first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        one = found.setdefault(event["partitionkey"], [])
        if event["id"] not in {e["id"] for e in one}:
            one.append(event)
    return found


async def whole_feed(door: Door) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await read(door, limit=1000))["items"]
    return [item["event"] for item in items]


async def logged(house: House) -> list[dict[str, Any]]:
    rows = await house.rows("bus", BY_KEY)
    return [
        read_envelope("county.exits", r["key"], json.loads(r["headers"]), r["value"]).structured() for r in rows
    ]  # fmt: skip


async def test_three_channels_say_the_same_through_redelivery_and_restart(house: House) -> None:
    registry, receiver = await Registry.open(house), await Receiver.open(house)
    first = await house.listen("gateway", **ON_LOOPBACK)
    await subscribe(first, receiver.url)
    facts = lives([uuid4() for _ in range(8)], 7)
    half = len(facts) // 2
    chance = random.Random(1)
    receiver.answer = lambda _: 503 if chance.random() < 0.2 else 200
    await registry.announce(facts[:half])
    await published(house, half)
    assert first.stop is not None
    await first.stop()
    owner = await house.owner("gateway")
    # What was on the wire is tried again when its lease has run out: as if that time had passed.
    await owner.execute("UPDATE delivery SET lease_until = NULL")
    # While the gateway is away, more is announced; and everything comes to it once more.
    await registry.announce(facts[half:])
    assert await _republish(find_service("registry"), await house.settings("registry"), "") >= half
    second = await house.listen("gateway", **ON_LOOPBACK)
    await published(house, len(facts))

    async def all_delivered() -> bool:
        return not await owner.fetch("SELECT 1 FROM delivery WHERE state = 'pending' UNION ALL SELECT 1 FROM outbox")

    await house.settled(all_delivered, 40)
    feed = keyed(await whole_feed(second))
    assert feed == keyed(receiver.events)
    assert feed == keyed(await logged(house))
    for key, events in feed.items():
        wanted = [public_form(f).model_dump(mode="json") for f in facts if f.key == key]
        assert [e["data"] for e in events] == wanted
        assert [e["sequence"] for e in events] == list(range(1, len(events) + 1))
    assert sum(map(len, feed.values())) == len(facts)
    stated = await house.rows(
        "registry", "SELECT headers ->> 'ce_id' AS id, headers ->> 'ce_time' AS time FROM"
        " (SELECT headers FROM outbox UNION ALL SELECT headers FROM outbox_sent) o",
    )  # fmt: skip
    public = {(e["id"], e["time"]) for events in feed.values() for e in events}
    assert public == {(r["id"], r["time"]) for r in stated}, "under the registry's own ids and times"
    assert await house.rows("gateway", "SELECT 1 FROM parked_key") == []


# What a public payload may consist of; nothing else ever.
ALLOWED = {
    "division", "household_id", "exit_id", "members", "exited_on", "returned_on", "revoked_on", "corrected",
    "corrected_on", "poor_people", "rural_people",
}  # fmt: skip


def test_the_public_form_has_no_field_but_the_allowed() -> None:
    assert {name for kind in county.KINDS for name in kind.model_fields} == ALLOWED
    assert set(PUBLIC.values()) == set(county.KINDS)


async def test_nobody_who_acted_is_named(house: House) -> None:
    registry, door = await Registry.open(house), await serve_gateway(house)
    await registry.announce([returned(uuid4()), revoked(uuid4()), *back(VILLAGE), *back(TOWNSHIP)])
    await published(house, 4)
    stored = await house.rows(
        "gateway", "SELECT headers::text || value AS said FROM outbox"
        " UNION ALL SELECT headers::text || value FROM outbox_sent UNION ALL SELECT event FROM exit_fact",
    )  # fmt: skip
    assert len(stored) == 8
    for row in stored:
        assert "county-officer" not in row["said"]
        assert "decision" not in row["said"]
        assert "appeal" not in row["said"]
        assert "audit" not in row["said"]
    assert {e["actor"] for e in await whole_feed(door)} == {"system:gateway"}


def fold(events: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Who stands out of poverty, and as what, to a subscriber that read the whole feed."""
    out: dict[str, dict[str, Any]] = {}
    for event in events:
        key, data = event["partitionkey"], event["data"]
        if "revoked" in event["type"] or event["type"] == "county.household_returned.v1":
            out.pop(key, None)
        else:
            out[key] = {n: data.get(n) for n in ("division", "members", "exited_on", "poor_people")}
    return out


async def snapshot(door: Door, **query: Any) -> tuple[list[dict[str, Any]], str]:
    items, cursor, places = [], "", set()
    while cursor is not None:
        answer = await door.call("GET", SNAPSHOT, "subscriber", "", params={"cursor": cursor} | query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        items += [i["event"] for i in page["items"]]
        places.add(page["feed_cursor"])
        cursor = page["next"]
    (place,) = places
    return items, place


@pytest.mark.parametrize("seed", range(3))
async def test_a_snapshot_is_the_feed_folded(house: House, seed: int) -> None:
    registry, door = await Registry.open(house), await serve_gateway(house)
    facts = lives([uuid4() for _ in range(12)], seed)
    await registry.announce(facts)
    await published(house, len(facts))
    events, place = await snapshot(door, limit=3)
    assert len({e["partitionkey"] for e in events}) == len(events)
    assert fold(events) == fold(await whole_feed(door))
    assert await read(door, place) == {"items": [], "next": place}


async def test_a_snapshot_shows_one_moment_and_the_feed_goes_on_from_there(house: House) -> None:
    registry, door = await Registry.open(house), await serve_gateway(house)
    households = [uuid4() for _ in range(5)]
    await registry.announce([exit_of(h) for h in households])
    await published(house, 5)
    first = (await door.call("GET", SNAPSHOT, "subscriber", "", params={"limit": 2})).json()
    gone = max(households, key=str)
    await registry.announce([returned(gone), exit_of(uuid4())])
    await published(house, 7)
    rest, cursor = list(first["items"]), first["next"]
    while cursor is not None:
        page = (await door.call("GET", SNAPSHOT, "subscriber", "", params={"cursor": cursor, "limit": 2})).json()
        assert page["feed_cursor"] == first["feed_cursor"]
        rest += page["items"]
        cursor = page["next"]
    assert {i["event"]["partitionkey"] for i in rest} == {str(h) for h in households}
    later = [i["event"] for i in (await read(door, first["feed_cursor"]))["items"]]
    assert fold([i["event"] for i in rest] + later) == fold(await whole_feed(door))


@pytest.mark.parametrize("cursor", ["1.1", "1.1:", "1:x", "x:a", "1.1:'", "..1.1:a", "1.99999999999999999999:a"])
async def test_a_malformed_snapshot_cursor_is_refused(house: House, cursor: str) -> None:
    door = await serve_gateway(house)
    answer = await door.call("GET", SNAPSHOT, "subscriber", "", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "shared.cursor_invalid")


async def test_after_a_restore_ids_stay_and_a_snapshot_begins_anew(house: House) -> None:
    """Facts that the restore lost come again from the registry's log, under the ids that subscribers know."""
    registry, door = await Registry.open(house), await serve_gateway(house)
    await registry.announce([exit_of(uuid4()) for _ in range(4)])
    await published(house, 4)
    before = {e["id"] for e in await whole_feed(door)}
    page = (await door.call("GET", SNAPSHOT, "subscriber", "", params={"limit": 1})).json()
    owner = await house.owner("gateway")
    async with owner.transaction():
        lost = [r["key"] for r in await owner.fetch("DELETE FROM exit_fact WHERE position > 2 RETURNING key")]
        await owner.execute("UPDATE source SET epoch = 2")
        await owner.execute("DELETE FROM applied WHERE key = ANY($1)", lost)
        await owner.execute("DELETE FROM aggregate WHERE key = ANY($1)", lost)
    assert await _republish(find_service("registry"), await house.settings("registry"), "") == 4
    await published(house, 4)
    assert {e["id"] for e in await whole_feed(door)} == before
    for cursor in (page["next"], "2.9:a"):
        answer = await door.call("GET", SNAPSHOT, "subscriber", "", params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (410, "gateway.feed.snapshot_epoch")
    answer = await door.call("GET", "/feed/exits", "subscriber", "", params={"cursor": "1.4"})
    assert (answer.status_code, answer.json()["resync"]) == (410, "2.2")


async def test_what_was_public_before_the_topic_goes_there_first(house: House) -> None:
    """The migration of a county that ran already: same facts, ids and order, and whoever heard exits hears on."""
    owner = await house.owner("gateway")
    one, facts = uuid4(), [exit_of(uuid4()), village_exit()]
    facts += [exit_of(one), exit_of(one)]
    for position, fact in enumerate(facts, 1):
        event = {
            "specversion": "1.0", "id": str(uuid4()), "type": fact.TYPE, "source": "registry",
            "time": "2017-11-20T08:00:00.000001+00:00", "datacontenttype": "application/json",
            "partitionkey": fact.key, "epoch": 1, "sequence": 40 + position, "businessdate": "2017-11-20",
            "correlationid": str(uuid4()), "data": fact.model_dump(mode="json"),
        }  # fmt: skip
        await owner.execute(
            "INSERT INTO exit_fact (position, epoch, event_id, key, type, event) VALUES ($1, 1, $2, $3, $4, $5)",
            position, event["id"], fact.key, fact.TYPE, json.dumps(event),
        )  # fmt: skip
    for types in (["registry.household_exited.v1", "registry.village_exited.v1"], ["registry.village_exited.v1"]):
        await owner.execute(
            "INSERT INTO subscription (id, owner_subject, url, secret_sealed, types, from_position)"
            " VALUES (uuidv7(), $1, 'http://x', 'x', $2, 1)",
            ARCHIVE, types,
        )  # fmt: skip
    async with owner.transaction():
        await owner.execute(importlib.import_module("gateway.migrations.0004_county_exits").BACKFILL)
    door = await serve_gateway(house)

    bus = await house.owner("bus")

    async def relayed() -> bool:
        return len(await bus.fetch(BY_KEY)) == 4

    await house.settled(relayed)
    feed = keyed(await whole_feed(door))
    assert feed == keyed(await logged(house))
    assert {k: [e["data"] for e in events] for k, events in feed.items()} == {
        fact.key: [public_form(f).model_dump(mode="json") for f in facts if f.key == fact.key] for fact in facts
    }
    registry = await Registry.open(house)
    await registry.announce([returned(one)])
    await published(house, 5)
    assert [e["sequence"] for e in keyed(await whole_feed(door))[str(one)]] == [1, 2, 3]
    asked = [set(r["types"]) for r in await house.rows("gateway", "SELECT types FROM subscription ORDER BY id")]
    then = {kind.TYPE for kind in county.KINDS} - {kind.TYPE for kind in SINCE}
    assert asked == [then, {"county.village_exited.v1"}]
    async with owner.transaction():
        await owner.execute(importlib.import_module("gateway.migrations.0010_revoked_places").TOLD)
    asked = [set(r["types"]) for r in await house.rows("gateway", "SELECT types FROM subscription ORDER BY id")]
    since = {kind.TYPE for kind in SINCE}
    assert asked == [then | since, {"county.village_exited.v1"} | since]
