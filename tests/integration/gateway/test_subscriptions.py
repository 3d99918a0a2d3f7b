"""Webhooks of announced exits to real receivers on loopback; time is passed in where it matters."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from standardwebhooks import Webhook

from gateway.feed.actions import public_form
from gateway.subscriptions import actions, work
from gateway.subscriptions.work import Sender, send_step
from shared.data import db
from shared.events import Envelope
from shared.events.registry import HouseholdExited
from shared.ground.context import system_act
from tests.conftest import Door, House
from tests.integration.gateway.receiver import (
    ARCHIVE,
    TRACE,
    Receiver,
    Registry,
    exit_of,
    published,
    serve_gateway,
    village_exit,
)


async def subscribe(door: Door, url: str, subject: str = ARCHIVE, **body: Any) -> dict[str, Any]:
    answer = await door.call("POST", "/subscriptions", "subscriber", "", subject=subject, json={"url": url} | body)
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


async def deliveries(door: Door, subscription: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    path = f"/subscriptions/{subscription['id']}/deliveries"
    answer = await door.call("GET", path, "subscriber", "", subject=ARCHIVE, params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def sender_of(house: House, door: Door) -> Sender:
    sender = Sender.of(door.app)
    house.stack.push_async_callback(sender.close)
    return sender


async def deliver_due(sender: Sender, at: datetime) -> None:
    """Send everything that is due at a moment, until nothing is left on the wire."""
    while await send_step(sender, at) or sender.tasks or sender.finished:
        if sender.tasks:
            await asyncio.wait(sender.tasks, return_when=asyncio.FIRST_COMPLETED)


def now(**later: float) -> datetime:
    return datetime.now(UTC) + timedelta(**later)


def wanted(facts: list[Any], household_id: UUID) -> list[str]:
    return [str(f.exit_id) for f in facts if f.key == str(household_id)]


async def test_an_announced_exit_arrives_signed(house: House) -> None:
    registry, door = await Registry.open(house), await serve_gateway(house, sending=True)
    receiver = await Receiver.open(house)
    created = await subscribe(door, receiver.url)
    fact = exit_of(uuid4())
    await registry.announce([fact])

    async def arrived() -> bool:
        return bool(receiver.seen)

    await house.settled(arrived)
    headers, body = receiver.seen[0]
    assert Webhook(created["secret"]).verify(body, headers)["data"] == public_form(fact).model_dump(mode="json")
    assert headers["Content-Type"].startswith("application/cloudevents+json")
    (fact_row,) = await house.rows("gateway", "SELECT event_id, event FROM exit_fact")
    assert (headers["webhook-id"], body) == (fact_row["event_id"], fact_row["event"])
    assert headers["traceparent"] == json.loads(body)["traceparent"] == TRACE

    async def noted() -> bool:
        return [d["state"] for d in await deliveries(door, created)] == ["delivered"]

    await house.settled(noted)


async def test_after_an_hour_of_500_everything_arrives_in_order(house: House) -> None:
    registry, door = await Registry.open(house), await serve_gateway(house)
    down = True
    receiver = await Receiver.open(house, answer=lambda _: 500 if down else 200)
    created, sender = await subscribe(door, receiver.url), await sender_of(house, door)
    households = [uuid4() for _ in range(4)]
    facts = [exit_of(households[i % 4]) for i in range(40)]
    await registry.announce(facts)
    await published(house, 40)
    begun = now()
    for minute in range(60):
        await deliver_due(sender, begun + timedelta(minutes=minute))
    # Only the first of each household was tried, ever more rarely.
    assert {len(set(receiver.exits(h))) for h in households} == {1}
    assert {d["attempts"] for d in await deliveries(door, created)} == {0, 12}
    assert {d["last_status"] for d in await deliveries(door, created)} == {None, 500}
    down = False
    receiver.seen.clear()
    await deliver_due(sender, begun + timedelta(hours=2))
    assert [receiver.exits(h) for h in households] == [wanted(facts, h) for h in households]
    assert await deliveries(door, created, state="pending") == []


async def test_a_receiver_that_never_answers_blocks_one_key_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "TIMEOUT_SECONDS", 1)
    registry, door = await Registry.open(house), await serve_gateway(house)
    stuck, others = uuid4(), [uuid4() for _ in range(30)]
    receiver = await Receiver.open(house, answer=lambda e: None if e["partitionkey"] == str(stuck) else 200)
    created, sender = await subscribe(door, receiver.url), await sender_of(house, door)
    facts = [exit_of(h) for h in [stuck, *others, stuck, *others]]
    await registry.announce(facts)
    await published(house, 62)
    sending = asyncio.create_task(deliver_due(sender, now()))

    async def others_arrived() -> bool:
        return all(receiver.exits(h) == wanted(facts, h) for h in others)

    await house.settled(others_arrived)
    assert not sending.done()
    await sending
    left = await deliveries(door, created, state="pending")
    assert [(d["key"], d["attempts"], d["last_error"]) for d in left] == [
        (str(stuck), 1, "timeout"),
        (str(stuck), 0, None),
    ]


async def test_subscribers_do_not_wait_for_each_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """One never answers, for more households than it has places."""
    monkeypatch.setattr(work, "TIMEOUT_SECONDS", 5)
    registry, door = await Registry.open(house), await serve_gateway(house)
    silent, well = await Receiver.open(house, answer=lambda _: None), await Receiver.open(house)
    await subscribe(door, silent.url)
    await subscribe(door, well.url, "second")
    facts = [exit_of(uuid4()) for _ in range(40)]
    await registry.announce(facts)
    await published(house, 40)
    sender = await sender_of(house, door)
    sending = asyncio.create_task(deliver_due(sender, now()))

    async def arrived() -> bool:
        return len(well.seen) == 40

    await house.settled(arrived, 4)
    assert len(silent.seen) == 16
    sending.cancel()


async def test_a_replay_sends_again_in_order_with_the_same_ids(house: House) -> None:
    registry, door, receiver = await Registry.open(house), await serve_gateway(house), await Receiver.open(house)
    household_id = uuid4()
    facts = [exit_of(household_id) for _ in range(5)]
    await registry.announce(facts)
    await published(house, 5)
    created, sender = await subscribe(door, receiver.url), await sender_of(house, door)
    assert created["from_position"] == 6
    replay = f"/subscriptions/{created['id']}/replay"
    # What was announced before the subscription can be had too.
    for position, count in ((1, 5), (3, 3)):
        answer = await door.call("POST", replay, "subscriber", "", subject=ARCHIVE, json={"from_position": position})
        assert answer.json() == {"deliveries": count}
        await deliver_due(sender, now(seconds=1))
    assert receiver.exits(household_id) == wanted(facts, household_id) + wanted(facts, household_id)[2:]
    ids = [headers["webhook-id"] for headers, _ in receiver.seen]
    assert ids[5:] == ids[2:5]
    assert len(set(ids)) == 5


async def test_a_replay_overtakes_what_is_on_the_wire(house: House) -> None:
    registry, door, receiver = await Registry.open(house), await serve_gateway(house), await Receiver.open(house)
    created, sender = await subscribe(door, receiver.url), await sender_of(house, door)
    household_id = uuid4()
    facts = [exit_of(household_id), exit_of(household_id)]
    await registry.announce(facts)
    await published(house, 2)
    assert await send_step(sender, now()) == 1
    await asyncio.wait(sender.tasks)
    await send_step(sender, now())
    await asyncio.wait(sender.tasks)
    # The second has been taken, but that is not written down yet.
    await door.call(
        "POST", f"/subscriptions/{created['id']}/replay", "subscriber", "", subject=ARCHIVE, json={"from_position": 1}
    )
    await deliver_due(sender, now(seconds=1))
    assert receiver.exits(household_id) == wanted(facts, household_id) * 2


async def test_a_subscription_begins_behind_what_is_being_appended(house: House) -> None:
    """Else the fact of that moment would be neither before `from_position` nor sent."""
    door, receiver = await serve_gateway(house), await Receiver.open(house)
    fact, envelope = exit_of(uuid4()), Envelope(
        id="e1", type=HouseholdExited.TYPE, source="registry", topic="registry.household", key="k", epoch=1,
        sequence=1, time="2017-11-20T00:00:00Z", business_date="2017-11-20", actor="", correlation_id="",
        causation_id="", data="{}",
    )  # fmt: skip
    act = system_act("gateway", date(2017, 11, 20), "e1", envelope)
    async with db.transaction(door.app.state.pool, act.caller) as connection:
        await actions.publish_exits(connection, [(act, fact)])
        subscribing = asyncio.create_task(subscribe(door, receiver.url))
        done, _ = await asyncio.wait({subscribing}, timeout=0.5)
        assert not done
    assert (await subscribing)["from_position"] == 2


async def test_after_a_kill_the_lease_runs_out_and_it_goes_on(house: House) -> None:
    registry, door = await Registry.open(house), await serve_gateway(house)
    receiver = await Receiver.open(house, answer=lambda _: None)
    await subscribe(door, receiver.url)
    await registry.announce([exit_of(uuid4())])
    await published(house, 1)
    killed, heir = await sender_of(house, door), await sender_of(house, door)
    await send_step(killed, now())

    async def on_the_wire() -> bool:
        return bool(receiver.seen)

    await house.settled(on_the_wire)
    await killed.close()
    receiver.answer = lambda _: 200
    await deliver_due(heir, now(seconds=10))
    assert len(receiver.seen) == 1
    await deliver_due(heir, now(seconds=21))
    (first, _), (second, _) = receiver.seen
    assert first["webhook-id"] == second["webhook-id"]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]", "[fe80::1]", "localhost", "0.0.0.0",
    ],
)  # fmt: skip
async def test_a_private_target_is_refused(house: House, host: str) -> None:
    door = await serve_gateway(house)
    for url in (f"http://{host}/hook", f"https://{host}:8443/hook"):
        answer = await door.call("POST", "/subscriptions", "subscriber", "", subject="other", json={"url": url})
        assert (answer.status_code, answer.json()["code"]) == (422, "gateway.subscriptions.private_target")
    assert await house.rows("gateway", "SELECT 1 FROM subscription") == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/", "http://", "example.com", "http://user:pass@example.com/", "http://example.com:99999/",
        "file:///etc/passwd", "http://[::1", "http://no-such-name.invalid/", "http://127.1/", "http://2130706433/",
        "http://8.8.8.8/", "https://8.8.8.8:22/", "https://1.1.1.1:6379/", "https://192.0.0.8/",
        "http://１２７.０.０.１/", "http://127.0.0.1./",
    ],
)  # fmt: skip
async def test_a_strange_target_is_refused(house: House, url: str) -> None:
    door = await serve_gateway(house)
    answer = await door.call("POST", "/subscriptions", "subscriber", "", subject="other", json={"url": url})
    assert (answer.status_code, answer.json()["code"].rsplit(".", 1)[0]) == (422, "gateway.subscriptions")


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
async def test_the_target_is_checked_again_at_each_send(house: House, name: str) -> None:
    """The subscriber lost its internal network, or its name's address was changed after registration."""
    registry, door, receiver = await Registry.open(house), await serve_gateway(house), await Receiver.open(house)
    created = await subscribe(door, receiver.url)
    owner = await house.owner("gateway")
    await owner.execute("UPDATE subscription SET url = replace(url, '127.0.0.1', $1)", name)
    await registry.announce([exit_of(uuid4())])
    await published(house, 1)
    later = await serve_gateway(house, internal_subscribers={})
    await deliver_due(await sender_of(house, later), now())
    (delivery,) = await deliveries(door, created)
    assert (delivery["state"], delivery["last_error"]) == ("pending", "private_target")
    assert receiver.seen == []


