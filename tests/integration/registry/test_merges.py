"""Two households that merge: by two persons, dated; one stands since then, and the past of both is as it was."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.registry.test_changes import (
    DEPARTURES,
    HOUSEHOLDS,
    add_member,
    departure,
    head_of,
    leave,
    post,
    told,
)
from tests.integration.registry.test_exits import TOWNSHIP, proposed, ready_household
from tests.integration.registry.test_households import VILLAGE, post_incomes, seed_household, statement
from tests.integration.registry.test_splits import (
    DAY,
    SPLITS,
    family,
    figures,
    indexed,
    lives,
    new_of,
    part,
    shown,
    split,
)
from tests.integration.registry.test_targets import actual, put, target

MERGES, REVERSALS = f"{HOUSEHOLDS}/merges", f"{HOUSEHOLDS}/reversals"


async def other_household(house: House, division: str = VILLAGE) -> tuple[UUID, dict[str, str]]:
    """An uncle and his niece."""
    one = await seed_household(house, division)
    who = {
        "uncle": await head_of(house, one),
        "niece": await add_member(house, one, "other", "2006-01-01", division),
    }
    await indexed(house, one)
    return one, who


def merge(household_id: UUID | str, other_id: UUID | str, who: dict[str, str], **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "household_id": str(household_id), "other_id": str(other_id), "merged_on": DAY,
        "people": [{"reference": reference, "relation": "other"} for reference in who.values()],
    } | changes  # fmt: skip


async def confirm(door: Door, item: dict[str, Any], *, confirmed: bool = True, **how: str) -> dict[str, Any]:
    word = {"id": item["id"], "confirmed": confirmed}
    (done,) = await post(door, f"{MERGES}/confirmations", "township", word, **how)
    return done


async def join(door: Door, item: dict[str, Any]) -> dict[str, Any]:
    (said,) = await post(door, MERGES, "village", item)
    assert (said["status"], said["state"]) == ("accepted", "reported"), said
    return await confirm(door, item)


async def refused(door: Door, item: dict[str, Any], **how: str) -> str | None:
    (said,) = await post(door, MERGES, "village", item, **how)
    code: str | None = said["code"]
    return code


async def test_one_household_stands_since_the_day_and_the_past_of_both_stays(house: House) -> None:
    door = await house.serve("registry", "api")
    (one, family_), (other, others) = await family(house), await other_household(house)
    await post_incomes(
        door, *(statement(h, income_year=y, stated_on=f"{y}-05-01") for h in (one, other) for y in (2016, 2017))
    )
    before = [await shown(door, h, "2017-05-09") for h in (one, other)]
    assert (await join(door, merge(one, other, others)))["state"] == "confirmed"

    for was, now in zip(before, [await shown(door, h, "2017-05-09") for h in (one, other)], strict=True):
        assert {**was, "version": 0, "incomes": []} == {**now, "version": 0, "incomes": []}
    assert await figures(door, "2017-05-09") == [("poor", 2, 7)]
    assert await figures(door, DAY) == [("poor", 1, 7), ("removed", 1, 0)]
    assert {who for who, _ in await lives(door, one, DAY)} == {*family_.values(), *others.values()}
    assert [r for w, r in await lives(door, one, DAY) if w in others.values()] == ["other", "other"]
    ended = await shown(door, other)
    assert (ended["status"], ended["people"]) == ("removed", [])
    years = {h: [y["income_year"] for y in (await shown(door, h))["incomes"]] for h in (one, other)}
    assert years == {one: [2016], other: [2016]}, "the year that is not over is stated anew, together"
    rows = await house.rows("registry", "SELECT person FROM resident WHERE household_id = $1", one)
    assert {r["person"] for r in rows} == {*family_.values(), *others.values()}
    known = await house.rows(
        "registry",
        "SELECT DISTINCT m.household_id FROM person_index p JOIN member m ON m.id = p.member_id",
    )
    assert [r["household_id"] for r in known] == [one]


async def test_a_merge_is_told_in_order(house: House) -> None:
    door = await house.serve("registry", "api")
    (one, _), (other, others) = await family(house), await other_household(house)
    await join(door, merge(one, other, others))
    facts = await told(house)
    assert [(t, f["household_id"]) for t, f in facts] == [
        ("household_revised", str(one)), ("member_added", str(one)), ("member_added", str(one)),
        ("household_revised", str(other)), ("member_removed", str(other)), ("member_removed", str(other)),
        ("household_removed", str(other)),
    ]  # fmt: skip
    whole, added, ended, last = facts[0][1], facts[1][1], facts[3][1], facts[-1][1]
    assert (whole["members"], added["reason"], added["members"], added["joined_on"]) == (7, "sharing", 7, DAY)
    assert (ended["status"], ended["members"], ended["people"]) == ("removed", 0, [])
    assert {(f["person"], f["reason"], f["head"]) for t, f in facts if t == "member_removed"} == {
        (others["uncle"], "not_sharing", True), (others["niece"], "not_sharing", False),
    }  # fmt: skip
    assert (last["reason"], last["removed_on"]) == ("merged", DAY)


async def test_who_joins_without_school_or_insurance_holds_the_guarantees(house: House) -> None:
    door = await house.serve("registry", "api")
    (one, _), (other, others) = await family(house, school_dropout=False), await other_household(house)
    await (await house.owner("registry")).execute(
        "UPDATE member_fact SET medical_insured = false WHERE household_id = $1", other
    )
    await join(door, merge(one, other, others))
    conditions = (await shown(door, one))["conditions"]
    assert (conditions["school_dropout"], conditions["medical_insured"]) == (True, False)
    assert (await shown(door, one, "2017-05-09"))["conditions"]["school_dropout"] is False


async def test_a_merge_is_a_splits_reverse(house: House) -> None:
    door = await house.serve("registry", "api")
    one, who = await family(house)
    item = split(one, who, split_on="2017-04-10")
    await part(door, item)
    new = await new_of(door, item)
    back = {n: who[n] for n in ("son", "bride", "child")}
    assert (await join(door, merge(one, new, back)))["state"] == "confirmed"
    assert len(await lives(door, one, "2017-04-09")) == 5
    assert len(await lives(door, one, "2017-05-09")) == 2
    assert {w for w, _ in await lives(door, one, DAY)} == {*who.values()}
    rows = await house.rows("registry", "SELECT count(*) AS n FROM member WHERE household_id = $1", one)
    assert rows[0]["n"] == 5, "who was there before is the same member again"
    assert await figures(door, "2017-05-09") == [("poor", 2, 5)]
    assert await figures(door, DAY) == [("poor", 1, 5), ("removed", 1, 0)]


async def test_two_persons_and_sent_again_and_a_bad_item_refuses_itself(house: House) -> None:
    door = await house.serve("registry", "api")
    (one, _), (other, others), (abroad, strangers) = (
        await family(house),
        await other_household(house),
        await other_household(house, "140927200202"),
    )
    item = merge(one, other, others)
    answers = await post(
        door, MERGES, "village", merge(one, other, others, merged_on=7), merge(one, abroad, strangers),
        merge(one, one, others), item, item, merge(other, one, others), subject="zhao",
    )  # fmt: skip
    assert [a["code"] for a in answers] == [
        "shared.invalid_item", "shared.not_found", "registry.merges.same_household", None, None,
        "registry.merges.others_named",
    ]  # fmt: skip
    tasks = (await door.call("GET", "/registry/v1/tasks", "township", TOWNSHIP, on="2017-06-01")).json()["items"]
    assert [t["id"] for t in tasks if t["procedure"] == "registry.merges"] == [item["id"]]
    assert await refused(door, merge(one, other, others)) == "registry.merges.already_reported"
    assert await refused(door, item | {"merged_on": "2017-05-11"}) == "shared.content_differs"
    assert (await confirm(door, item, subject="zhao"))["code"] == "shared.same_person"
    assert await told(house) == []
    assert (await confirm(door, item, confirmed=False))["state"] == "rejected"
    again = merge(one, other, others)
    assert (await join(door, again))["state"] == "confirmed"
    (same,) = await post(door, MERGES, "village", again)
    assert (same["status"], same["state"]) == ("accepted", "confirmed"), "sent again, answered the same"
    assert await refused(door, merge(one, other, others)) == "shared.household_removed"
    listed = (await door.call("GET", f"{MERGES}?other_id={other}&state=confirmed", "auditor")).json()["items"]
    assert [(x["id"], x["sentence_zh"]) for x in listed] == [(again["id"], "已确认并户：存续户收入需重新核算。")]
    with pytest.raises(asyncpg.CheckViolationError, match="merge_decider_is_not_reporter"):
        await (await house.owner("registry")).execute("UPDATE household_merge SET decided_by = reported_by")


async def test_two_officers_at_once_are_one_merge(house: House) -> None:
    door = await house.serve("registry", "api")
    for _ in range(3):
        (one, who), (other, others) = await family(house), await other_household(house)
        both = await asyncio.gather(
            post(door, MERGES, "village", merge(one, other, others)),
            post(door, MERGES, "village", merge(other, one, who)),
        )
        assert sorted(str(r["code"]) for (r,) in both) == ["None", "registry.merges.already_reported"]


async def test_a_household_that_waits_to_split_waits_with_merging(house: House) -> None:
    door = await house.serve("registry", "api")
    (one, who), (other, others) = await family(house), await other_household(house)
    item = split(one, who)
    await post(door, SPLITS, "village", item)
    for both in (merge(other, one, who), merge(one, other, others)):
        assert await refused(door, both) == "registry.merges.already_reported"


async def test_what_the_one_that_ends_has_must_not_be_lost(house: House) -> None:
    door = await house.serve("registry", "api")
    owner = await house.owner("registry")
    (one, who), (other, others) = await family(house), await other_household(house)
    start = "INSERT INTO measure VALUES (uuidv7(), $1, $2, $3, $3, '2017-01-01', $4)"
    await owner.execute(start, other, VILLAGE, "post", None)
    await owner.execute(start, one, VILLAGE, "loan", None)
    item = merge(one, other, others)
    await post(door, MERGES, "village", item)
    await owner.execute(start.replace("$3, $3", "$3, 'x'"), other, VILLAGE, "loan", None)
    assert (await confirm(door, item))["code"] == "registry.merges.help_runs", "a loan since it was said"
    await owner.execute("UPDATE measure SET ended_on = '2017-05-30' WHERE household_id = $1", other)
    assert (await confirm(door, item, confirmed=False))["state"] == "rejected"
    assert await refused(door, merge(other, one, who)) == "registry.merges.help_runs", "the other way round"
    await owner.execute("UPDATE household SET relocated = true WHERE id = $1", other)
    assert await refused(door, merge(one, other, others)) == "registry.merges.help_runs"
    await owner.execute("UPDATE household SET relocated = false WHERE id = $1", other)
    assert (await join(door, merge(one, other, others)))["state"] == "confirmed"


async def test_what_waits_for_a_decision_comes_first(house: House) -> None:
    door = await house.serve("registry", "api")
    (one, _), (other, others) = await family(house), await other_household(house)
    exiting = await ready_household(house, door)
    await indexed(house, exiting)
    await proposed(door, exiting)
    of_exiting = {"head": await head_of(house, exiting)}
    late = {"merged_on": "2017-10-05"}
    for item in (merge(one, exiting, of_exiting, **late), merge(exiting, other, others, **late)):
        assert await refused(door, item, on="2017-10-11") == "registry.regroupings.under_way"
    leaving = departure(others["niece"], left_on="2017-05-20")
    await post(door, DEPARTURES, "village", leaving)
    assert await refused(door, merge(one, other, others)) == "registry.regroupings.departure_waits"
    await post(door, f"{DEPARTURES}/confirmations", "township", {"id": leaving["id"], "confirmed": True})
    alone = {"uncle": others["uncle"]}
    assert await refused(door, merge(one, other, alone)) == "registry.merges.left_since"
    assert await refused(door, merge(one, other, alone, merged_on="2017-05-20")) is None
    await (await house.owner("registry")).execute(
        "INSERT INTO frozen_household VALUES ($1, uuidv7(), '2017-05-20')", other
    )
    (case,) = (await door.call("GET", MERGES, "township", TOWNSHIP)).json()["items"]
    assert (await confirm(door, case))["code"] == "shared.frozen", "nobody of it gets out from under the freeze"


EXITED = (
    "UPDATE household SET status = 'exited', exited_on = make_date($2, 12, 1), exited_year = $2,"
    " stands_since = make_date($2, 12, 1) WHERE id = $1"
)


async def test_those_that_stand_differently_do_not_merge(house: House) -> None:
    door = await house.serve("registry", "api")
    owner = await house.owner("registry")
    (one, _), (other, others) = await family(house), await other_household(house)
    item = merge(one, other, others)
    await post(door, MERGES, "village", item)
    await owner.execute(EXITED, other, 2016)
    assert (await confirm(door, item))["code"] == "registry.merges.stands_differently"
    await owner.execute(EXITED, one, 2015)
    assert (await confirm(door, item))["code"] == "registry.merges.stands_differently", "out in another year"


async def test_who_was_out_before_the_year_is_counted_though_the_household_ended(house: House) -> None:
    door = await house.serve("registry", "api")
    owner = await house.owner("registry")
    (one, _), (other, others) = await family(house), await other_household(house)
    for household_id in (one, other):
        await owner.execute(EXITED, household_id, 2016)
    await put(door, target("consolidated_people"), target("exit_people"))
    counted = {("consolidated_people", "140927"): 7, ("exit_people", "140927"): 0}
    assert await actual(door) == counted
    assert (await join(door, merge(one, other, others)))["state"] == "confirmed"
    assert await actual(door) == counted
    assert await figures(door, DAY) == [("exited", 1, 7), ("removed", 1, 0)]


async def test_what_was_before_a_merge_is_not_taken_back(house: House) -> None:
    door = await house.serve("registry", "api")
    (one, _), (other, others) = await family(house), await other_household(house)
    left = departure(others["niece"], reason="prison", left_on="2017-04-01")
    await leave(door, left)
    before = {"id": str(uuid4()), "evidence": "letter 3", "departure_id": left["id"]}
    await post(door, REVERSALS, "village", before)
    await join(door, merge(one, other, {"uncle": others["uncle"]}))
    (done,) = await post(door, f"{REVERSALS}/confirmations", "township", {"id": before["id"], "confirmed": True})
    assert done["code"] == "registry.reversals.merged_since"
    (said,) = await post(door, REVERSALS, "village", before | {"id": str(uuid4())})
    assert said["code"] == "registry.reversals.merged_since"
    assert (await shown(door, other))["status"] == "removed"
