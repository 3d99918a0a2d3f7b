"""A grant is changed by who has seen the one that stands."""

import asyncio
from typing import Any

import httpx

from tests.conftest import Door, House

PATH = "/registry/v1/resolutions/grants/education-bureau"
TERMS = {"purposes": ["schooling"], "ends_on": "2018-01-01"}
NEW = {"If-None-Match": "*"}


async def put(door: Door, headers: dict[str, str], **terms: Any) -> httpx.Response:
    return await door.call("PUT", PATH, "county", json=TERMS | terms, headers=headers)


async def test_an_edit_goes_by_what_was_read(house: House) -> None:
    door = await house.serve("registry", "api")
    assert (await put(door, {})).json()["code"] == "shared.precondition_missing"
    assert (await put(door, {"If-Match": "*"})).json()["code"] == "shared.precondition_failed"
    made = await put(door, NEW)
    assert (made.status_code, (await put(door, NEW)).status_code) == (200, 412)
    read = await door.call("GET", PATH, "county")
    assert (read.json(), read.headers["etag"]) == (made.json(), made.headers["etag"])
    goes_by = {"If-Match": read.headers["etag"]}
    changed = await put(door, goes_by, id_numbers=True)
    assert (changed.status_code, changed.json()["id_numbers"]) == (200, True)
    stale = await put(door, goes_by, ends_on="2018-05-01")
    assert (stale.status_code, stale.json()["title_zh"]) == (412, "现有内容已不同；请重新读取后再修改。")
    ends = [await door.call("DELETE", PATH, "county", headers=h) for h in ({}, goes_by)]
    assert [e.status_code for e in ends] == [428, 412]
    ended = await door.call("DELETE", PATH, "county", headers={"If-Match": changed.headers["etag"]})
    assert ended.status_code == 204
    nowhere = await door.call("DELETE", PATH.replace("education", "no"), "county", headers={"If-Match": "*"})
    assert nowhere.status_code == 404


async def test_of_two_at_once_one_is_refused(house: House) -> None:
    door = await house.serve("registry", "api")
    made = await asyncio.gather(*(put(door, NEW, ends_on=f"2018-01-0{n}") for n in range(1, 6)))
    assert sorted(a.status_code for a in made) == [200, 412, 412, 412, 412]
    mark = {"If-Match": next(a for a in made if a.status_code == 200).headers["etag"]}
    changed = await asyncio.gather(*(put(door, mark, ends_on=f"2018-02-0{n}") for n in range(1, 6)))
    assert sorted(a.status_code for a in changed) == [200, 412, 412, 412, 412]


async def test_whoever_may_not_hears_that_first(house: House) -> None:
    door = await house.serve("registry", "api")
    refused = await door.call("PUT", PATH, "village", json=TERMS)
    assert refused.json()["code"] == "shared.forbidden"