async def test_no_redirect_is_followed(house: House) -> None:
    registry, door, inner = await Registry.open(house), await serve_gateway(house), await Receiver.open(house)
    outer = await Receiver.open(house, answer=lambda _: 307, headers={"Location": inner.url})
    created = await subscribe(door, outer.url)
    await registry.announce([exit_of(uuid4())])
    await published(house, 1)
    await deliver_due(await sender_of(house, door), now())
    assert (len(outer.seen), len(inner.seen)) == (1, 0)
    assert [(d["state"], d["last_status"]) for d in await deliveries(door, created)] == [("pending", 307)]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("dated", [False, True], ids=["in seconds", "until a date"])
async def test_who_says_later_is_asked_later(house: House, status: int, dated: bool) -> None:
    registry, door = await Registry.open(house), await serve_gateway(house)
    receiver = await Receiver.open(house, answer=lambda _: status)
    created, sender = await subscribe(door, receiver.url), await sender_of(house, door)
    await registry.announce([exit_of(uuid4())])
    await published(house, 1)
    begun = now()
    until = format_datetime(begun + timedelta(seconds=120), usegmt=True) if dated else "120"
    receiver.headers = {"Retry-After": until}
    await deliver_due(sender, begun)
    await deliver_due(sender, begun + timedelta(seconds=100))
    assert len(receiver.seen) == 1
    assert [(d["state"], d["last_status"]) for d in await deliveries(door, created)] == [("pending", status)]
    receiver.answer = lambda _: 200
    await deliver_due(sender, begun + timedelta(seconds=122))
    assert [d["state"] for d in await deliveries(door, created)] == ["delivered"]


