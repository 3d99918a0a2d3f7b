"""A household chooses another head: by two persons, dated, and the past stays."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.conftest import Door, House
from tests.integration.registry.test_changes import (
    REMOVALS,
    add_member,
    departure,
    head_of,
    leave,
    people,
    post,
    removal,
    told,
    word,
)
from tests.integration.registry.test_households import seed_household

HEADS = "/registry/v1/households/heads"


def choosing(household_id: UUID, reference: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "household_id": str(household_id), "reference": reference, "since": "2017-05-10",
        "relation": "father",
    } | changes  # fmt: skip


async def confirm(door: Door, *items: dict[str, Any], subject: str = "township") -> list[dict[str, Any]]:
    said = [{"id": i["id"], "confirmed": True} for i in items]
    return await post(door, f"{HEADS}/confirmations", "township", *said, subject=subject)


async def family(house: House) -> tuple[UUID, str, str, str]:
    """A household with its head, a grown son and the head's wife."""
    one = await seed_household(house)
    son = await add_member(house, one, "son", "1990-01-01")
    return one, await head_of(house, one), son, await add_member(house, one, "spouse", "1972-01-01")


async def test_another_head_is_one_since_his_day_and_nobody_joins_or_leaves(house: House) -> None:
    door = await house.serve("registry", "api")
    one, head, son, wife = await family(house)
    item = choosing(one, son, others=[{"reference": wife, "relation": "mother"}])
    (said,) = await post(door, HEADS, "village", item)
    assert (said["status"], said["state"]) == ("accepted", "reported")
    assert await people(door, one, "2017-06-01") == [(head, "head"), (wife, "spouse"), (son, "son")]
    assert [r["code"] for r in await confirm(door, item, subject="village")] == ["shared.same_person"]
    assert await told(house) == []
    (done,) = await confirm(door, item)
    assert (done["state"], done["code"]) == ("confirmed", None)
    assert await people(door, one, "2017-06-01") == [(son, "head"), (head, "father"), (wife, "mother")]
    assert await people(door, one, "2017-05-10") == [(son, "head"), (head, "father"), (wife, "mother")]
    assert await people(door, one, "2017-05-09") == [(head, "head"), (wife, "spouse"), (son, "son")]
    ((kind, revised),) = await told(house)
    assert (kind, revised["members"], set(revised["people"])) == ("household_revised", 3, {head, son, wife})
    assert revised["people"][0] == son
    (again,) = await post(door, HEADS, "village", item)
    assert (again["status"], again["state"]) == ("accepted", "confirmed"), "sent again, answered the same"
    (other,) = await post(door, HEADS, "village", item | {"relation": "other"})
    assert other["code"] == "shared.content_differs"
    (shown,) = (await door.call("GET", f"{HEADS}?household_id={one}", "county")).json()["items"]
    assert (shown["reference"], shown["former"], shown["relations"]) == (son, head, {wife: "mother"})
    assert shown["sentence_zh"] == "户主变更已确认。"


async def test_the_record_says_since_when_and_by_whom(house: House) -> None:
    door = await house.serve("registry", "api")
    one, head, son, _ = await family(house)
    item = choosing(one, son)
    await post(door, HEADS, "team", item)
    await confirm(door, item)
    facts = (await door.call("GET", f"/registry/v1/households/{one}/facts", "county")).json()["facts"]
    said = {f["person"]: f for f in facts if f["field"] == "person_relation"}
    assert {(p, said[p]["value"], said[p]["since"], said[p]["weight"]) for p in (head, son)} == {
        (head, "father", "2017-05-10", "statement"), (son, "head", "2017-05-10", "statement"),
    }  # fmt: skip
    born = next(f for f in facts if f["field"] == "person_born_on" and f["person"] == son)
    assert born["since"] == "2014-06-01", "of what has not changed the first word stands"


async def test_a_bad_item_refuses_itself(house: House) -> None:
    door = await house.serve("registry", "api")
    one, head, son, wife = await family(house)
    child = await add_member(house, one, "grandson", "2005-01-01")
    gone = await add_member(house, one, "daughter", "1988-01-01")
    await leave(door, departure(gone, reason="marriage_out", left_on="2017-05-01"))
    struck = await seed_household(house)
    strike = removal(struck)
    await post(door, REMOVALS, "village", strike)
    await post(door, f"{REMOVALS}/confirmations", "county", await word(house, strike))
    elsewhere = await seed_household(house, "140927201201")
    twice = [{"reference": wife, "relation": "mother"}] * 2
    good = choosing(one, son)
    answers = await post(
        door, HEADS, "village",
        choosing(one, str(uuid4())), choosing(one, gone), choosing(one, head), choosing(one, child),
        choosing(one, son, since="2017-06-02"), choosing(one, son, since="2014-06-01"),
        choosing(struck, await head_of(house, struck)), choosing(elsewhere, son), choosing(one, son, relation="head"),
        choosing(one, son, others=twice), choosing(one, son, others=[{"reference": gone, "relation": "other"}]),
        good, choosing(one, wife),
    )  # fmt: skip
    assert [a["code"] for a in answers] == [
        "registry.heads.not_a_member", "registry.heads.not_a_member", "registry.heads.already_head",
        "registry.heads.under_age", "shared.future_date", "registry.heads.before_membership",
        "shared.household_removed", "shared.not_found", "shared.invalid_item", "shared.invalid_item",
        "registry.heads.relation_of_nobody", None, "registry.heads.already_open",
    ]  # fmt: skip
    (no,) = await post(door, f"{HEADS}/confirmations", "township", {"id": good["id"], "confirmed": False})
    assert no["state"] == "rejected"
    assert (await people(door, one, "2017-06-01"))[0] == (head, "head")


async def test_what_has_changed_since_is_stated_anew(house: House) -> None:
    """The head died meanwhile, and the eldest has followed him."""
    door = await house.serve("registry", "api")
    one, head, son, wife = await family(house)
    item = choosing(one, son)
    await post(door, HEADS, "village", item)
    await leave(door, departure(head, left_on="2017-05-05"))
    (changed,) = await confirm(door, item)
    assert changed["code"] == "registry.heads.head_changed"
    assert (await people(door, one, "2017-06-01"))[0] == (wife, "head")
    await leave(door, departure(son, reason="prison", left_on="2017-05-20"))
    (gone,) = await confirm(door, item)
    assert gone["code"] == "registry.heads.not_a_member"


async def test_a_head_follows_a_head(house: House) -> None:
    door = await house.serve("registry", "api")
    one, head, son, wife = await family(house)
    first, second = choosing(one, son), choosing(one, wife, since="2017-05-20", relation="son")
    for item in (first, second):
        await post(door, HEADS, "village", item)
        assert [r["state"] for r in await confirm(door, item)] == ["confirmed"]
    assert [p for p in await people(door, one, "2017-05-19") if p[1] == "head"] == [(son, "head")]
    assert await people(door, one, "2017-05-20") == [(wife, "head"), (head, "father"), (son, "son")]
    (early,) = await post(door, HEADS, "village", choosing(one, head, since="2017-05-15"))
    assert early["code"] == "registry.heads.before_present_head"


@pytest.mark.parametrize(("role", "area"), [("township", "140927200"), ("helper", None), ("villager", None)])
async def test_others_state_no_head(house: House, role: str, area: str | None) -> None:
    door = await house.serve("registry", "api")
    one, _, son, _ = await family(house)
    answer = await door.call("POST", HEADS, role, area, json={"items": [choosing(one, son)]})
    assert answer.status_code == 403
