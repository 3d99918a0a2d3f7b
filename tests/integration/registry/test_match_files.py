"""Lists of other registers compared with this one: what matches is suspected once, and looked into by people."""

from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import openpyxl
import pytest

from shared.data.crypto import read_data_keys
from tests.conftest import Door, House
from tests.integration.registry.test_attestation_files import separated, workbook
from tests.integration.registry.test_attestations import index
from tests.integration.registry.test_changes import departure, head_of, leave, post
from tests.integration.registry.test_households import VILLAGE, seed_household
from tests.integration.registry.test_identification import APPLY, applied, person, shown
from tests.integration.registry.test_registry_tasks import tasks
from tests.integration.registry.test_roster import seed_divisions
from tests.integration.registry.test_suspicions import listed, settled, suspicion
from tests.roster_file import content, number

FILES = "/registry/v1/matches/files"
CONFIRMATIONS = f"{FILES}/confirmations"
NOW = "2017-06-01"
LIST = ("姓名", "身份证号", "车牌号", "购置日期", "购车价格")
COUNTS = ("row_count", "raised", "known", "unmatched", "refused", "waiting")
OLD = "140999700101001"  # number() as it was before 1999


async def hand_in(
    door: Door, data: bytes, kind: str = "vehicles", *, subject: str = "first", on: str = NOW, **query: str
) -> dict[str, Any]:
    answer = await door.call(
        "POST", FILES, "county", on=on, subject=subject, content=data, params={"kind": kind} | query
    )
    assert "140999" not in answer.text, "no number stands in an answer"
    found: dict[str, Any] = answer.json()
    return found


def counts(found: dict[str, Any]) -> list[int]:
    return [found[name] for name in COUNTS]


async def rows_of(door: Door, file_id: str, role: str = "county") -> list[dict[str, Any]]:
    answer = await door.call("GET", f"{FILES}/{file_id}/rows", role, "140927", on=NOW)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def known(house: House, *numbers: str) -> list[UUID]:
    """Households whose heads have these ID numbers."""
    ids = [await seed_household(house) for _ in numbers]
    for household_id, of_head in zip(ids, numbers, strict=True):
        await index(house, household_id, of_head)
    return ids


def row(of: Any = "", plate: str = "晋H12345", since: str = "2016-03-01", price: Any = 80_000) -> tuple[Any, ...]:
    return ("张三", of or number(), plate, since, price)


@pytest.mark.parametrize(
    ("kind", "code", "thing"),
    [
        ("payroll", "EX1", ""), ("cadres", "EX2", ""), ("vehicles", "EX3", "车牌号"),
        ("houses", "EX4", "不动产权证号"), ("companies", "EX5", "统一社会信用代码"), ("large_growers", "EX6", ""),
        ("deaths", "EX9", ""), ("prison", "EX9", ""),
    ],
)  # fmt: skip
async def test_each_list_raises_what_it_is_about(house: House, kind: str, code: str, thing: str) -> None:
    door = await house.serve("registry", "api")
    (home,) = await known(house, number())
    data = separated(
        [("甲", number(), "A-1"), ("乙", number(order=3), "A-2")], ("姓名", "公民身份号码", thing or "备注")
    )
    found = await hand_in(door, data, kind)
    assert counts(found) == [2, 1, 0, 1, 0, 0]
    (one,) = await listed(door)
    assert (one["code"], one["household_id"], one["person"], one["source"], one["source_id"], one["state"]) == (
        code, str(home), await head_of(house, home), "match", found["id"], "open",
    )  # fmt: skip
    assert one["evidence"] == f"{kind} file {sha256(data).hexdigest()[:8]}, row 2"
    (told,) = await rows_of(door, found["id"])
    assert (told["row"], told["fate"], told["suspicion_id"], told["doubt_id"]) == (2, "raised", one["id"], None)