@pytest.mark.parametrize(("status", "header"), [(500, "120"), (503, "soon")])
async def test_a_wait_that_nobody_asked_for_is_not_waited(house: House, status: int, header: str) -> None:
    registry, door = await Registry.open(house), await serve_gateway(house)
    receiver = await Receiver.open(house, answer=lambda _: status, headers={"Retry-After": header})
    await subscribe(door, receiver.url)
    await registry.announce([exit_of(uuid4())])
    await published(house, 1)
    sender, begun = await sender_of(house, door), now()
    await deliver_due(sender, begun)
    await deliver_due(sender, begun + timedelta(seconds=1))
    assert len(receiver.seen) == 2


async def test_who_says_gone_hears_no_more(house: House) -> None:
    registry, door = await Registry.open(house), await serve_gateway(house)
    receiver = await Receiver.open(house, answer=lambda _: 410)
    created, sender = await subscribe(door, receiver.url), await sender_of(house, door)
    await registry.announce([exit_of(uuid4())])
    await published(house, 1)
    await deliver_due(sender, now())
    await deliver_due(sender, now(hours=2))
    await registry.announce([exit_of(uuid4())])
    await published(house, 2)
    await deliver_due(sender, now(hours=3))
    assert len(receiver.seen) == 1
    listed = (await door.call("GET", "/subscriptions", "subscriber", "", subject=ARCHIVE)).json()["items"]
    assert [s["state"] for s in listed] == ["disabled"]
    answer = await door.call(
        "POST", f"/subscriptions/{created['id']}/replay", "subscriber", "", subject=ARCHIVE, json={"from_position": 1}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "gateway.subscriptions.not_active")


