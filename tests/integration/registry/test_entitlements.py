"""What households are entitled to and have, through the doors: counted from facts, of one household and a village."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from shared.events.industry import CertificateIssued
from tests.bonds import bind
from tests.conftest import Door, House
from tests.integration.registry.facts import heard, state
from tests.integration.registry.test_attestations import item
from tests.integration.registry.test_attestations import post as attest
from tests.integration.registry.test_changes import DEPARTURES, add_member, departure, head_of, leave, post
from tests.integration.registry.test_households import VILLAGE, seed_household

HOUSEHOLDS, GAPS = "/registry/v1/households", "/registry/v1/entitlement-gaps"
BEHIND, INCOMES = f"{GAPS}/households", "/registry/v1/attestations/incomes"
OTHER, EMPTIED, ON = "140927200202", "140927200203", "2017-06-01"


async def whole(door: Door, household_id: UUID | str, role: str = "county", area: str = "140927", on: str = ON,
                **query: Any) -> dict[str, Any]:  # fmt: skip
    path = f"{HOUSEHOLDS}/{household_id}/entitlements"
    answer = await door.call("GET", path, role, area, on=on, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def standing(door: Door, household_id: UUID | str, person: str | None = None, **query: Any) -> dict[str, str]:
    """By policy, how it stands with one of the household's people, or with the household."""
    found = await whole(door, household_id, **query)
    return {e["policy"]: e["coverage"] for e in found["entitlements"] if e["person"] == person}


async def gaps(door: Door, division: str = "140927", role: str = "county", area: str = "140927", on: str = ON,
               **query: Any) -> list[dict[str, Any]]:  # fmt: skip
    answer = await door.call("GET", GAPS, role, area, on=on, params={"division": division, **query})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def family(house: House, division: str = VILLAGE) -> tuple[UUID, dict[str, str]]:
    """A worker, a child of eight out of school, an old one without pension insurance, and who is ill for long."""
    household_id = await seed_household(house, division)
    who = {
        "head": await head_of(house, household_id),
        "child": await add_member(house, household_id, "daughter", "2008-03-01", division),
        "aged": await add_member(house, household_id, "mother", "1950-03-01", division),
        "ill": await add_member(house, household_id, "spouse", "1972-03-01", division),
    }
    owner = await house.owner("registry")
    for person in who.values():
        await bind(owner, household_id, person=person)
    of_whom = "WHERE member_id = (SELECT id FROM member WHERE reference = $1)"
    await owner.execute(f"UPDATE member_fact SET pension_insured = false {of_whom}", who["aged"])
    await owner.execute(f"UPDATE member_fact SET health = 'chronic' {of_whom}", who["ill"])
    return household_id, who


async def attests_income(
    door: Door, unit: str, source: str, amount_fen: int = 60_000, on: str = ON, **about: Any
) -> None:
    said = {"id": str(uuid4()), "income_year": 2017, "source": source, "amount_fen": amount_fen,
            "document_no": "神字〔2017〕1号"} | about  # fmt: skip
    answer = await door.call("POST", INCOMES, "department", "140927", unit=unit, on=on, json={"items": [said]})
    assert [r["code"] for r in answer.json()["results"]] == [None], answer.text


