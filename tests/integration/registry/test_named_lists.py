"""Official lists show whose household it is; a page is one look, and whoever stood on it can see it."""

from typing import Any
from uuid import UUID

from tests.conftest import Door, House
from tests.integration.registry.test_disclosures import looks
from tests.integration.registry.test_households import VILLAGE, seed_household

HOUSEHOLDS = "/registry/v1/households"
ELSEWHERE = "140927200202"


async def households(house: House) -> tuple[UUID, UUID]:
    """Two of one county, whose people are not the same; the first one's village has a name."""
    here, there = await seed_household(house), await seed_household(house, ELSEWHERE)
    owner = await house.owner("registry")
    await owner.execute(
        "UPDATE resident SET person = 'other-person' WHERE household_id = $1 AND person = 'test-person'", there
    )
    await owner.execute(
        "INSERT INTO division VALUES ($1, '[2010-01-01,2017-01-01)', '旧名村', 'Old', 'village', false, 0),"
        " ($1, '[2017-01-01,)', '东湖村', 'Donghu', 'village', false, 0)",
        VILLAGE,
    )
    return here, there


async def listed(door: Door, role: str, area: str = "140927", query: str = "", **who: Any) -> Any:
    answer = await door.call("GET", f"{HOUSEHOLDS}{query}", role, area, **who)
    assert answer.status_code == 200, answer.text
    return answer


def named(answer: Any) -> dict[str, tuple[str | None, str | None]]:
    return {h["id"]: (h["head"], h["village"]) for h in answer.json()["items"]}


async def test_a_list_names_heads_and_villages_to_who_works_with_them(house: House) -> None:
    door = await house.serve("registry", "api")
    here, there = await households(house)
    both = {str(here): ("甲", "东湖村"), str(there): ("甲", None)}
    own = {str(here): ("甲", "东湖村")}
    for role, area, told in (
        ("county", "140927", both), ("township", "140927200", both), ("village", VILLAGE, own),
        ("team", VILLAGE, own), ("helper", VILLAGE, own), ("villager", VILLAGE, own),
        ("auditor", "140927", {str(here): (None, "东湖村"), str(there): (None, None)}),
    ):  # fmt: skip
        assert named(await listed(door, role, area)) == told, role
    # As of a day it is the name that the village had, and nobody is head whom nobody had as a member.
    assert named(await listed(door, "county", query="?on=2016-12-31"))[str(here)] == ("甲", "旧名村")


async def test_a_page_is_one_look_which_each_household_on_it_sees(house: House) -> None:
    door = await house.serve("registry", "api")
    here, there = await households(house)
    await listed(door, "county", subject="wang")
    await listed(door, "village", VILLAGE, "?division=140927", subject="li")
    await listed(door, "township", "140927200", f"?division={ELSEWHERE}", subject="zhao")
    await listed(door, "county", query="?status=exited", subject="sun")
    for role in ("auditor", "villager"):
        await listed(door, role, VILLAGE if role == "villager" else "140927")

    async def written() -> bool:
        return len(await looks(door)) == 4

    await house.settled(written)
    of = {x["subject"]: x for x in await looks(door)}
    assert {n: (x["kind"], x["division"], x["households"], x["household_id"]) for n, x in of.items()} == {
        "wang": ("listed", "140927", 2, None), "li": ("listed", VILLAGE, 1, None),
        "zhao": ("listed", ELSEWHERE, 1, None), "sun": ("listed", "140927", 0, None),
    }  # fmt: skip
    assert (
        of["wang"]["sentence_en"]
        == "wang (county) read a list of 2 households in 140927 with their name on 2017-06-01."
    )
    assert of["li"]["sentence_zh"] == f"2017-06-01，li（村级）查看了 {VILLAGE} 的 1 户名单，看到：姓名。"
    for person, area, own, others in (
        ("test-person", VILLAGE, here, there), ("other-person", ELSEWHERE, there, here),
    ):  # fmt: skip
        seen = {"wang", "li"} if own == here else {"wang", "zhao"}
        about: dict[str, Any] = {"person": person, "area": area}
        assert {x["subject"] for x in await looks(door, "villager", **about)} == seen
        assert {x["subject"] for x in await looks(door, "villager", f"?household_id={own}", **about)} == seen
        assert await looks(door, "villager", f"?household_id={others}", **about) == []
        assert {x["subject"] for x in await looks(door, "county", f"?household_id={own}")} == seen
        assert len(await looks(door, "auditor", f"?household_id={own}&subject=wang")) == 1
    kept = await house.rows("registry", "SELECT disclosure::text AS row FROM disclosure")
    assert not [r for r in kept if "甲" in r["row"]]
