"""A household that splits: by two persons, dated; two stand since then, and what was before it is as it was."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.registry.test_case_03_joining_a_household import ARRIVALS, REVERSALS, arrival, newcomer
from tests.integration.registry.test_changes import (
    DEPARTURES,
    HOUSEHOLDS,
    REMOVALS,
    add_member,
    departure,
    head_of,
    leave,
    post,
    removal,
    told,
)
from tests.integration.registry.test_exits import TOWNSHIP, proposed, ready_household
from tests.integration.registry.test_households import VILLAGE, post_incomes, seed_household, statement

SPLITS = f"{HOUSEHOLDS}/splits"
DAY = "2017-05-10"


async def indexed(house: House, *household_ids: UUID) -> None:
    """The register finds their people by number, as it does whoever came by a file."""
    await (await house.owner("registry")).execute(
        "INSERT INTO person_index SELECT 'k', uuid_send(id), id, division FROM member WHERE household_id = ANY($1)",
        list(household_ids),
    )


async def family(house: House, **facts: object) -> tuple[UUID, dict[str, str]]:
    """Father, mother, a grown son with his wife, and their child; references by who they are."""
    one = await seed_household(house, **facts)  # type: ignore[arg-type]
    who = {"father": await head_of(house, one)}
    for name, relation, born_on in (
        ("mother", "spouse", "1972-01-01"),
        ("son", "son", "1993-01-01"),
        ("bride", "daughter_in_law", "1995-01-01"),
        ("child", "grandson", "2016-01-01"),
    ):
        who[name] = await add_member(house, one, relation, born_on)
    await indexed(house, one)
    return one, who


def split(household_id: UUID, who: dict[str, str], head: str = "son", **changes: Any) -> dict[str, Any]:
    relations = {"son": "other", "bride": "spouse", "child": "son"}
    people_ = [{"reference": who[n], "relation": r} for n, r in relations.items() if n != head]
    return {
        "id": str(uuid4()), "household_id": str(household_id), "head": who[head], "split_on": DAY,
        "people": [{"reference": who[head]}, *people_],
    } | changes  # fmt: skip


async def part(door: Door, item: dict[str, Any], on: str = "2017-06-01") -> dict[str, Any]:
    """Said by the village, confirmed by the township: the second one's answer."""
    (said,) = await post(door, SPLITS, "village", item, on=on)
    assert (said["status"], said["state"]) == ("accepted", "reported"), said
    return await confirm(door, item, on=on)


async def confirm(door: Door, item: dict[str, Any], *, confirmed: bool = True, **how: str) -> dict[str, Any]:
    word = {"id": item["id"], "confirmed": confirmed}
    (done,) = await post(door, f"{SPLITS}/confirmations", "township", word, **how)
    return done


async def shown(door: Door, household_id: UUID | str, on: str = "") -> Any:
    asked = {"on": on} if on else {}
    answer = await door.call("GET", f"{HOUSEHOLDS}/{household_id}", "county", params=asked, on="2017-06-01")
    return answer.json() if answer.status_code == 200 else answer.json()["code"]


async def lives(door: Door, household_id: UUID | str, on: str) -> list[tuple[str, str]]:
    return [(p["reference"], p["relation"]) for p in (await shown(door, household_id, on))["people"]]


async def figures(door: Door, on: str) -> list[tuple[str, int, int]]:
    """How many of the village stood how on a day: households and people."""
    asked = {"division": VILLAGE, "on": on}
    found = (await door.call("GET", f"{HOUSEHOLDS}/figures", "county", params=asked, on="2017-06-01")).json()
    return [(s["status"], s["households"], s["people"]) for s in found["standings"]]


async def new_of(door: Door, item: dict[str, Any]) -> str:
    listed = (await door.call("GET", SPLITS, "township", TOWNSHIP)).json()["items"]
    new: str = next(x["new_household_id"] for x in listed if x["id"] == item["id"])
    return new