async def test_who_is_entitled_and_has_it_not_is_seen_until_the_department_says_so(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, who = await family(house)
    child, aged, ill = who["child"], who["aged"], who["ill"]
    assert await standing(door, household_id, child) == {
        "compulsory_schooling": "missing", "medical_insurance": "covered",
        "pension_insurance": "not_entitled",
    }  # fmt: skip
    assert await standing(door, household_id, aged) == {
        "pension": "missing", "medical_insurance": "covered", "yearly_checkup": "missing",
    }  # fmt: skip
    assert await standing(door, household_id, ill) == {
        "pension_insurance": "covered", "medical_insurance": "covered", "family_doctor": "missing",
        "chronic_card": "missing", "pay_after_treatment": "covered",
    }  # fmt: skip
    assert await attest(door, "education", item(person=child, school_status="primary"), on=ON) == [None]
    assert await attest(door, "health", item(person=ill, family_doctor=True), on=ON) == [None]
    await attests_income(door, "human_resources", "pension", person=aged)
    assert (await standing(door, household_id, child))["compulsory_schooling"] == "covered"
    assert (await standing(door, household_id, aged))["pension"] == "covered"
    after = await standing(door, household_id, ill)
    assert (after["family_doctor"], after["chronic_card"]) == ("covered", "missing")


async def test_what_a_household_has_and_is_not_entitled_to_is_seen(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, who = await family(house)
    ill = who["ill"]
    assert await attest(door, "disabled_federation", item(person=ill, disability_level=3), on=ON) == [None]
    await attests_income(door, "civil_affairs", "care_allowance", person=ill)
    assert (await standing(door, household_id, ill))["care_allowance"] == "not_entitled"
    level = item(person=ill, disability_level=2, since="2017-06-01")
    assert await attest(door, "disabled_federation", level, on=ON) == ["registry.attestations.attested_already"]
    assert await attest(door, "disabled_federation", item(person=ill, disability_level=2), on="2017-06-02") == [
        "registry.attestations.attested_already"
    ]
    later = item(person=ill, disability_level=2, since="2017-07-01")
    assert await attest(door, "disabled_federation", later, on="2017-07-01") == [None]
    assert (await standing(door, household_id, ill, on="2017-07-01"))["care_allowance"] == "covered"
    # Of the household as a whole, in which nobody is that old.
    await attests_income(door, "civil_affairs", "old_age_allowance", household_id=str(household_id))
    assert (await standing(door, household_id))["old_age_allowance"] == "not_entitled"
    # An amount of nothing is none.
    (row,) = await house.rows("registry", "SELECT id FROM income_attestation WHERE source = 'care_allowance'")
    wrong: dict[str, Any] = {"corrects": str(row["id"]), "reason": "never paid", "person": ill}
    await attests_income(door, "civil_affairs", "care_allowance", 0, **wrong)
    assert (await standing(door, household_id, ill, on="2017-07-01"))["care_allowance"] == "missing"


async def test_a_villager_reads_his_own_with_the_reasons_in_both_languages(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, who = await family(house)
    found = await whole(door, household_id, "villager", VILLAGE)
    (pension,) = [e for e in found["entitlements"] if e["policy"] == "pension"]
    assert (pension["area"], pension["of"], pension["person"]) == ("civil_affairs", "person", who["aged"])
    assert (pension["sentence_zh"], pension["sentence_en"]) == (
        "养老金：应享受，未享受。", "pension: entitled, and has it not.",
    )  # fmt: skip
    assert [r["sentence_zh"] for r in pension["reasons"]] == [
        "年龄 67 岁，应满 60 岁：符合。", "部门认定的补助收入：无；应有：养老金：不符合。",
        "参加养老保险：否；应为是：不符合。",
    ]  # fmt: skip
    assert pension["reasons"][0]["sentence_en"] == "Aged 67, from 60 on: met."
    assert {h["policy"]: h["coverage"] for h in found["haves"]} == {
        "have_will": "missing", "have_work": "missing", "have_plan": "missing", "have_money": "missing",
        "have_helper": "covered",
    }  # fmt: skip
    none = await whole(door, household_id, "villager", VILLAGE, coverage="none")
    (allowance,) = [e for e in none["entitlements"] if e["policy"] == "subsistence_allowance"]
    assert [r["sentence_zh"] for r in allowance["reasons"]] == [
        "家中有劳动力 1 人，应不超过 0 人：不符合。", "深度贫困：否；应为是：不符合。",
    ]  # fmt: skip
    dossier = (await door.call("GET", f"/registry/v1/dossier/{household_id}", "villager", VILLAGE)).json()
    assert (dossier["entitlements"], dossier["haves"]) == (found["entitlements"], found["haves"])
    strange = f"{HOUSEHOLDS}/{await seed_household(house)}/entitlements"
    owner = await house.owner("registry")
    await owner.execute("DELETE FROM resident WHERE household_id <> $1", household_id)
    assert (await door.call("GET", strange, "villager", VILLAGE)).status_code == 404
    assert (await door.call("GET", strange, "village", OTHER)).status_code == 404
    assert (await door.call("GET", strange, "bank", "")).status_code == 403
    looks = "SELECT count(*)::int AS n FROM disclosure WHERE household_id = $1"

    async def looked() -> bool:
        return bool((await house.rows("registry", looks, household_id))[0]["n"] == 1)

    await whole(door, household_id, "township", "140927200")
    await house.settled(looked)


async def test_whose_support_is_over_has_what_the_poor_get_and_is_not_entitled(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, who = await family(house)
    owner = await house.owner("registry")
    pupil = await add_member(house, household_id, "son", "2003-03-01")
    assert await attest(door, "education", item(person=pupil, school_status="middle"), on=ON) == [None]
    of_2020: dict[str, Any] = {"person": pupil, "income_year": 2020}
    await attests_income(door, "education", "boarding_allowance", on="2020-12-01", **of_2020)
    out = "status = 'exited', exited_on = '2017-05-01', exited_year = 2017, stands_since = '2017-05-01'"
    await owner.execute(f"UPDATE household SET {out} WHERE id = $1", household_id)
    assert (await standing(door, household_id, pupil, on="2020-12-31"))["boarding_allowance"] == "covered"
    assert (await standing(door, household_id, pupil, on="2021-01-01"))["boarding_allowance"] == "not_entitled"
    assert (await standing(door, household_id, who["aged"], on="2021-01-01"))["pension"] == "missing"


async def test_a_villages_figures_are_the_sum_over_its_households(house: House) -> None:
    door = await house.serve("registry", "api")
    homes = [(await family(house))[0], await seed_household(house), (await family(house))[0]]
    elsewhere, _ = await family(house, OTHER)
    owner = await house.owner("registry")
    struck = await seed_household(house)
    assert [r["code"] for r in await leave(door, departure(await head_of(house, struck)))] == [None]
    # Nobody of this village is in the register any more.
    last = departure(await head_of(house, await seed_household(house, EMPTIED)))
    await post(door, DEPARTURES, "helper", last, area=EMPTIED)
    word = {"id": last["id"], "confirmed": True}
    assert [r["code"] for r in await post(door, f"{DEPARTURES}/confirmations", "township", word)] == [None]
    out = "UPDATE household SET status = 'exited', exited_on = '2017-05-01', exited_year = 2017 WHERE id = $1"
    await owner.execute(out, homes[1])
    one, other = await gaps(door)
    assert (one["division"], one["households"], other["division"], other["households"]) == (VILLAGE, 3, OTHER, 1)
    summed: dict[str, dict[str, int]] = {}
    for household_id in homes:
        for e in (await whole(door, household_id))["entitlements"]:
            of_it = summed.setdefault(e["policy"], dict.fromkeys(("covered", "missing", "not_entitled"), 0))
            of_it[e["coverage"]] += 1
    counted = {c["policy"]: {n: c[n] for n in ("covered", "missing", "not_entitled")} for c in one["counts"]}
    assert len(counted) == 24
    assert {code: figures for code, figures in counted.items() if any(figures.values())} == summed
    (pension,) = [c for c in one["counts"] if c["policy"] == "pension"]
    assert [pension[n] for n in ("entitled", "covered", "missing", "not_entitled")] == [2, 0, 2, 0]
    assert pension["sentence_zh"] == "养老金：应享受 2，已享受 0，未享受 2；不符合条件而享受 0。"
    # A village of its own, and page by page.
    assert await gaps(door, VILLAGE, "village", VILLAGE) == [one]
    assert await gaps(door, "140927", "village", OTHER) == [other]
    answer = (await door.call("GET", GAPS, "county", "140927", params={"division": "140927", "limit": 1})).json()
    assert answer["items"] == [one]
    assert await gaps(door, limit=1, cursor=answer["next"]) == [other]
    assert str(elsewhere) not in str(one)


async def test_behind_a_figure_stand_its_households(house: House) -> None:
    door = await house.serve("registry", "api")
    made = [await family(house) for _ in range(3)]
    await family(house, OTHER)
    homes = sorted(made, key=lambda one: one[0])

    async def behind(role: str = "county", area: str = "140927", **query: Any) -> Any:
        asked = {"division": VILLAGE, "policy": "pension", "coverage": "missing", **query}
        answer = await door.call("GET", BEHIND, role, area, params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    first = await behind(limit=2)
    assert [(i["household_id"], i["persons"]) for i in first["items"]] == [
        (str(one), [who["aged"]]) for one, who in homes[:2]
    ]
    rest = await behind(limit=2, cursor=first["next"])
    assert ([i["household_id"] for i in rest["items"]], rest["next"]) == ([str(homes[2][0])], None)
    assert (await behind(coverage="covered"))["items"] == []
    assert (await behind("village", OTHER))["items"] == []
    asked = {"division": VILLAGE, "policy": "pension", "coverage": "missing"}
    for role in ("villager", "helper"):
        assert (await door.call("GET", BEHIND, role, VILLAGE, params=asked)).status_code == 403, role
    bureau = await door.call("GET", BEHIND, "department", "140927", unit="education", params=asked)
    assert bureau.status_code == 403
    wide = {"division": "140927", "policy": "pension", "coverage": "missing"}
    assert (await door.call("GET", BEHIND, "county", "140927", params=wide)).status_code == 422


async def test_it_is_counted_as_of_a_day_and_as_known_at_a_moment(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, who = await family(house)
    owner = await house.owner("registry")
    before = (await owner.fetchval("SELECT now()")).isoformat()
    said = item(person=who["ill"], family_doctor=True, since="2017-05-01")
    assert await attest(door, "health", said, on=ON) == [None]
    ill = who["ill"]
    assert (await standing(door, household_id, ill))["family_doctor"] == "covered"
    path = f"{HOUSEHOLDS}/{household_id}/entitlements"
    for query, expected in (
        ({"on": "2017-04-30"}, "missing"), ({"on": "2017-05-01"}, "covered"), ({"known_at": before}, "missing"),
    ):  # fmt: skip
        answer = (await door.call("GET", path, "county", "140927", params=query)).json()
        (found,) = [
            e["coverage"] for e in answer["entitlements"] if (e["person"], e["policy"]) == (ill, "family_doctor")
        ]
        assert found == expected, query
    assert [v["households"] for v in await gaps(door, on=ON)] == [1]
    answer = await door.call("GET", GAPS, "county", "140927", params={"division": "140927", "on": "2014-05-31"})
    assert answer.json()["items"] == [], "nobody was registered yet"


async def test_help_that_was_heard_covers_until_it_is_too_long_ago(house: House) -> None:
    door = await house.serve("registry")
    await house.serve("industry", "worker")
    household_id = await seed_household(house)
    owner = await house.owner("registry")
    await owner.execute("UPDATE member_fact SET health = 'disabled' WHERE household_id = $1", household_id)
    head = await head_of(house, household_id)
    assert (await standing(door, household_id, head))["disabled_work"] == "missing"
    told = CertificateIssued(
        household_id=household_id, division=VILLAGE, certificate_id=uuid4(), course="cook", issued_on=date(2017, 4, 1)
    )
    await state(house, "industry", told)
    await heard(house, "industry.household", 1)
    assert (await standing(door, household_id, head))["disabled_work"] == "covered"
    haves = {h["policy"]: h["coverage"] for h in (await whole(door, household_id))["haves"]}
    assert (haves["have_plan"], haves["have_money"]) == ("covered", "missing")
    assert (await standing(door, household_id, head, on="2018-04-01"))["disabled_work"] == "covered"
    assert (await standing(door, household_id, head, on="2018-04-02"))["disabled_work"] == "missing"