async def test_bad_rows_refuse_themselves_and_good_ones_are_found_however_they_are_written(house: House) -> None:
    door = await house.serve("registry", "api")
    full = number().translate({ord("0") + i: ord("０") + i for i in range(10)})
    numbers = [number(order=order) for order in (1, 3, 5, 7, 9)]
    await known(house, *numbers)
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "机动车"
    sheet.append(["2017年机动车登记名单"])
    sheet.append(list(LIST))
    rows = [
        row(full), row(numbers[1] + "42"), row(numbers[2][:6] + numbers[2][8:17]), row(numbers[3].lower()),
        row(1.40999197001010017e17), row("1.40999E+17"), row(14099970010100), row("=1/0"), row(numbers[4], "=1+1"),
        row("140999197001010019"), row(""), row(numbers[4], since="2018-01-01"), row(numbers[4], price="贵"),
        row(numbers[4]), row(numbers[4], "晋H22222"),
    ]  # fmt: skip
    for cells in rows:
        sheet.append(list(cells))
    sheet["B10"] = "#DIV/0!"
    sheet["B10"].data_type = "e"
    sheet["B13"] = ""
    sheet.merge_cells("B16:B17")  # one owner of two vehicles
    found = await hand_in(door, content(made))
    assert [(f["row"], f["column"], f["code"].removeprefix("registry.roster.")) for f in found["findings"]] == [
        (7, "身份证号", "figures_lost"), (8, "身份证号", "figures_lost"), (9, "身份证号", "not_an_id_number"),
        (10, "身份证号", "error_value"), (11, "车牌号", "not_worked_out"), (12, "身份证号", "wrong_check_digit"),
        (13, "身份证号", "missing"), (14, "购置日期", "shared.future_date"), (15, "购车价格", "not_a_number"),
    ]  # fmt: skip
    assert all(f["sentence_en"] and f["sentence_zh"] for f in found["findings"])
    # Two vehicles of one person are one suspicion.
    assert [(r["row"], r["fate"]) for r in await rows_of(door, found["id"]) if r["fate"] != "refused"] == [
        (3, "raised"), (4, "raised"), (5, "raised"), (6, "raised"), (16, "raised"), (17, "known"),
    ]  # fmt: skip
    assert counts(found) == [15, 5, 1, 0, 9, 0]


async def test_an_exact_number_cell_of_fifteen_digits_is_a_number(house: House) -> None:
    door = await house.serve("registry", "api")
    await known(house, number())
    assert counts(await hand_in(door, workbook([row(int(OLD))], LIST, "Sheet1"))) == [1, 1, 0, 0, 0, 0]


async def test_a_cheaper_vehicle_is_no_match(house: House) -> None:
    door = await house.serve("registry", "api")
    await known(house, number(), number(order=3), number(order=5))
    rows = [row(price=29_999), row(number(order=3), price=30_000), row(number(order=5), price="")]
    found = await hand_in(door, separated(rows, LIST))
    assert counts(found) == [3, 2, 0, 1, 0, 0]
    assert [r["row"] for r in await rows_of(door, found["id"])] == [3, 4]


async def test_the_same_file_again_is_answered_the_same_and_changes_nothing(house: House) -> None:
    door = await house.serve("registry", "api")
    await known(house, number())
    data = separated([row(), row("x")], LIST)
    first = await hand_in(door, data)
    # Meanwhile the suspicion was looked into: what became of that list stays what it was.
    (one,) = await listed(door)
    assert (await settled(door, one, so=False))["state"] == "dismissed"
    assert await hand_in(door, data, subject="second") == first
    assert len(await listed(door)) == 1
    assert len(await house.rows("registry", "SELECT id FROM match_file")) == 1
    # Read as a list of another kind it says something else.
    assert (await hand_in(door, data, "payroll"))["raised"] == 1


