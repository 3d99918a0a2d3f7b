"""Subscribers say what they did; the county sees what nobody did."""

import re
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from gateway.acknowledgements.queries import _PAGE as PAGE
from gateway.acknowledgements.queries import _PAGE_OF_ONE as PAGE_OF_ONE
from tests.conftest import Door, House
from tests.integration.gateway.receiver import Registry, exit_of, published, serve_gateway, village_exit
from tests.integration.gateway.test_county_exits import whole_feed

DOOR = "/feed/exits/acknowledgements"
EDUCATION, HEALTH = "education-bureau", "health-bureau"


async def begun(house: House, count: int = 3) -> tuple[Door, list[str]]:
    registry, door = await Registry.open(house), await serve_gateway(house)
    await registry.announce([exit_of(uuid4()) for _ in range(count - 1)] + [village_exit()])
    await published(house, count)
    return door, [e["id"] for e in await whole_feed(door)]


def done(event_id: str, **changes: Any) -> dict[str, Any]:
    return {"event_id": event_id, "action": "fees_waived", "acted_on": "2017-06-01", "reference": "edu/7"} | changes


async def say(door: Door, *items: dict[str, Any], subject: str = EDUCATION) -> list[str | None]:
    answer = await door.call("POST", DOOR, "subscriber", "", subject=subject, json={"items": list(items)})
    assert answer.status_code == 200, answer.text
    return [r["code"] for r in answer.json()["results"]]


async def ask(door: Door, path: str, role: str = "county", subject: str = "officer", **query: Any) -> dict[str, Any]:
    answer = await door.call(
        "GET", DOOR + path, role, "" if role == "subscriber" else None, subject=subject, params=query
    )
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def test_what_was_done_is_kept_once(house: House) -> None:
    door, (one, two, _) = await begun(house)
    other = done(one, action="card_issued", reference="")
    assert await say(door, done(one), done(one), other) == [None] * 3
    assert await say(door, done(one)) == [None]
    differs = "shared.content_differs"
    assert await say(door, done(one, reference="edu/8"), done(one, acted_on="2017-05-01"), done(two)) == [
        differs, differs, None,
    ]  # fmt: skip
    kept = await house.rows("gateway", "SELECT action, reference FROM acknowledgement ORDER BY event_id, action")
    assert sorted(map(tuple, kept)) == [("card_issued", ""), ("fees_waived", "edu/7"), ("fees_waived", "edu/7")]


async def test_what_is_not_taken_leaves_the_rest(house: House) -> None:
    door, (one, two, three) = await begun(house)
    synthetic = "140999201406010011"
    codes = await say(
        door, done(str(uuid4())), done(one, acted_on="2099-01-01"), done(two, reference=synthetic), done(three)
    )
    assert codes == [
        "gateway.acknowledgements.event_unknown", "shared.future_date",
        "gateway.acknowledgements.personal_reference", None,
    ]  # fmt: skip
    assert len(await house.rows("gateway", "SELECT 1 FROM acknowledgement")) == 1


async def test_the_county_asks_who_has_not_acted(house: House) -> None:
    door, (one, two, village) = await begun(house)
    await say(door, done(one))
    await say(door, done(two), subject=HEALTH)
    page = await ask(door, "/missing", subscriber=EDUCATION)
    assert (page["subscriber"], [i["event"]["id"] for i in page["items"]]) == (EDUCATION, [two, village])
    exits = await ask(door, "/missing", subscriber=EDUCATION, type="county.household_exited.v1")
    assert [i["event"]["id"] for i in exits["items"]] == [two]
    # A subscriber asks about itself, whatever it writes.
    own = await ask(door, "/missing", "subscriber", HEALTH, subscriber=EDUCATION)
    assert (own["subscriber"], [i["event"]["id"] for i in own["items"]]) == (HEALTH, [one, village])


