"""The national list as it comes back: a difference for each field, with an owner, a cause and an end."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.registry.test_changes import post
from tests.integration.registry.test_households import VILLAGE
from tests.integration.registry.test_national import exported, founded, rows_in, two
from tests.integration.registry.test_registry_tasks import tasks
from tests.integration.registry.test_roster import seed_divisions, take
from tests.roster_file import Row, book, child, content, file, household, number, person

LISTS, DIFFERENCES = "/registry/v1/national/lists", "/registry/v1/national/differences"
CAUSES, CORRECTIONS, KEEPINGS = (f"{DIFFERENCES}/{name}" for name in ("causes", "corrections", "keepings"))
NOW, LATER, LAST = "2017-06-01", "2017-07-01", "2017-08-01"
COUNTS = ("opened", "seen", "agreed")


async def hand_in(door: Door, data: bytes, *, on: str = NOW, subject: str = "first", **query: Any) -> Any:
    answer = await door.call(
        "POST", LISTS, "county", on=on, subject=subject, content=data, params={"income_year": 2016} | query
    )
    assert "140999" not in answer.text, "no number stands in an answer"
    return answer.json()


async def ended(house: House, door: Door, list_id: str) -> dict[str, Any]:
    found: dict[str, Any] = {}

    async def is_over() -> bool:
        found.update((await door.call("GET", f"{LISTS}/{list_id}", "county", on=LAST)).json())
        return found["state"] in ("done", "held", "failed")

    await house.settled(is_over, 60)
    return found


async def compared(house: House, door: Door, rows: list[Row] | bytes, on: str = NOW, **query: Any) -> dict[str, Any]:
    taken = await hand_in(door, rows if isinstance(rows, bytes) else file(rows), on=on, **query)
    assert taken["state"] == "received", taken
    return await ended(house, door, taken["id"])


def counts(found: dict[str, Any]) -> list[int]:
    return [found[name] for name in COUNTS]


async def differences(door: Door, role: str = "county", unit: str = "", **query: str) -> list[dict[str, Any]]:
    area = VILLAGE if role == "village" else None
    answer = await door.call("GET", DIFFERENCES, role, area, on=LAST, unit=unit, params=query)
    assert answer.status_code == 200, answer.text
    assert not any(text in answer.text for text in ("140999", "张", "138000"))
    items: list[dict[str, Any]] = answer.json()["items"]
    return sorted(items, key=lambda one: (one["household_no"], one["field"], one["kind"]))


def kinds(items: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [tuple(one[n] for n in ("household_no", "field", "kind", "ours", "theirs", "owner")) for one in items]


async def state(door: Door) -> str:
    (one,) = await differences(door)
    told: str = one["state"]
    return told


async def named(
    door: Door, cause: str, role: str = "village", *, on: str = NOW, subject: str = "owner", **said: Any
) -> dict[str, Any]:
    (one,) = await differences(door)
    (result,) = await post(door, CAUSES, role, {"id": one["id"], "cause": cause} | said, on=on, subject=subject)
    return result


async def agreed(door: Door, path: str, subject: str = "other", *, confirmed: bool = True) -> dict[str, Any]:
    (one,) = await differences(door)
    (result,) = await post(door, path, "county", {"id": one["id"], "confirmed": confirmed}, subject=subject)
    return result


def otherwise(**cells: Any) -> list[Row]:
    """The list as it was taken, but for the first household."""
    return [row | (cells if row["户编号"] == "A1" else {}) for row in two()]


async def test_what_was_taken_from_a_list_differs_from_it_in_nothing(house: House) -> None:
    door = await founded(house)
    found = await compared(house, door, two())
    assert (found["state"], counts(found), found["households"], found["people"]) == ("done", [0, 0, 0], 2, 3)
    assert await differences(door) == []


async def test_an_export_handed_in_again_differs_in_nothing(house: House) -> None:
    door = await founded(house)
    answer = await door.call(
        "GET", f"/registry/v1/national/exports/{(await exported(house, door))['id']}/file", "county"
    )
    assert counts(await compared(house, door, answer.content)) == [0, 0, 0]


async def test_each_field_differs_for_itself_and_has_its_owner(house: House) -> None:
    door = await founded(house)
    rows = otherwise(住房面积=80, 住房鉴定等级="C", 联系电话="13900000000", 其他致贫原因="缺水", 转移性收入=90)
    rows[0] |= {"姓名": "张四", "文化程度": "初中"}
    found = await compared(house, door, rows)
    assert (found["state"], counts(found)) == ("done", [7, 0, 0])
    items = await differences(door)
    assert kinds(items) == [
        ("A1", "education", "differs", "primary", "middle", "education"),
        ("A1", "house_area_m2_x100", "differs", 6050, 8000, "village"),
        ("A1", "house_grade", "differs", "B", "C", "housing"),
        ("A1", "name", "differs", None, None, "township"),
        ("A1", "other_causes", "differs", "", "water", "village"),
        ("A1", "phone", "differs", None, None, "village"),
        ("A1", "transfer", "differs", 8005, 9000, "village"),
    ]
    assert {(one["state"], one["cause"], one["division"], one["due_on"]) for one in items} == {
        ("open", None, VILLAGE, "2017-06-16")
    }
    assert [one["person"] is not None for one in items] == [True, False, False, True, False, False, False]
    assert [one["field"] for one in await differences(door, "department", "housing")] == ["house_grade"]
    assert len(await differences(door, "village")) == 7
    assert [one["field"] for one in await differences(door, owner="village", field="phone", state="open")] == ["phone"]
    figures = (await door.call("GET", f"{DIFFERENCES}/figures", "county", params={"division": "140927200"})).json()
    assert len(figures["figures"]) == 7
    assert figures["figures"][0] == {"field": "education", "owner": "education", "state": "open", "differences": 1}
    kept = await house.rows("registry", "SELECT to_jsonb(d)::text AS told FROM national_difference d")
    assert not any(text in row["told"] for row in kept for text in ("张", "139000", "140999"))


async def test_people_and_households_of_one_side_alone_are_told(house: House) -> None:
    door = await founded(house)
    rows = [row for row in two() if row["户编号"] == "A1"][:1]
    rows += household("A1", child(5, "20120101", 在校生状况="学前教育")) + household("B9", person(8))
    await compared(house, door, rows)
    assert kinds(await differences(door)) == [
        ("A1", "person", "only_here", True, False, "township"),
        ("A1", "person", "only_there", False, True, "township"),
        ("A2", "household", "only_here", True, False, "township"),
        ("B9", "household", "only_there", False, True, "township"),
    ]
    assert [one["door"].rpartition("/")[2] for one in await differences(door)] == [
        "departures", "arrivals", "removals", "identifications",
    ]  # fmt: skip


async def test_the_same_list_again_changes_nothing_and_the_next_ends_what_is_gone(house: House) -> None:
    door = await founded(house)
    data = file(otherwise(住房面积=80, 通生活用电="否"))
    first = await compared(house, door, data)
    assert (await hand_in(door, data, subject="second")) == {"id": first["id"], "state": "done"}
    assert counts(await compared(house, door, otherwise(住房面积=80), LATER)) == [0, 1, 1]
    assert [(one["field"], one["state"], one["since_on"]) for one in await differences(door)] == [
        ("electricity", "agreed", LATER), ("house_area_m2_x100", "open", NOW),
    ]  # fmt: skip
    older = await hand_in(door, file(two()), on=LATER, listed_on=NOW)
    assert (older["code"], older["newest_on"]) == ("registry.differences.newer_list_stands", LATER)
    # What was over and differs again is asked about again.
    assert counts(await compared(house, door, data, LAST)) == [1, 1, 0]
    assert {one["state"] for one in await differences(door)} == {"open"}


async def test_what_is_wrong_there_waits_for_the_next_list_and_is_asked_again_if_it_stays(house: House) -> None:
    door = await founded(house)
    rows = otherwise(住房面积=80)
    await compared(house, door, rows)
    assert [t["step"] for t in (await tasks(door, "village", VILLAGE, on=NOW))["items"]] == ["there"]
    assert (await tasks(door, "township", "140927200", on=NOW))["items"] == []
    assert (await named(door, "wrong_there", "township"))["code"] == "registry.differences.not_yours"
    assert (await named(door, "wrong_there"))["state"] == "there"
    assert counts(await compared(house, door, rows, LATER)) == [1, 0, 0]
    assert await state(door) == "open"
    assert (await named(door, "other_day"))["state"] == "there"
    assert counts(await compared(house, door, two(), LAST)) == [0, 0, 1]


async def test_what_is_wrong_here_is_agreed_by_another_and_ends_when_it_is_put_right(house: House) -> None:
    door = await founded(house)
    await compared(house, door, otherwise(住房面积=80))
    assert (await named(door, "wrong_here"))["state"] == "doubted"
    assert (await agreed(door, CORRECTIONS, "owner"))["code"] == "shared.same_person"
    assert (await agreed(door, CORRECTIONS, confirmed=False))["state"] == "open"
    # Who had not agreed may say it himself, and who had said it first agrees.
    assert (await named(door, "wrong_here", subject="other"))["state"] == "doubted"
    assert (await agreed(door, CORRECTIONS, "owner"))["state"] == "here"
    (one,) = await differences(door)
    assert one["door"] == "/registry/v1/households/conditions"
    assert [t["title_zh"] for t in (await tasks(door, "village", VILLAGE, on=NOW))["items"]] == ["更正本县登记"]
    seen = {"household_id": one["household_id"], "observed_on": NOW, "house_area_m2_x100": 8000}
    assert [r["status"] for r in await post(door, one["door"], "village", seen)] == ["accepted"]

    async def is_over() -> bool:
        return await state(door) == "agreed"

    await house.settled(is_over, 30)
    assert counts(await compared(house, door, otherwise(住房面积=80), LATER)) == [0, 0, 0]


async def test_what_stays_is_agreed_by_another_until_either_side_says_something_else(house: House) -> None:
    door = await founded(house)
    rows = otherwise(联系电话="13900000000")
    await compared(house, door, rows)
    assert (await named(door, "stays"))["code"] == "registry.differences.no_reason"
    assert (await named(door, "stays", reason="two phones, both right"))["state"] == "staying"
    assert (await agreed(door, KEEPINGS, "owner"))["code"] == "shared.same_person"
    assert (await agreed(door, KEEPINGS))["state"] == "kept"
    assert counts(await compared(house, door, rows, LATER)) == [0, 1, 0]
    assert await state(door) == "kept"
    assert counts(await compared(house, door, otherwise(联系电话="13900000001"), LAST)) == [1, 0, 0]
    assert await state(door) == "open"
    owner = await house.owner("registry")
    await owner.execute("SELECT set_config('app.subject', 'x', false)")
    with pytest.raises(asyncpg.CheckViolationError, match="national_difference_is_settled_by_another"):
        await owner.execute("UPDATE national_difference SET settled_by = 'y', settled_on = now(), named_by = 'y',"
                            " named_on = now()")  # fmt: skip


async def test_what_this_register_changed_after_its_export_is_known_and_nobody_is_asked(house: House) -> None:
    door = await founded(house)
    await exported(house, door)
    (home,) = await house.rows("registry", "SELECT id FROM household WHERE household_no = 'A1'")
    seen = {"household_id": str(home["id"]), "observed_on": NOW, "house_area_m2_x100": 8000}
    assert [r["status"] for r in await post(door, "/registry/v1/households/conditions", "village", seen)] == [
        "accepted"
    ]
    await compared(house, door, otherwise(通生活用电="否"))
    assert [(one["field"], one["state"], one["cause"]) for one in await differences(door)] == [
        ("electricity", "open", None), ("house_area_m2_x100", "there", "not_exported"),
    ]  # fmt: skip
    assert {r["户编号"] for r in await rows_in(door, await exported(house, door))} == {"A1"}
    # It was exported, and the list has not taken it over: now somebody is asked.
    assert counts(await compared(house, door, otherwise(通生活用电="否"), LATER)) == [1, 1, 0]


async def test_a_list_that_touches_much_waits_for_a_second_person(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    rows = [row for i in range(25) for row in household(f"C{i}", person(2 * i + 1))]
    await take(house, door, file(rows))
    far = [row | {"住房面积": 99} for row in rows]
    held = await compared(house, door, far)
    assert (held["state"], counts(held), held["held_in"], held["held_households"]) == (
        "held", [25, 0, 0], "140927200", 25,
    )  # fmt: skip
    assert await differences(door) == []
    path = f"{LISTS}/{held['id']}/confirmation"
    own = await door.call("POST", path, "county", on=NOW, subject="first", json={"confirmed": True})
    assert own.json()["code"] == "shared.same_person"
    said = await door.call("POST", path, "county", on=NOW, subject="second", json={"confirmed": False})
    assert said.json()["state"] == "rejected"
    (kept,) = await house.rows("registry", "SELECT file_sealed, read_sealed FROM national_list")
    assert (kept["file_sealed"], kept["read_sealed"]) == (None, None)
    again = await compared(house, door, far)
    assert again["id"] != held["id"]
    path = f"{LISTS}/{again['id']}/confirmation"
    await door.call("POST", path, "county", on=NOW, subject="second", json={"confirmed": True})

    async def is_done() -> bool:
        return bool((await door.call("GET", f"{LISTS}/{again['id']}", "county")).json()["state"] == "done")

    await house.settled(is_done, 60)
    assert len(await differences(door, limit="100")) == 25


async def test_bad_cells_say_nothing_of_their_fields_and_are_told_by_place(house: House) -> None:
    door = await founded(house)
    await compared(house, door, otherwise(住房面积=80, 通生活用电="否"))
    rows = otherwise(住房面积="=1+1", 通生活用电="是")
    rows[1] |= {"证件号码": 140999201001010039.0}
    rows[2] |= {"证件号码": number()[:6] + number()[8:17]}
    made = book(rows)
    made.active.merge_cells("A2:A3")
    found = await compared(house, door, content(made), LATER)
    page = await door.call("GET", f"{LISTS}/{found['id']}/findings", "auditor", "140927")
    assert [(f["row"], f["household_no"], f["column"], f["code"].rpartition(".")[2]) for f in page.json()["items"]] == [
        (2, "A1", "住房面积", "not_worked_out"), (3, "A1", "证件号码", "figures_lost"),
        (4, "A2", "证件号码", "not_an_id_number"),
    ]  # fmt: skip
    # The area can not be read, so that it goes on to differ; nobody is missing whose number can not be read.
    assert [(one["field"], one["state"]) for one in await differences(door)] == [
        ("electricity", "agreed"), ("house_area_m2_x100", "open"),
    ]  # fmt: skip


async def test_a_disability_certificate_is_its_bearers_number(house: House) -> None:
    door = await founded(house)
    rows = two()
    rows[0] |= {"证件号码": f"{number()}42"}
    await compared(house, door, rows)
    assert kinds(await differences(door)) == [("A1", "number", "differs", None, None, "township")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"no workbook", "not_a_workbook"),
        (content(book(two(), sheet="Sheet1")), "sheet_missing"),
        (file(two(), ("户编号", "姓名")), "headings_missing"),
        (file([]), "nobody"),
    ],
    ids=["no workbook", "another sheet", "no headings", "empty"],
)
async def test_a_list_that_is_none_is_refused_whole(house: House, data: bytes, code: str) -> None:
    door = await founded(house)
    found = await compared(house, door, data)
    assert (found["state"], found["problem"]["code"]) == ("failed", f"registry.roster.{code}")
    assert await differences(door) == []
    # It may be handed in again.
    assert (await hand_in(door, data))["id"] != found["id"]


async def test_lists_of_other_days_places_and_offices_are_refused(house: House) -> None:
    door = await house.serve("registry", "api")
    data = file(two())
    assert (await hand_in(door, data, listed_on="2017-06-02"))["code"] == "shared.future_date"
    assert (await hand_in(door, data, division="140928"))["code"] == "shared.outside_area"
    assert (await hand_in(door, data, division=VILLAGE))["code"] == "shared.outside_area"
    answer = await door.call("POST", LISTS, "township", "140927200", content=data, params={"income_year": 2016})
    assert answer.status_code == 403
    assert (await post(door, CAUSES, "village", {"id": str(uuid4()), "cause": "wrong_there"}))[0]["code"] == (
        "shared.not_found"
    )
