"""Departments attest facts of their trade through their doors, and no other trade's."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from services.registry.attestations.rules import TradePolicy
from shared.data.crypto import read_data_keys
from shared.data.db import open_pool, transaction
from shared.ground.context import Caller
from shared.ground.policy import read_policy
from tests.conftest import Door, House
from tests.integration.registry.test_attestation_order import ATTESTATIONS, NOW
from tests.integration.registry.test_changes import add_member, departure, head_of, leave, told
from tests.integration.registry.test_households import VILLAGE, seed_household
from tests.integration.registry.test_own_facts import LATE, facts, only
from tests.roster_file import number

TRADE = read_policy(Path("services/registry/policy.toml")).on(date(2017, 6, 1), TradePolicy)
VALUES: dict[str, Any] = {
    "attribute": "dibao", "house_grade": "D", "safe_water": False, "school_dropout": True, "medical_insured": False,
    "unfinished_major_illness": True, "person_education": "middle", "person_school_status": "high",
    "person_health": "disabled", "person_medical_insured": False, "person_pension_insured": False,
    "person_disability_level": 2, "person_family_doctor": True, "person_chronic_card": True,
    "person_assistive_device": True, "person_rehabilitation": True, "person_home_adapted": True,
}  # fmt: skip
CELLS = [
    (unit, fact, fact in TRADE.department_facts.get(unit, []))
    for unit in (*TRADE.department_facts, "agriculture")
    for fact in VALUES
]
CODE = "registry.attestations."
NUMBER = number()


def item(**said: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "since": "2017-06-01", "document_no": "神字〔2017〕1号"} | said


async def post(door: Door, unit: str, *items: dict[str, Any], on: str = NOW, area: str = "140927") -> list[Any]:
    answer = await door.call("POST", ATTESTATIONS, "department", area, unit=unit, on=on, json={"items": list(items)})
    assert answer.status_code == 200, answer.text
    return [r["code"] for r in answer.json()["results"]]


async def index(house: House, household_id: UUID, of_head: str = NUMBER) -> None:
    """Its head can be found by his number, as a roster would have left him."""
    owner = await house.owner("registry")
    for key_id, digest in read_data_keys(house.keys.data).index(of_head).items():
        await owner.execute(
            "INSERT INTO person_index SELECT $1, $2, m.id, m.division FROM member m WHERE household_id = $3",
            key_id, digest, household_id,
        )  # fmt: skip


async def test_each_trade_attests_its_own_facts_and_no_others(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    head = await head_of(house, household_id)
    for unit, fact, own in CELLS:
        field = fact.removeprefix("person_")
        about = {"person": head} if fact != field else {"household_id": str(household_id)}
        assert await post(door, unit, item(**about, **{field: VALUES[fact]})) == [
            None if own else f"{CODE}not_your_trade"
        ], (unit, fact)
    (home,) = await house.rows("registry", "SELECT * FROM household_fact WHERE upper_inf(known) AND upper_inf(valid)")
    (person,) = await house.rows("registry", "SELECT * FROM member_fact WHERE upper_inf(known) AND upper_inf(valid)")
    held = {name: home[name] for name in VALUES if not name.startswith("person_")}
    held |= {name: person[name.removeprefix("person_")] for name in VALUES if name.startswith("person_")}
    assert held == VALUES
    assert (home["weight"], person["weight"]) == ("attestation", "attestation")


async def test_one_bad_item_refuses_itself(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    one, head = {"household_id": str(household_id)}, await head_of(house, household_id)
    other = await seed_household(house)
    struck = await seed_household(house)
    await (await house.owner("registry")).execute("UPDATE household SET status = 'removed' WHERE id = $1", struck)
    codes = await post(
        door, "health", item(**one, medical_insured=True), item(**one, health="major"),
        item(person=head, unfinished_major_illness=True), item(**one, medical_insured=True, safe_water=True),
        item(**one, medical_insured=True, since="2017-11-21"), item(**one, medical_insured=True, since="2014-05-31"),
        item(household_id=str(uuid4()), medical_insured=True), item(household_no="none", medical_insured=True),
        item(person="nobody", health="major"), item(household_id=str(other), person=head, health="major"),
        item(household_id=str(struck), medical_insured=True), item(**one), item(medical_insured=True),
        item(**one, household_no="1", medical_insured=True), item(**one, medical_insured=True, reason="why"),
    )  # fmt: skip
    assert codes == [
        None, f"{CODE}not_of_a_household", f"{CODE}not_of_a_person", f"{CODE}not_your_trade", "shared.future_date",
        "registry.households.before_registration", "shared.not_found", "shared.not_found", "shared.not_found",
        f"{CODE}not_in_household", "shared.household_removed", *["shared.invalid_item"] * 4,
    ]  # fmt: skip
    assert await post(door, "health", item(**one, medical_insured=False), area="140928") == ["shared.not_found"]


async def test_the_same_again_is_answered_the_same_and_other_content_is_refused(house: House) -> None:
    door = await house.serve("registry", "api")
    sent = item(household_id=str(await seed_household(house)), safe_water=False)
    assert await post(door, "water", sent, sent) == [None, None]
    versions = await house.rows("registry", "SELECT count(*) AS n FROM household_fact")
    assert await post(door, "water", sent) == [None]
    assert await post(door, "water", sent | {"safe_water": True}) == ["shared.content_differs"]
    assert await post(door, "water", sent | {"document_no": "2"}) == ["shared.content_differs"]
    assert await post(
        door, "housing", item(household_id=sent["household_id"], house_grade="C") | {"id": sent["id"]}
    ) == ["shared.id_taken"]
    assert await house.rows("registry", "SELECT count(*) AS n FROM household_fact") == versions
    (row,) = await house.rows("registry", "SELECT * FROM attestation")
    assert (row["unit"], row["document_no"], row["attested_on"].isoformat(), row["attested_by"]) == (
        "water", sent["document_no"], NOW, "test-department",
    )  # fmt: skip


async def test_a_department_corrects_itself_with_a_reason(house: House) -> None:
    door = await house.serve("registry", "api")
    one = {"household_id": str(await seed_household(house))}
    first = item(**one, house_grade="D")
    assert await post(door, "housing", first) == [None]
    other = item(**one, house_grade="B")
    assert await post(door, "housing", other) == [f"{CODE}attested_already"]
    assert await post(door, "housing", other | {"corrects": str(uuid4()), "reason": "x"}) == [
        f"{CODE}nothing_to_correct"
    ]
    assert await post(door, "housing", other | {"corrects": first["id"], "reason": "the neighbour's house"}) == [None]
    assert await post(door, "housing", item(**one, house_grade="C", since="2017-09-01")) == [None], "another day's"
    held = await house.rows(
        "registry", "SELECT valid::text, house_grade FROM household_fact WHERE upper_inf(known) ORDER BY valid"
    )  # fmt: skip
    assert [tuple(r) for r in held] == [
        ("[2014-06-01,2017-06-01)", "A"), ("[2017-06-01,2017-09-01)", "B"), ("[2017-09-01,)", "C"),
    ]  # fmt: skip
    kept = await house.rows("registry", "SELECT house_grade FROM household_fact WHERE NOT upper_inf(known)")
    assert "D" in [r["house_grade"] for r in kept], "nothing is overwritten"


async def test_a_person_is_found_by_number_and_named_to_nobody(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    await index(house, household_id)
    head = await head_of(house, household_id)
    wife = await add_member(house, household_id, "spouse", "1972-01-01")
    sent = [item(number=NUMBER, health="major"), item(number=NUMBER + "41", pension_insured=False)]
    assert await post(door, "health", sent[0]) == [None]
    assert await post(door, "human_resources", sent[1], item(person=wife, pension_insured=False)) == [None, None]
    assert await post(door, "health", item(number=number(order=3), health="major")) == ["shared.not_found"]
    answer = await door.call("GET", ATTESTATIONS, "department", unit="health", on=NOW)
    (shown,) = answer.json()["items"]
    assert (shown["person"], shown["household_id"], shown["said"]) == (
        head, str(household_id), {"health": "major"},
    )  # fmt: skip
    assert NUMBER not in answer.text
    assert "甲" not in answer.text


async def test_who_left_is_attested_of_until_then(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    head = await head_of(house, household_id)
    await add_member(house, household_id, "spouse", "1972-01-01")
    await leave(door, departure(head, left_on="2017-05-10"))
    after, before = item(person=head, health="major"), item(person=head, health="major", since="2017-05-01")
    assert await post(door, "health", after, before) == [f"{CODE}not_in_household", None]


async def test_a_head_who_follows_keeps_what_was_attested_of_him(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    head, wife = await head_of(house, household_id), await add_member(house, household_id, "spouse", "1972-01-01")
    assert await post(door, "health", item(person=wife, health="chronic", since="2017-03-01")) == [None]
    await leave(door, departure(head, left_on="2017-05-10"))
    assert await post(door, "health", item(person=wife, health="major", since="2017-04-01")) == [None]
    held = await house.rows(
        "registry", "SELECT valid::text, relation, health FROM member_fact f JOIN member m ON m.id = member_id"
        " WHERE upper_inf(known) AND m.reference = $1 ORDER BY valid", wife,
    )  # fmt: skip
    assert [tuple(r) for r in held] == [
        ("[2014-06-01,2017-03-01)", "spouse", "healthy"), ("[2017-03-01,2017-04-01)", "spouse", "chronic"),
        ("[2017-04-01,2017-05-10)", "spouse", "major"), ("[2017-05-10,)", "head", "major"),
    ]  # fmt: skip
    found = await facts(door, household_id, "county", "140927")
    relation, health = only(found, "person_relation"), only(found, "person_health")
    assert (relation["since"], relation["said_as"], relation["unit"]) == ("2017-05-10", "township", None)
    assert (health["since"], health["unit"], health["weight"]) == ("2017-04-01", "health", "attestation")
    assert health["sentence_zh"].endswith("由县卫计局证明，自 2017-04-01 起。")


async def test_others_hear_of_a_class_and_of_flags_and_of_no_illness(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    one, head = {"household_id": str(household_id)}, await head_of(house, household_id)
    assert await post(door, "civil_affairs", item(**one, attribute="dibao")) == [None]
    (first, whole), (second, event) = await told(house)
    assert (first, second) == ("household_revised", "household_reclassified")
    assert (whole["household_id"], whole["deep_poverty"], whole["needs_accessible"]) == (
        str(household_id),
        False,
        False,
    )
    assert event == {
        "household_id": str(household_id), "division": VILLAGE, "deep_poverty": False, "supported": True,
        "since_on": "2017-06-01",
    }  # fmt: skip
    assert await post(door, "civil_affairs", item(**one, attribute="dibao", since="2017-07-01")) == [None]
    assert await post(door, "health", item(person=head, health="chronic")) == [None]
    assert len(await told(house)) == 2, "nothing that others know has changed"
    assert await post(door, "disabled_federation", item(person=head, health="disabled", since="2017-08-01")) == [None]
    (*_, (third, whole)) = await told(house)
    assert (third, whole["needs_accessible"]) == ("household_revised", True)


async def test_many_of_one_household_at_once(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    one, head = {"household_id": str(household_id)}, await head_of(house, household_id)
    wife = await add_member(house, household_id, "spouse", "1972-01-01")
    sent = [
        item(**one, medical_insured=False), item(**one, unfinished_major_illness=True),
        item(**one, medical_insured=True, since="2017-09-01"), item(person=head, health="major"),
        item(person=head, medical_insured=False), item(person=wife, health="chronic"),
    ]  # fmt: skip
    assert await post(door, "health", *sent) == [None] * 6
    assert (
        await post(door, "health", item(**one, medical_insured=True), item(**one, medical_insured=True))
        == [f"{CODE}attested_already"] * 2
    )
    held = await house.rows(
        "registry", "SELECT valid::text, medical_insured, unfinished_major_illness FROM household_fact"
        " WHERE upper_inf(known) ORDER BY valid",
    )  # fmt: skip
    assert [tuple(r) for r in held] == [
        ("[2014-06-01,2017-06-01)", True, None), ("[2017-06-01,2017-09-01)", False, True),
        ("[2017-09-01,)", True, True),
    ]  # fmt: skip


async def test_who_reads_which_attestations(house: House) -> None:
    door = await house.serve("registry", "api")
    own, other = await seed_household(house), await seed_household(house)
    await (await house.owner("registry")).execute("DELETE FROM resident WHERE household_id = $1", other)
    await post(
        door, "water", item(household_id=str(own), safe_water=True), item(household_id=str(other), safe_water=True)
    )
    await post(door, "housing", item(household_id=str(own), house_grade="B"))

    async def units(role: str, area: str | None = None, unit: str = "", **asked: str) -> Any:
        answer = await door.call("GET", ATTESTATIONS, role, area, unit=unit, on=NOW, params=asked)
        return sorted(a["unit"] for a in answer.json()["items"]) if answer.status_code == 200 else answer.json()["code"]

    every = ["housing", "water", "water"]
    assert await units("department", unit="water") == ["water", "water"]
    assert await units("department", unit="education") == []
    for role, area in (("county", None), ("township", None), ("village", None), ("team", VILLAGE), ("auditor", None)):
        assert await units(role, area) == every, role
    assert await units("village", "140927200202") == []
    assert await units("villager") == ["housing", "water"]
    assert await units("county", household_id=str(other)) == ["water"]
    for role, area in (("helper", VILLAGE), ("bank", ""), ("surveyor", None), ("subscriber", None)):
        assert await units(role, area) == "shared.forbidden"
    for role in ("county", "village", "auditor", "villager"):
        refused = await door.call("POST", ATTESTATIONS, role, json={"items": [item(safe_water=True)]})
        assert refused.json()["code"] == "shared.forbidden"


async def test_a_page_of_attestations_has_a_cursor(house: House) -> None:
    door = await house.serve("registry", "api")
    one = {"household_id": str(await seed_household(house))}
    await post(door, "water", *(item(**one, safe_water=True, since=f"2017-06-0{n}") for n in range(1, 4)))
    seen, asked = list[str](), {"limit": "2"}
    while True:
        page = (await door.call("GET", ATTESTATIONS, "department", unit="water", on=NOW, params=asked)).json()
        seen += [a["id"] for a in page["items"]]
        if page["next"] is None:
            break
        asked["cursor"] = page["next"]
    assert (len(seen), seen) == (3, sorted(seen))


async def test_a_fact_names_the_department_in_words(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    await post(door, "water", item(household_id=str(household_id), safe_water=False))
    water = only(await facts(door, household_id), "safe_water")
    assert (water["said_as"], water["unit"], water["weight"]) == ("department", "water", "attestation")
    assert water["sentence_en"] == "Safe drinking water: no. Attested by the water bureau, since 2017-06-01."
    assert water["sentence_zh"].endswith("由县水利局证明，自 2017-06-01 起。")
    assert only(await facts(door, household_id, on="2017-05-31"), "safe_water")["unit"] is None
    assert date.fromisoformat(LATE) > date.fromisoformat(NOW)


async def test_the_database_shows_a_department_its_own_trade_alone(house: House) -> None:
    door = await house.serve("registry", "api")
    one = {"household_id": str(await seed_household(house))}
    await post(door, "water", item(**one, safe_water=True))
    await post(door, "housing", item(**one, house_grade="B"))
    seen = one | {"observed_on": "2017-07-01", "house_grade": "C", "safe_water": False}
    await door.call("POST", "/registry/v1/households/conditions", "village", VILLAGE, on=NOW, json={"items": [seen]})
    pool = await open_pool((await house.settings("registry")).database_url, 1)
    found = {}
    for unit in ("water", "housing", "education"):
        async with transaction(pool, Caller("d", "department", "140927", unit=unit)) as connection:
            for table in ("attestation", "overruled_word"):
                rows = await connection.fetch(f"SELECT unit FROM {table}")
                found[unit, table] = [r["unit"] for r in rows]
    await pool.close()
    assert found == {
        (unit, table): [] if unit == "education" else [unit]
        for unit in ("water", "housing", "education")
        for table in ("attestation", "overruled_word")
    }