async def test_two_households_stand_since_the_day_and_the_past_stays(house: House) -> None:
    door = await house.serve("registry", "api")
    one, who = await family(house, house_grade="C")
    seen = {"household_id": str(one), "observed_on": "2017-04-01", "food_secure": True}
    await door.call("POST", f"{HOUSEHOLDS}/conditions", "helper", VILLAGE, json={"items": [seen]}, on="2017-04-01")
    later = {"household_id": str(one), "observed_on": "2017-05-20", "house_grade": "A"}
    await door.call("POST", f"{HOUSEHOLDS}/conditions", "helper", VILLAGE, json={"items": [later]}, on="2017-05-20")
    before = await shown(door, one, "2017-05-09"), await figures(door, "2017-05-09")
    item = split(one, who)
    assert (await part(door, item))["state"] == "confirmed"
    new = await new_of(door, item)

    assert before[0]["people"][0]["reference"] == who["father"]
    after = await shown(door, one, "2017-05-09")
    assert {**after, "version": 0} == {**before[0], "version": 0}
    assert await shown(door, new, "2017-05-09") == "shared.not_found", "before the day there was no such household"
    assert await figures(door, "2017-05-09") == before[1] == [("poor", 1, 5)]
    assert await figures(door, DAY) == [("poor", 2, 5)]
    assert await lives(door, one, DAY) == [(who["father"], "head"), (who["mother"], "spouse")]
    assert await lives(door, new, DAY) == [(who["son"], "head"), (who["bride"], "spouse"), (who["child"], "son")]
    old, whole = await shown(door, one), await shown(door, new)
    assert whole["household_no"] == f"{VILLAGE}0001"
    for field in ("status", "division", "deep_poverty", "main_cause"):
        assert whole[field] == old[field]
    assert (whole["registered_on"], whole["conditions"]["house_grade"], old["conditions"]["house_grade"]) == (
        DAY, "C", "A",
    )  # fmt: skip
    resident = await house.rows("registry", "SELECT person FROM resident WHERE household_id = $1", UUID(new))
    assert {r["person"] for r in resident} == {who[n] for n in ("son", "bride", "child")}
    known = await house.rows(
        "registry", "SELECT m.reference FROM person_index p JOIN member m ON m.id = p.member_id"
        " WHERE m.household_id = $1", UUID(new),
    )  # fmt: skip
    assert {r["reference"] for r in known} == {who[n] for n in ("son", "bride", "child")}


async def test_whose_word_each_inherited_fact_is_stays_known(house: House) -> None:
    door = await house.serve("registry", "api")
    one, who = await family(house)
    seen = {"household_id": str(one), "observed_on": "2017-04-01", "food_secure": True}
    await door.call("POST", f"{HOUSEHOLDS}/conditions", "helper", VILLAGE, json={"items": [seen]}, on="2017-04-01")
    await (await house.owner("registry")).execute("UPDATE member_fact SET weight = 'takeover'")
    item = split(one, who)
    await part(door, item)
    new = await new_of(door, item)
    query = (
        "SELECT lower(valid)::text AS since, upper(valid)::text AS until, stated_by, weight, stated_as, own"
        " FROM household_fact WHERE household_id = $1 AND upper_inf(known) ORDER BY valid"
    )
    of_new = [tuple(r) for r in await house.rows("registry", query, UUID(new))]
    assert of_new == [tuple(r) for r in await house.rows("registry", query, one)]
    assert [(r[2], r[3], r[4]) for r in of_new][1] == ("test-helper", "visit", "helper")
    weights = await house.rows("registry", "SELECT DISTINCT weight FROM member_fact WHERE household_id = $1", UUID(new))
    assert [r["weight"] for r in weights] == ["takeover"]


async def test_a_split_is_told_in_order(house: House) -> None:
    door = await house.serve("registry", "api")
    one, who = await family(house)
    item = split(one, who)
    await part(door, item)
    facts = await told(house)
    assert [t for t, _ in facts] == ["household_registered", "household_revised", *["member_removed"] * 3]
    new, old = facts[0][1], facts[1][1]
    assert (new["members"], new["status"], new["relocated"], new["household_no"]) == (
        3, "poor", False, f"{VILLAGE}0001",
    )  # fmt: skip
    assert set(new["people"]) == {who[n] for n in ("son", "bride", "child")}
    assert (old["household_id"], old["members"], set(old["people"])) == (str(one), 2, {who["father"], who["mother"]})
    gone = [(f["person"], f["reason"], f["members"], f["removed_on"]) for _, f in facts[2:]]
    assert sorted(gone) == sorted((who[n], "not_sharing", 2, DAY) for n in ("son", "bride", "child"))