async def test_only_wanted_types_and_nothing_after_the_end(house: House) -> None:
    registry, door, receiver = await Registry.open(house), await serve_gateway(house), await Receiver.open(house)
    sender = await sender_of(house, door)
    created = await subscribe(door, receiver.url, types=["county.village_exited.v1"])
    await registry.announce([exit_of(uuid4()), village_exit()])
    await published(house, 2)
    await deliver_due(sender, now())
    assert [e["type"] for e in receiver.events] == ["county.village_exited.v1"]
    path = f"/subscriptions/{created['id']}"
    ends = {"If-Match": (await door.call("GET", path, "subscriber", "", subject=ARCHIVE)).headers["etag"]}
    for headers, status in (({}, 428), ({"If-Match": '"x"'}, 412), (ends, 204), (ends, 404)):
        answer = await door.call("DELETE", path, "subscriber", "", subject=ARCHIVE, headers=headers)
        assert answer.status_code == status, answer.text
    await registry.announce([village_exit("140927200202")])
    await published(house, 3)
    await deliver_due(sender, now())
    assert len(receiver.seen) == 1


async def test_a_subscriber_sees_its_own_and_never_the_secret_again(house: House) -> None:
    door, receiver = await serve_gateway(house), await Receiver.open(house)
    created = await subscribe(door, receiver.url)
    assert created["secret"].startswith("whsec_")

    async def listed(role: str, subject: str) -> list[dict[str, Any]]:
        answer = await door.call("GET", "/subscriptions", role, "" if role == "subscriber" else None, subject=subject)
        assert "whsec_" not in answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    assert [s["id"] for s in await listed("subscriber", ARCHIVE)] == [created["id"]]
    assert [s["owner_subject"] for s in await listed("county", "officer")] == [ARCHIVE]
    assert await listed("subscriber", "second") == []
    path = f"/subscriptions/{created['id']}"
    for method, door_path, body in (
        ("DELETE", path, None), ("GET", f"{path}/deliveries", None), ("POST", f"{path}/replay", {"from_position": 1}),
    ):  # fmt: skip
        goes_by = {"If-Match": "*"} if method == "DELETE" else {}
        answer = await door.call(method, door_path, "subscriber", "", subject="second", json=body, headers=goes_by)
        assert (method, answer.status_code) == (method, 404)
    assert (await door.call("GET", "/subscriptions", "helper")).status_code == 403
    kept = await house.rows(
        "gateway", "SELECT subscription::text AS s FROM subscription UNION ALL SELECT after::text FROM audit"
    )
    assert len(kept) == 2
    assert not [r for r in kept if created["secret"] in r["s"] or created["secret"].encode().hex() in r["s"]]