async def test_next_months_list_raises_what_is_new_alone(house: House) -> None:
    door = await house.serve("registry", "api")
    homes = await known(house, *(number(order=order) for order in (1, 3, 5, 7, 9)))
    dismissed, upheld, waiting, raised, left = (row(number(order=order)) for order in (1, 3, 5, 7, 9))
    await hand_in(door, separated([dismissed, upheld, waiting, left], LIST))
    of = {one["household_id"]: one for one in await listed(door)}
    await settled(door, of[str(homes[0])], so=False)
    await settled(door, of[str(homes[1])], since="2013-03-01")
    assert [r["code"] for r in await leave(door, departure(await head_of(house, homes[4])))] == [None]
    # What somebody of the county raised is being looked into as well.
    by_hand = suspicion(homes[3], person=await head_of(house, homes[3]))
    await post(door, "/registry/v1/suspicions", "county", by_hand)
    another = row(number(order=1), "晋H99999")
    rows = [dismissed, upheld, waiting, raised, another, another, left]
    found = await hand_in(door, separated(rows, LIST), on="2017-07-01")
    assert [(r["row"], r["fate"]) for r in await rows_of(door, found["id"])] == [
        (2, "known"), (3, "known"), (4, "known"), (5, "known"), (6, "raised"), (7, "known"),
    ]  # fmt: skip
    assert counts(found) == [7, 1, 5, 1, 0, 0]
    (first, *_) = await rows_of(door, found["id"])
    assert (first["suspicion_id"], first["since"]) == (of[str(homes[0])]["id"], "2016-03-01")


async def test_what_ended_with_a_household_is_asked_about_anew_when_it_is_back(house: House) -> None:
    door = await house.serve("registry", "api")
    (home,) = await known(house, number())
    await hand_in(door, separated([row()], LIST))
    owner = await house.owner("registry")
    await owner.execute("UPDATE suspicion SET state = 'ended', ended_code = 'x', due_on = NULL")
    again = [await hand_in(door, separated([row(), row("x" * n)], LIST)) for n in (1, 2)]
    assert [(f["raised"], f["known"]) for f in again] == [(1, 0), (0, 1)]
    assert {(s["household_id"], s["state"]) for s in await listed(door)} == {(str(home), "ended"), (str(home), "open")}