async def test_a_head_who_goes_is_followed_by_the_eldest(house: House) -> None:
    door = await house.serve("registry", "api")
    one, who = await family(house)
    await part(door, split(one, who, "father", people=[{"reference": who["father"]}]))
    assert [p for p in await lives(door, one, DAY) if p[1] == "head"] == [(who["mother"], "head")]
    assert (await lives(door, one, "2017-05-09"))[0] == (who["father"], "head")
    (fact,) = [f for t, f in await told(house) if t == "member_removed"]
    assert (fact["person"], fact["head"], fact["members"]) == (who["father"], True, 4)


async def test_what_was_earned_together_is_stated_anew_by_either(house: House) -> None:
    door = await house.serve("registry", "api")
    one, who = await family(house)
    await post_incomes(
        door, statement(one, income_year=2016, stated_on="2016-10-10"), statement(one, stated_on="2017-05-01")
    )
    for year in (2016, 2017):
        pension = {"id": str(uuid4()), "income_year": year, "source": "pension", "amount_fen": 1_000}
        said = {"items": [pension | {"household_id": str(one), "document_no": "1"}]}
        await door.call("POST", "/registry/v1/attestations/incomes", "department", unit="human_resources", json=said)
    item = split(one, who)
    await part(door, item)
    assert [y["income_year"] for y in (await shown(door, one))["incomes"]] == [2016], "the year that was over stands"
    (kept,) = await house.rows("registry", "SELECT array_agg(income_year) AS years FROM income_line"
                               " WHERE kind = 'attestation' AND upper_inf(known)")  # fmt: skip
    assert kept["years"] == [2016], "a department attests it of each anew"
    assert (await shown(door, await new_of(door, item)))["incomes"] == []
    await post_incomes(door, statement(one, stated_on="2017-06-01"))
    assert {y["income_year"] for y in (await shown(door, one))["incomes"]} == {2016, 2017}


@pytest.mark.parametrize("out_on", [date(2017, 4, 1), None])
async def test_an_exited_household_splits_into_two_that_are_out(house: House, out_on: date | None) -> None:
    """Also where the register had it as out already, and knows the year alone."""
    door = await house.serve("registry", "api")
    one, who = await family(house)
    await (await house.owner("registry")).execute(
        "UPDATE household SET status = 'exited', exited_on = $1, exited_year = 2017, stands_since = '2017-04-01',"
        " relocated = true, relocation_cohort = 2016, moved_in_on = '2016-11-01'", out_on,
    )  # fmt: skip
    item = split(one, who)
    (early,) = await post(door, SPLITS, "village", item | {"split_on": "2017-03-31"})
    assert early["code"] == "registry.regroupings.decided_since"
    await part(door, item)
    new = await shown(door, await new_of(door, item))
    assert (new["status"], new["exited_on"], new["exited_year"]) == ("exited", out_on and out_on.isoformat(), 2017)
    assert (new["relocation_cohort"], new["moved_in_on"]) == (None, None), "nobody gets a second home by splitting"
    assert [f["relocated"] for t, f in await told(house) if t in ("household_registered", "household_revised")] == [
        False, True,
    ]  # fmt: skip
    stands = await house.rows(
        "registry", "SELECT status, lower(valid)::text AS since FROM household_standing WHERE household_id = $1"
        " AND upper_inf(known)", UUID(new["id"]),
    )  # fmt: skip
    assert [tuple(r) for r in stands] == [("exited", DAY)]
    assert await figures(door, "2017-05-09") == [("exited", 1, 5)]
    assert await figures(door, DAY) == [("exited", 2, 5)]


