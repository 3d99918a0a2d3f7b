"""Divisions through their doors."""

import asyncio
from typing import Any

from tests.conftest import House

PATH = "/registry/v1/divisions"


def item(code: str, name: str = "甲村", since: str = "2014-01-01", until: str | None = None) -> dict[str, Any]:
    level = {6: "county", 9: "township", 12: "village"}[len(code)]
    return {
        "code": code, "name_zh": name, "name_en": "Jia", "level": level, "poor_village": level == "village",
        "rural_people": 100, "valid_from": since, "valid_to": until,
    }  # fmt: skip


async def test_a_place_is_what_it_was_on_the_day(house: House) -> None:
    door = await house.serve("registry", "api")
    items = [item("140927"), item("140927200"), item("140927200201"), item("140927201201")]
    answer = await door.call("PUT", PATH, "county", json={"items": items})
    first = answer.json()["results"][0]
    assert (first["id"], first["status"], first["code"]) == ("140927", "accepted", None)
    later = [item("140927200201", "新甲村", "2017-05-01"), item("140927201201", since="2010-01-01")]
    answer = await door.call("PUT", PATH, "county", json={"items": later})
    assert [r["code"] for r in answer.json()["results"]] == [None, "registry.divisions.overlap"]

    names = {}
    for on in ("2017-04-30", "2017-05-01"):
        answer = await door.call("GET", f"{PATH}?level=village&parent=140927200", "bank", "", on=on)
        names[on] = [(i["name_zh"], i["valid_from"], i["valid_to"]) for i in answer.json()["items"]]
    assert names == {
        "2017-04-30": [("甲村", "2014-01-01", "2017-05-01")], "2017-05-01": [("新甲村", "2017-05-01", None)],
    }  # fmt: skip
    codes = [i["code"] for i in (await door.call("GET", PATH, "villager", "140927200201")).json()["items"]]
    assert codes == ["140927", "140927200", "140927200201", "140927201201"]
    first = (await door.call("GET", f"{PATH}?limit=2", "villager", "140927200201")).json()
    rest = await door.call("GET", f"{PATH}?limit=2&cursor={first['next']}", "villager", "140927200201")
    assert [i["code"] for page in (first, rest.json()) for i in page["items"]] == codes


async def test_only_the_county_declares_and_only_its_own(house: House) -> None:
    door = await house.serve("registry", "api")
    answer = await door.call("PUT", PATH, "township", "140927200", json={"items": [item("140927200201")]})
    assert answer.status_code == 403
    answer = await door.call("PUT", PATH, "county", json={"items": [item("140928200201")]})
    assert answer.json()["results"][0]["code"] == "shared.outside_area"
    assert await house.rows("registry", "SELECT 1 FROM division") == []


async def test_two_at_once_come_one_after_the_other(house: House) -> None:
    door = await house.serve("registry", "api")
    await door.call("PUT", PATH, "county", json={"items": [item("140927200201")]})
    answers = await asyncio.gather(*(
        door.call("PUT", PATH, "county", json={"items": [item("140927200201", since=f"201{n}-01-01")]})
        for n in (5, 6, 7)
    ))  # fmt: skip
    assert {a.status_code for a in answers} == {200}
    rows = await house.rows("registry", "SELECT valid FROM division WHERE upper_inf(valid)")
    assert len(rows) == 1
    audited = await house.rows("registry", "SELECT DISTINCT subject FROM audit WHERE relation = 'division'")
    assert [r["subject"] for r in audited] == ["test-county"]