async def test_somebody_who_applies_is_doubted_as_a_member_is(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    # He was of a household once, which is none any more.
    (home,) = await known(house, number(order=11))
    gone = departure(await head_of(house, home), reason="registration_out")
    assert [r["code"] for r in await leave(door, gone)] == [None]
    one = await applied(door, person(11), on=NOW)
    found = await hand_in(door, separated([row(number(order=11)), row(number(order=11))], LIST))
    assert (counts(found), await listed(door)) == ([2, 1, 1, 0, 0, 0], [])
    (doubt,) = (await shown(door, one))["doubts"]
    assert (doubt["kind"], doubt["reason"], doubt["upheld"]) == ("suspicion", "EX3", None)
    told, again = await rows_of(door, found["id"])
    assert (told["fate"], told["doubt_id"], told["suspicion_id"], again["fate"]) == (
        "raised",
        doubt["id"],
        None,
        "known",
    )
    later = await hand_in(door, separated([row(number(order=11))], LIST))
    assert counts(later) == [1, 0, 1, 0, 0, 0]
    assert [r["doubt_id"] for r in await rows_of(door, later["id"])] == [doubt["id"]]
    # Who applies no more is nobody's to doubt.
    resolution, upheld = f"{APPLY}/doubts/{doubt['id']}/resolution", {"upheld": True, "evidence": "seen in the yard"}
    assert (await door.call("POST", resolution, "village", VILLAGE, subject="chair", json=upheld)).status_code == 204
    over = await hand_in(door, separated([row(number(order=11)), row("x")], LIST))
    assert counts(over) == [2, 0, 0, 1, 1, 0]


async def township(house: House, households: int) -> list[str]:
    """So many households of one township: their heads' ID numbers."""
    numbers = [number("19600101", order) for order in range(households)]
    await known(house, *numbers)
    return numbers


async def test_a_list_that_touches_much_of_a_township_waits_for_a_second_person(house: House) -> None:
    door = await house.serve("registry", "api")
    numbers = await township(house, 21)
    few = await hand_in(door, separated([row(n) for n in numbers[:1]], LIST))
    assert (few["state"], few["held_in"]) == ("taken", None)
    # Of the first something is looked into already, the last has two vehicles: either is known when it comes to it.
    rows = [row(numbers[0], "晋H99999"), *(row(n) for n in numbers[1:]), row("x"), row(number(order=3))]
    # The last of all is no refusal any more when the list is confirmed, and stays one.
    data = separated([*rows, row(numbers[-1], "晋H88888"), row(numbers[1], since="2017-06-02")], LIST)
    found = await hand_in(door, data)
    assert (found["state"], found["held_in"], found["held_households"]) == ("held", VILLAGE[:9], 20)
    assert (counts(found), len(await listed(door))) == ([25, 0, 2, 1, 2, 20], 1)
    assert [r["fate"] for r in await rows_of(door, found["id"])] == ["refused", "refused"]
    assert found["sentence_zh"].endswith("面过大，须由他人于 2017-06-08 前复核，复核前不提出疑点。")
    assert await hand_in(door, data, subject="second") == found

    async def waiting(subject: str) -> list[str]:
        items = (await tasks(door, "county", "140927", subject, on=NOW))["items"]
        return [t["step"] for t in items if t["procedure"] == "registry.matches"]

    assert (await waiting("first"), await waiting("second")) == ([], ["confirmed"])
    yes = {"id": found["id"], "confirmed": True}
    assert [r["code"] for r in await post(door, CONFIRMATIONS, "county", yes, subject="first")] == [
        "shared.same_person"
    ]
    other = {"id": str(uuid4()), "confirmed": True}
    results = await post(door, CONFIRMATIONS, "county", yes, yes, other, on="2017-06-02", subject="second")
    assert [(r["code"], r["state"]) for r in results] == [
        (None, "confirmed"), ("shared.twice_in_batch", "confirmed"), ("shared.not_found", None),
    ]  # fmt: skip
    assert (await waiting("second"), len(await listed(door))) == ([], 21)
    answer = await door.call("GET", FILES, "auditor", "140927", params={"state": "confirmed"})
    (now,) = answer.json()["items"]
    assert (counts(now), now["decided_by"]) == ([25, 20, 2, 1, 2, 0], "second")
    fates = [r["fate"] for r in await rows_of(door, found["id"])]
    assert [fates.count(fate) for fate in ("raised", "known", "refused")] == [20, 2, 2]
    late = await post(door, CONFIRMATIONS, "county", yes, subject="third")
    assert [r["code"] for r in late] == ["shared.wrong_state"]


async def test_what_a_second_person_rejects_raises_nothing(house: House) -> None:
    door = await house.serve("registry", "api")
    data = separated([row(n) for n in await township(house, 20)], LIST)
    found = await hand_in(door, data)
    no = {"id": found["id"], "confirmed": False}
    (result,) = await post(door, CONFIRMATIONS, "county", no, subject="second")
    assert (result["status"], result["state"]) == ("accepted", "rejected")
    again = await hand_in(door, data)
    assert (again["state"], counts(again), await listed(door)) == ("rejected", [20, 0, 0, 0, 0, 20], [])
    owner = await house.owner("registry")
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("UPDATE match_file SET decided_by = handed_in_by")


async def test_nineteen_households_are_raised_at_once(house: House) -> None:
    door = await house.serve("registry", "api")
    found = await hand_in(door, separated([row(n) for n in await township(house, 19)], LIST))
    assert (found["state"], found["raised"]) == ("taken", 19)


async def test_another_county_learns_nothing_of_whom_its_list_names(house: House) -> None:
    door = await house.serve("registry", "api")
    data = separated([row(n) for n in await township(house, 20)], LIST)
    answer = await door.call("POST", FILES, "county", "140928", content=data, params={"kind": "vehicles"})
    found = answer.json()
    assert (found["state"], found["held_in"], counts(found)) == ("taken", None, [20, 0, 0, 20, 0, 0])


async def test_a_file_is_kept_sealed_and_nothing_beside_it_names_anybody(house: House) -> None:
    door = await house.serve("registry", "api")
    await known(house, number())
    data = separated([row(), row(number(order=3))], LIST)
    found = await hand_in(door, data)
    (kept,) = await house.rows("registry", "SELECT file_id, file_sealed FROM match_file_content")
    keys = read_data_keys(house.keys.data)
    assert keys.unseal(kept["file_sealed"], "match_file_content", "file_sealed", kept["file_id"]) == data
    told = await house.rows(
        "registry",
        "SELECT to_jsonb(f)::text AS t FROM match_file f UNION ALL SELECT to_jsonb(r)::text FROM match_row r"
        " UNION ALL SELECT to_jsonb(s)::text FROM suspicion s UNION ALL SELECT value::text FROM outbox"
        " UNION ALL SELECT coalesce(after::text, '') FROM audit",
    )  # fmt: skip
    assert len(told) > 4
    assert not [t["t"] for t in told if "140999" in t["t"] or "晋H12345" in t["t"] or "张三" in t["t"]]
    for role, area in (("township", VILLAGE[:9]), ("village", VILLAGE), ("helper", VILLAGE), ("department", "140927")):
        assert (await door.call("GET", FILES, role, area)).status_code == 403, role
    assert (await door.call("GET", FILES, "county", "140928")).json()["items"] == []
    other = await door.call("GET", f"{FILES}/{found['id']}/rows", "county", "140928")
    assert other.json()["code"] == "shared.not_found"


async def test_a_heading_or_sheet_of_ones_own_is_named(house: House) -> None:
    door = await house.serve("registry", "api")
    await known(house, number())
    made = openpyxl.Workbook()
    made.active.append(["说明"])
    sheet = made.create_sheet("附表")
    for cells in (["当事人证号", "登记价", "房号", "登记日"], [number(), 10, "A", "2016-01-01"]):
        sheet.append(cells)
    data = content(made)
    assert (await hand_in(door, data, "houses"))["code"] == "registry.roster.headings_missing"
    named = {"sheet": "附表", "number_heading": "当事人证号", "object_heading": "房号", "since_heading": "登记日"}
    found = await hand_in(door, data, "houses", **named)
    assert (counts(found), (await rows_of(door, found["id"]))[0]["since"]) == ([1, 1, 0, 0, 0, 0], "2016-01-01")
    missing = await hand_in(door, data, "houses", **named | {"sheet": "别处"})
    assert missing["code"] == "registry.roster.sheet_missing"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04 no workbook", "roster.not_a_workbook"), (b"\xff\xff\xff", "roster.not_a_workbook"),
        (separated([("a",)], ("姓名",)), "roster.headings_missing"),
        (separated([("a", "b")], ("身份证号", "身份证号")), "roster.headings_twice"),
        (separated([("a", "b")], ("身份证号", "证件号码")), "matches.headings_alike"),
        (separated([], ("身份证号",)), "matches.no_rows"),
        (separated([("a",)] * 20_001, ("身份证号",)), "matches.too_many_rows"),
    ],
    ids=["broken", "no text", "no numbers", "twice", "two numbers", "empty", "endless"],
)  # fmt: skip
async def test_a_list_that_cannot_be_read_is_refused_whole(house: House, data: bytes, code: str) -> None:
    door = await house.serve("registry", "api")
    found = await hand_in(door, data)
    assert (found["status"], found["code"]) == (422, f"registry.{code}")
    assert await house.rows("registry", "SELECT id FROM match_file") == []