async def test_two_persons_and_sent_again(house: House) -> None:
    door = await house.serve("registry", "api")
    one, who = await family(house)
    item = split(one, who)
    wrong = split(one, who, split_on="10.5.2017")
    stranger = split(one, who, people=[{"reference": who["son"]}, {"reference": "nobody", "relation": "other"}])
    answers = await post(door, SPLITS, "team", wrong, stranger, item, item, subject="zhao")
    assert [a["code"] for a in answers] == ["shared.invalid_item", "registry.splits.not_a_member", None, None]
    tasks = (await door.call("GET", "/registry/v1/tasks", "township", TOWNSHIP, on="2017-06-01")).json()["items"]
    assert [t["id"] for t in tasks if t["procedure"] == "registry.splits"] == [item["id"]]
    (other,) = await post(door, SPLITS, "village", split(one, who))
    assert other["code"] == "registry.splits.already_reported"
    (differs,) = await post(door, SPLITS, "village", item | {"split_on": "2017-05-11"})
    assert differs["code"] == "shared.content_differs"
    assert (await confirm(door, item, subject="zhao"))["code"] == "shared.same_person"
    assert (await confirm(door, item, area="140927201"))["code"] == "shared.not_found"
    assert await told(house) == []
    assert (await confirm(door, item))["state"] == "confirmed"
    assert (await confirm(door, item))["code"] == "shared.wrong_state"
    (again,) = await post(door, SPLITS, "village", item)
    assert (again["status"], again["state"]) == ("accepted", "confirmed"), "sent again, answered the same"
    assert len(await house.rows("registry", "SELECT 1 FROM household")) == 2
    with pytest.raises(asyncpg.CheckViolationError, match="split_decider_is_not_reporter"):
        await (await house.owner("registry")).execute("UPDATE household_split SET decided_by = reported_by")


async def test_what_is_rejected_changes_nothing_and_may_be_said_again(house: House) -> None:
    door = await house.serve("registry", "api")
    one, who = await family(house)
    item = split(one, who)
    await post(door, SPLITS, "village", item)
    no = await confirm(door, item, confirmed=False)
    assert (no["state"], no["code"]) == ("rejected", "shared.not_confirmed")
    assert len(await lives(door, one, "2017-06-01")) == 5
    assert await told(house) == []
    (listed,) = (await door.call("GET", f"{SPLITS}?state=rejected&household_id={one}", "auditor")).json()["items"]
    assert (listed["id"], listed["sentence_zh"]) == (item["id"], "分户未获确认，原户不变。")
    assert (await part(door, split(one, who)))["state"] == "confirmed"


async def test_two_officers_at_once_are_one_split(house: House) -> None:
    door = await house.serve("registry", "api")
    for _ in range(3):
        one, who = await family(house)
        both = await asyncio.gather(*(post(door, SPLITS, "village", split(one, who)) for _ in range(2)))
        assert sorted(str(r["code"]) for (r,) in both) == ["None", "registry.splits.already_reported"]
    assert len(await house.rows("registry", "SELECT 1 FROM household_split")) == 3


async def test_numbers_go_on_whoever_splits_at_once(house: House) -> None:
    door = await house.serve("registry", "api")
    items = []
    for _ in range(3):
        one, who = await family(house)
        items.append(split(one, who))
    await post(door, SPLITS, "village", *items)
    await asyncio.gather(*(confirm(door, item) for item in items))
    rows = await house.rows("registry", "SELECT household_no FROM household WHERE length(household_no) = 16 ORDER BY 1")
    assert [r["household_no"] for r in rows] == [f"{VILLAGE}000{n}" for n in (1, 2, 3)]


async def test_what_waits_for_a_decision_comes_first(house: House) -> None:
    door = await house.serve("registry", "api")
    exiting = await ready_household(house, door)
    await proposed(door, exiting)
    son = await add_member(house, exiting, "son", "1990-01-01")
    late = {"split_on": "2017-10-01", "head": son, "people": [{"reference": son}]}
    item = {"id": str(uuid4()), "household_id": str(exiting)} | late
    (held,) = await post(door, SPLITS, "village", item, on="2017-10-11")
    assert held["code"] == "registry.regroupings.under_way"

    one, who = await family(house)
    said = split(one, who)
    await post(door, SPLITS, "village", said)
    leaving = departure(who["bride"], reason="marriage_out")
    await post(door, DEPARTURES, "village", leaving)
    assert (await confirm(door, said))["code"] == "registry.regroupings.departure_waits"
    await post(door, f"{DEPARTURES}/confirmations", "township", {"id": leaving["id"], "confirmed": True})
    assert (await confirm(door, said))["code"] == "registry.splits.not_a_member"
    assert (await confirm(door, said, confirmed=False))["state"] == "rejected"

    other, who = await family(house)
    await post(door, REMOVALS, "village", removal(other))
    (struck,) = await post(door, SPLITS, "village", split(other, who))
    assert struck["code"] == "registry.regroupings.under_way"


