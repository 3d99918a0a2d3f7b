"""Officials find households by name, number or ID number, and each search is on record without what was sought."""

from typing import Any
from uuid import uuid4

from shared.data.crypto import read_data_keys
from tests.conftest import Door, House
from tests.integration.registry.test_disclosures import MASKED, looks
from tests.integration.registry.test_households import NUMBER, VILLAGE, seed_household

DOOR = "/registry/v1/households/search"
OTHER = "140927201201"


async def found(door: Door, role: str = "township", area: str | None = None, **by: Any) -> list[dict[str, Any]]:
    answer = await door.call("POST", DOOR, role, area, json={"reason": "visit"} | by)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_officials_find_households_of_their_area(house: House) -> None:
    door = await house.serve("registry", "api")
    one, far = await seed_household(house), await seed_household(house, OTHER)
    keys, owner = read_data_keys(house.keys.data), await house.owner("registry")
    for household_id, division, number in ((one, VILLAGE, NUMBER), (far, OTHER, "14099919700101002X")):
        for key_id, digest in keys.index(number).items():
            await owner.execute(
                "INSERT INTO person_index SELECT $1, $2, id, $3 FROM member WHERE household_id = $4",
                key_id, digest, division, household_id,
            )  # fmt: skip
    (shown,) = await found(door, name="甲")
    assert (shown["id"], shown["name"], shown["id_masked"], shown["division"]) == (str(one), "甲", MASKED, VILLAGE)
    for by in ({"household_no": "none"}, {"id_number": "140999197001010025"}, {"name": "乙"}):
        assert await found(door, **by) == []
    for by in (
        {"household_no": str(one)[-30:]},
        {"id_number": NUMBER},
        {"division": VILLAGE},
        {"name": " 甲 ", "division": VILLAGE},
    ):
        assert [x["id"] for x in await found(door, **by)] == [str(one)]
    for role in ("village", "team", "county"):
        assert str(one) in {x["id"] for x in await found(door, role, VILLAGE if role == "team" else None, name="甲")}
    # What lies outside is not there; an X may be small.
    assert await found(door, id_number="14099919700101002X") == []
    assert [x["id"] for x in await found(door, "county", id_number="14099919700101002x")] == [str(far)]
    assert {x["id"] for x in await found(door, "county", name="甲")} == {str(one), str(far)}


async def test_a_name_is_found_by_how_it_sounds(house: House) -> None:
    door = await house.serve("registry")
    owner = await house.owner("registry")
    names = {"曾吕娃": ("zenglvwa", "Ceng Lü wa", "zlw"), "阿布·买买提": ("abumaimaiti", "abmmt"), "𠮷田": ("tian",)}
    for name in names:
        household_id = await seed_household(house)
        await owner.execute("UPDATE member_fact SET name = $1 WHERE household_id = $2", name, household_id)
        # A fact is never overwritten: who is renamed has a new one.
        await owner.execute(
            "INSERT INTO member_fact SELECT (jsonb_populate_record(f, jsonb_build_object('id', uuidv7(), 'known',"
            " 'empty'))).* FROM member_fact f WHERE household_id = $1", household_id,
        )  # fmt: skip

    async def read() -> bool:
        return bool(await owner.fetchval("SELECT count(*) = 0 FROM unread_name"))

    await house.settled(read)
    for name, typed in names.items():
        for pinyin in typed:
            assert [x["name"] for x in await found(door, pinyin=pinyin)] == [name], pinyin
    assert await found(door, pinyin="wang") == []
    assert await found(door, "township", "140927201", pinyin="zlw") == []


async def test_a_list_goes_on_behind_its_last(house: House) -> None:
    door = await house.serve("registry", "api")
    made = sorted([str(await seed_household(house)) for _ in range(5)])
    seen, after = list[str](), None
    while True:
        body = {"reason": "visit", "division": VILLAGE, "limit": 2} | ({"after": after} if after else {})
        page = (await door.call("POST", DOOR, "village", json=body)).json()
        seen += [x["id"] for x in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == made


async def test_a_search_is_one_row_and_one_for_each_that_it_showed(house: House) -> None:
    door = await house.serve("registry", "api")
    one, two = await seed_household(house), await seed_household(house)
    await found(door, name="甲")
    await found(door, reason="payment", id_number=NUMBER)
    kept = await looks(door)
    assert [(x["kind"], x["household_id"], x["reason"], x["households"]) for x in kept] == [
        ("searched", None, "visit", 2),
        *(("found", str(i), "visit", 1) for i in sorted((one, two))),
        ("searched", None, "payment", 0),
    ]
    assert {tuple(x["fields"]) for x in kept} == {("name", "id_masked")}
    assert kept[0]["sentence_en"] == (
        "test-township (township) searched the register, saying visit, and was shown 2 households on 2017-06-01."
    )
    own = await looks(door, "villager", f"?household_id={one}")
    assert [x["sentence_zh"] for x in own] == [
        "2017-06-01，test-township（乡镇级）以“走访”为由查询，看到：姓名、掩码身份证号。"
    ]
    rows = await house.rows("registry", "SELECT disclosure::text AS row FROM disclosure")
    assert not [r for r in rows if "甲" in r["row"] or NUMBER in r["row"]]


async def test_what_a_search_must_say_and_who_may(house: House) -> None:
    door = await house.serve("registry", "api")
    bodies: list[dict[str, Any]] = [
        {"reason": "visit"}, {"name": "甲"}, {"reason": "because", "name": "甲"}, {"reason": "visit", "name": ""},
        {"reason": "visit", "id_number": "1"}, {"reason": "visit", "name": "甲", "limit": 51},
    ]  # fmt: skip
    for body in bodies:
        answer = await door.call("POST", DOOR, "county", json=body)
        assert answer.status_code == 422, answer.text
        assert "甲" not in answer.text
    for role in ("helper", "villager", "bank", "auditor", "surveyor", "department", "subscriber", "entity", "insurer"):
        answer = await door.call("POST", DOOR, role, json={"reason": "visit", "name": "甲"})
        assert answer.status_code == 403
    assert await house.rows("registry", "SELECT 1 FROM disclosure") == []


async def test_nobody_pages_the_register_away(house: House) -> None:
    door = await house.serve("registry", "api")
    owner = await house.owner("registry")
    await seed_household(house)
    await owner.execute(
        "INSERT INTO disclosure (subject, role, kind, household_id, fields, reason, households, asked_on,"
        " correlation_id) SELECT 'test-township', 'township', 'found', uuidv7(), '', 'visit', 1, '2017-06-01', $1"
        " FROM generate_series(1, 499)",
        uuid4(),
    )
    answer = await door.call("POST", DOOR, "township", json={"reason": "visit", "name": "甲"})
    assert (answer.status_code, answer.json()["code"]) == (429, "registry.disclosures.too_many")
    assert await found(door, name="乙") == []