async def test_pages(house: House) -> None:
    door, events = await begun(house, 5)
    await say(door, *(done(e) for e in events), *(done(e, action="again") for e in events))
    await say(door, done(events[0]), subject=HEALTH)
    seen, cursor = [], ""
    while cursor is not None:
        page = await ask(door, "", cursor=cursor, limit=4)
        seen += [(i["position"], i["owner_subject"], i["action"]) for i in page["items"]]
        cursor = page["next"]
    assert len(seen) == 11
    assert seen == sorted(set(seen))
    assert len((await ask(door, "", subscriber=HEALTH))["items"]) == 1
    assert len((await ask(door, "", "subscriber", HEALTH))["items"]) == 1
    missing = await ask(door, "/missing", subscriber="nobody", limit=2)
    rest = await ask(door, "/missing", subscriber="nobody", cursor=missing["next"])
    assert [i["event"]["id"] for i in missing["items"] + rest["items"]] == events
    for strange in ("x", "[1]", '["a", "b", "c"]', "1"):
        answer = await door.call("GET", DOOR, "county", params={"cursor": strange})
        assert (answer.status_code, answer.json()["code"]) == (422, "shared.cursor_invalid")


async def test_a_page_is_read_off_the_feed(house: House) -> None:
    """In the feed's order and from the place on: what lies before it or behind the page is not looked at."""
    owner = await house.owner("gateway")
    await owner.execute(
        "INSERT INTO exit_fact (position, epoch, event_id, key, type, event)"
        " SELECT i, 1, i::text, i::text, 'county.household_exited.v1', '{}' FROM generate_series(1, 18000) i"
    )
    await owner.execute("SELECT set_config('app.subject', 'x', false), set_config('app.role', 'subscriber', false)")
    await owner.execute(
        "INSERT INTO acknowledgement (owner_subject, event_id, action, acted_on, reference)"
        " SELECT 'x', i::text, 'done', '2017-06-01', '' FROM generate_series(1, 18000) i"
    )
    await owner.execute("ANALYZE exit_fact; ANALYZE acknowledgement")
    connection = await asyncpg.connect((await house.settings("gateway")).database_url)
    house.stack.push_async_callback(connection.close)
    await connection.execute("BEGIN; SELECT set_config('app.role', 'county', true)")
    place = {"position": 9_000, "owner": "", "action": "", "limit": 100}
    for page, filters in ((PAGE, {}), (PAGE_OF_ONE, {"subject": "x"})):
        plan = await connection.fetch(f"EXPLAIN (ANALYZE) {page.text}", *page.arguments(place | filters))
        steps = "\n".join(r[0] for r in plan)
        assert "exit_fact_pkey" in steps, steps
        assert "Seq Scan" not in steps, steps
        assert max(float(rows) for rows in re.findall(r"actual time=\S+ rows=([\d.]+)", steps)) < 300, steps


async def test_who_may(house: House) -> None:
    door, (one, *_) = await begun(house)
    for role in ("county", "helper", "department"):
        assert (await door.call("POST", DOOR, role, json={"items": [done(one)]})).status_code == 403
    assert (await door.call("GET", DOOR, "helper")).status_code == 403
    await say(door, done(one))
    connection = await asyncpg.connect((await house.settings("gateway")).database_url)
    house.stack.push_async_callback(connection.close)
    await connection.execute(
        f"SELECT set_config('app.role', 'subscriber', false), set_config('app.subject', '{HEALTH}', false)"
    )
    assert await connection.fetch("SELECT 1 FROM acknowledgement") == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await connection.execute(
            "INSERT INTO acknowledgement (owner_subject, event_id, action, acted_on, reference)"
            f" VALUES ('{EDUCATION}', '{one}', 'x', '2017-06-01', '')"
        )
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        await connection.execute("UPDATE acknowledgement SET reference = ''")


@pytest.mark.parametrize(
    "changes",
    [{"action": "Fees waived"}, {"reference": "张三"}, {"event_id": "x"}, {"acted_on": "soon"}, {"name": "x"}],
)
async def test_malformed(house: House, changes: dict[str, Any]) -> None:
    door = await serve_gateway(house)
    answer = await door.call("POST", DOOR, "subscriber", "", json={"items": [done(str(uuid4())) | changes]})
    (result,) = answer.json()["results"]
    assert (result["status"], result["code"]) == ("refused", "shared.invalid_item")