async def test_a_frozen_household_does_not_split(house: House) -> None:
    door = await house.serve("registry", "api")
    one, who = await family(house)
    item = split(one, who)
    await post(door, SPLITS, "village", item)
    await (await house.owner("registry")).execute(
        "INSERT INTO frozen_household VALUES ($1, uuidv7(), '2017-05-20')", one
    )
    assert (await confirm(door, item))["code"] == "shared.frozen"
    (said,) = await post(door, SPLITS, "village", split(one, who))
    assert said["code"] == "shared.frozen"


async def test_who_went_is_where_he_is_now(house: House) -> None:
    door = await house.serve("registry", "api")
    one, who = await family(house)
    item = split(one, who)
    await part(door, item)
    new = UUID(await new_of(door, item))
    died = departure(who["son"], left_on="2017-05-20")
    await post(door, DEPARTURES, "village", died)
    await post(door, f"{DEPARTURES}/confirmations", "township", {"id": died["id"], "confirmed": True})
    assert await lives(door, new, "2017-05-20") == [(who["bride"], "head"), (who["child"], "son")]
    assert await lives(door, one, "2017-05-20") == [(who["father"], "head"), (who["mother"], "spouse")]
    born = arrival(new, reason="birth", joined_on="2017-05-25", relation="son", person=newcomer(23, "20170525"))
    await post(door, ARRIVALS, "village", born)
    await post(door, f"{ARRIVALS}/confirmations", "township", {"id": born["id"], "confirmed": True})
    assert len(await lives(door, new, "2017-06-01")) == 3


async def test_a_departure_that_crossed_a_split_ends_nobody(house: House) -> None:
    door = await house.serve("registry", "api")
    one, who = await family(house)
    await part(door, split(one, who))
    # Reported in the moment in which the split was confirmed, of the member that he was until then.
    crossed = uuid4()
    await (await house.owner("registry")).execute(
        "INSERT INTO departure (id, household_id, member_id, division, reason, left_on, state, reported_on,"
        " reported_by, procedure_version, since_on, due_on) VALUES ($1, $2, $3, $4, 'death', '2017-05-20', 'reported',"
        " '2017-06-01', 'zhao', 1, '2017-06-01', '2017-06-08')", crossed, one, UUID(who["son"]), VILLAGE,
    )  # fmt: skip
    word = {"id": str(crossed), "confirmed": True}
    (late,) = await post(door, f"{DEPARTURES}/confirmations", "township", word)
    assert late["code"] == "registry.changes.has_left"
    (no,) = await post(door, f"{DEPARTURES}/confirmations", "township", word | {"confirmed": False})
    assert no["state"] == "rejected"


async def test_a_departure_from_before_is_taken_back_into_the_old_household(house: House) -> None:
    door = await house.serve("registry", "api")
    one, who = await family(house)
    left = departure(who["bride"], reason="prison", left_on="2017-04-01")
    await leave(door, left)
    back = {"id": str(uuid4()), "evidence": "letter 3", "departure_id": left["id"]}
    item = split(one, who, people=[{"reference": who["son"]}, {"reference": who["child"], "relation": "son"}])
    await part(door, item)
    (taken,) = await post(door, REVERSALS, "village", back)
    assert taken["status"] == "accepted", "she belongs to nobody since"
    await post(door, f"{REVERSALS}/confirmations", "township", {"id": back["id"], "confirmed": True})
    assert (who["bride"], "daughter_in_law") in await lives(door, one, "2017-06-01")


async def test_lists_go_by_page_and_area(house: House) -> None:
    door = await house.serve("registry", "api")
    items = []
    for _ in range(3):
        one, who = await family(house)
        items.append(split(one, who))
    await post(door, SPLITS, "village", *items)
    first = (await door.call("GET", f"{SPLITS}?limit=2", "township", TOWNSHIP)).json()
    rest = (await door.call("GET", f"{SPLITS}?limit=2&cursor={first['next']}", "township", TOWNSHIP)).json()
    assert [x["id"] for x in first["items"] + rest["items"]] == sorted(i["id"] for i in items)
    assert rest["next"] is None
    assert (await door.call("GET", SPLITS, "township", "140927201")).json()["items"] == []
    for role in ("helper", "county", "villager"):
        area = "140927" if role == "county" else VILLAGE
        assert (await door.call("POST", SPLITS, role, area, json={"items": items})).status_code == 403
