"""What visits found: it waits for another person's look, holds up the exit until then, and is a fact if it is so."""

from collections.abc import Sequence
from datetime import date
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4, uuid5

import asyncpg
import pytest

from services.registry.service import SERVICE
from shared.data.db import open_pool, system_caller, transaction
from shared.events.assessment import VisitRecorded
from shared.events.envelope import Envelope
from shared.facts.steps import WaitError
from shared.ground.context import Caller, system_act
from tests.conftest import Door, House
from tests.integration.registry.facts import heard, state
from tests.integration.registry.test_changes import DEPARTURES, REMOVALS, departure, head_of, post, removal, word
from tests.integration.registry.test_exits import EXITS, TOWNSHIP, finished, noticed, ready_household, step
from tests.integration.registry.test_households import VILLAGE, post_incomes, seed_household, statement
from tests.integration.registry.test_registry_tasks import tasks

FINDINGS, CONDITIONS = "/registry/v1/findings", "/registry/v1/households/conditions"
ANSWERS = f"{FINDINGS}/answers"
# Nothing happens before a visit; on this day all have been told.
SEEN, NOW = date(2017, 6, 10), "2017-07-10"
FACTS = (
    "SELECT valid::text, house_grade, stated_by, weight, stated_as FROM household_fact"
    " WHERE upper_inf(known) AND household_id = $1 ORDER BY valid"
)
CASES = "SELECT found_on, found_by, witnesses, state FROM visit_finding WHERE household_id = $1 ORDER BY found_on"


def visited(household_id: UUID, *findings: str, on: date = SEEN, **changes: Any) -> VisitRecorded:
    fields = {
        "household_id": household_id, "division": VILLAGE, "visit_id": uuid4(), "cadre_id": uuid4(), "visited_on": on,
        "counts": True, "findings": list(findings),
    }  # fmt: skip
    return VisitRecorded.model_validate(fields | changes)


def told_by(subject: str, on: str) -> Any:
    """The act in which a fact is heard that somebody stated."""
    cause = Envelope(str(uuid4()), VisitRecorded.TYPE, "assessment", "", "", 1, 1, "", on, subject, "", "", "")
    return system_act("registry", date.fromisoformat(on), cause.id, cause)


async def hear(house: House, facts: Sequence[VisitRecorded], by: str = "helper-1", on: str = NOW) -> None:
    pool = await open_pool((await house.settings("registry")).database_url, 1)
    try:
        async with transaction(pool, system_caller("registry")) as connection:
            await SERVICE.reactions[VisitRecorded.TYPE](connection, [(told_by(by, on), fact) for fact in facts])
    finally:
        await pool.close()


def answer_of(finding_id: str, *, so: bool, **changes: Any) -> dict[str, Any]:
    return {"id": finding_id, "so": so, "evidence": "photo 12"} | changes


async def answered(door: Door, *items: dict[str, Any], role: str = "township", on: str = NOW,
                   subject: str = "") -> list[tuple[str | None, str | None]]:  # fmt: skip
    return [(r["code"], r["state"]) for r in await post(door, ANSWERS, role, *items, on=on, subject=subject)]


async def listed(door: Door, role: str, area: str = VILLAGE, person: str = "", **query: Any) -> list[dict[str, Any]]:
    answer = await door.call("GET", FINDINGS, role, area, on=NOW, subject=role, person=person, params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def found(house: House, door: Door, household_id: UUID, code: str, on: date = SEEN) -> str:
    """The id of what a visit found."""
    await hear(house, [visited(household_id, code, on=on)])
    (one,) = await listed(door, "township", TOWNSHIP, state="open", household_id=str(household_id))
    return str(one["id"])


async def conditions(door: Door, household_id: UUID, on: str = NOW) -> dict[str, Any]:
    answer = await door.call("GET", f"/registry/v1/households/{household_id}", "team", VILLAGE, on=on)
    seen: dict[str, Any] = answer.json()["conditions"]
    return seen


async def test_what_a_helper_found_waits_for_others_and_holds_up_the_exit(house: House) -> None:
    door = await house.serve("registry")
    await house.serve("assessment", "worker")
    household_id = await ready_household(house, door)
    exit_id = await noticed(door, household_id)
    visit = visited(household_id, "loan_diverted", "school_dropout", on=date(2017, 10, 12), counts=False)
    await state(house, "assessment", visit, on=date(2017, 10, 13), by=Caller("both", "helper", VILLAGE))
    await heard(house, VisitRecorded.TOPIC, 1)
    (one,) = await listed(door, "township", TOWNSHIP)
    assert one == {
        "id": str(uuid5(visit.visit_id, "school_dropout")), "household_id": str(household_id), "division": VILLAGE,
        "visit_id": str(visit.visit_id), "finding": "school_dropout", "found_on": "2017-10-12", "state": "open",
        "evidence": None, "house_grade": None, "income_year": None, "answered_on": None, "since_on": "2017-10-13",
        "due_on": "2017-10-20", "sentence_zh": one["sentence_zh"], "sentence_en": one["sentence_en"],
    }  # fmt: skip
    assert one["sentence_zh"] == "2017-10-12 走访发现：辍学。待他人于 2017-10-20 前核实，核实前该户不予退出。"
    assert one["sentence_en"] == (
        "A visit on 2017-10-12 found: dropped out of school. Somebody else looks until 2017-10-20; before that the"
        " household does not exit."
    )
    for role, area in (("team", VILLAGE), ("township", TOWNSHIP)):
        (task,) = [t for t in (await tasks(door, role, area))["items"] if t["procedure"] == "registry.findings"]
        assert (task["step"], task["title_zh"], task["household_id"]) == ("so", "核实走访发现的问题", str(household_id))
    # Who saw it is also of the task force, and looks at nothing of his own.
    assert (await tasks(door, "team", VILLAGE, "both"))["items"] == []
    assert await answered(door, answer_of(one["id"], so=False), role="team", on="2017-10-14", subject="both") == [
        ("shared.same_person", "open")
    ]
    checked, decided, announced = await finished(door, exit_id)
    assert (checked["state"], decided["code"], decided["state"]) == (
        "township_checked", "registry.exits.findings_open", "township_checked",
    )  # fmt: skip
    assert [(w["code"], w["sentence_zh"]) for w in decided["why"]] == [
        ("findings", "无待核实的走访发现问题，现有 1 项：不符合。")
    ]
    assert announced["code"] == "shared.wrong_state"
    assert await answered(door, answer_of(one["id"], so=False), on="2017-10-18") == [(None, "not_so")]
    case = {"id": exit_id}
    (decided,) = await step(door, "/decisions", "county", case, area="140927", on="2017-10-18", subject="decider")
    assert decided["state"] == "approved"
    # Between decision and announcement it is the same.
    second = await found(house, door, household_id, "water_unsafe", date(2017, 10, 19))
    (announced,) = await step(door, "/announcements", "county", case, area="140927", on="2017-10-20", subject="last")
    assert (announced["code"], announced["state"]) == ("registry.exits.findings_open", "approved")
    assert await answered(door, answer_of(second, so=False), on="2017-10-20") == [(None, "not_so")]
    (announced,) = await step(door, "/announcements", "county", case, area="140927", on="2017-10-20", subject="last")
    assert announced["state"] == "announced"


async def test_nobody_is_proposed_of_whom_something_waits(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await ready_household(house, door)
    one = await found(house, door, household_id, "uninsured")
    (refused,) = await step(door, "", "village", {"household_id": str(household_id)})
    assert (refused["code"], refused["missing"]) == ("registry.exits.criteria_not_met", ["findings"])
    assert await answered(door, answer_of(one, so=False)) == [(None, "not_so")]
    preview = await door.call("GET", f"{EXITS}/preview?household_id={household_id}", "helper", VILLAGE, on=NOW)
    assert (preview.json()["missing"], len(preview.json()["reasons"])) == ([], 14)


@pytest.mark.parametrize(
    ("code", "changes", "field", "value"),
    [
        ("house_unsafe", {"house_grade": "D"}, "house_grade", "D"),
        ("water_unsafe", {}, "safe_water", False),
        ("school_dropout", {}, "school_dropout", True),
        ("untreated_illness", {}, "unfinished_major_illness", True),
        ("uninsured", {}, "medical_insured", False),
    ],
)
async def test_what_is_so_is_held_for_true_from_the_day_of_the_visit_on(
    house: House, code: str, changes: dict[str, Any], field: str, value: Any
) -> None:
    door = await house.serve("registry", "api")
    facts: dict[str, Any] = {"school_dropout": False, "unfinished_major_illness": False}
    household_id, early = [await seed_household(house, **facts) for _ in range(2)]
    one, before = await found(house, door, household_id, code), await found(house, door, early, code, date(2014, 1, 5))
    assert await answered(door, *(answer_of(i, so=True, **changes) for i in (one, before))) == [(None, "so")] * 2
    was = await conditions(door, household_id, "2017-06-09")
    assert was[field] != value
    assert (await conditions(door, household_id, "2017-06-10"))[field] == value
    assert (await conditions(door, early, "2014-06-01"))[field] == value, "not before it was registered"
    for home in (household_id, early):
        (said,) = (r for r in await house.rows("registry", FACTS, home) if r["stated_by"] == "township")
        assert (said["weight"], said["stated_as"]) == ("visit", "township")
    (shown,) = await listed(door, "villager", state="so", household_id=str(household_id))
    assert (shown["evidence"], shown["answered_on"], shown["due_on"]) == ("photo 12", NOW, None)
    assert shown["sentence_en"].endswith("Somebody else looked on 2017-07-10: it is so.")


async def test_what_cannot_be_answered_refuses_itself_alone(house: House) -> None:
    door = await house.serve("registry", "api")
    homes = [await seed_household(house) for _ in range(4)]
    unsafe, water, died, away = [
        await found(house, door, home, code)
        for home, code in zip(homes, ("house_unsafe", "water_unsafe", "died", "not_living_here"), strict=True)
    ]
    graded, missing = "registry.findings.grade_of_unsafe_house", "registry.findings.departure_missing"
    items = [
        answer_of(unsafe, so=True), answer_of(water, so=True, house_grade="C"),
        answer_of(unsafe, so=True, house_grade="B"), answer_of(died, so=True), answer_of(away, so=True),
        answer_of(str(uuid4()), so=True),
        answer_of(water, so=False), answer_of(water, so=False),
    ]  # fmt: skip
    assert await answered(door, *items) == [
        (graded, "open"), (graded, "open"), ("shared.invalid_item", None), (missing, "open"), (missing, "open"),
        ("shared.not_found", None), ("shared.twice_in_batch", "open"), ("shared.twice_in_batch", "open"),
    ]  # fmt: skip
    assert await answered(door, answer_of(water, so=False), answer_of(died, so=False)) == [(None, "not_so")] * 2
    assert await answered(door, answer_of(water, so=False)) == [("shared.wrong_state", "not_so")]
    assert await answered(door, answer_of(away, so=False), on="2017-06-09") == [("shared.future_date", "open")]
    refused = await door.call("POST", ANSWERS, "village", VILLAGE, json={"items": [answer_of(away, so=False)]})
    assert refused.status_code == 403


async def test_who_died_or_left_is_reported_first(house: House) -> None:
    """What was reported and decided before the visit explains nothing that it found."""
    door = await house.serve("registry", "api")
    one, other, struck = [await seed_household(house) for _ in range(3)]
    died, away, gone = [
        await found(house, door, home, code)
        for home, code in ((one, "died"), (other, "not_living_here"), (struck, "not_living_here"))
    ]
    all_so = [answer_of(i, so=True) for i in (died, away, gone)]
    dead = departure(await head_of(house, one), left_on="2017-06-01")
    moved = departure(await head_of(house, other), left_on="2017-06-01", reason="registration_out")
    await post(door, DEPARTURES, "village", dead, moved, on="2017-06-12")
    await post(door, REMOVALS, "village", removal(struck), on="2017-06-09")
    assert await answered(door, *all_so) == [(None, "so")] * 3
    # Who is told of after a death was confirmed is another person, or nobody.
    await hear(house, [visited(one, "died", on=date(2017, 7, 11))], on="2017-07-12")
    await house.rows(
        "registry", "UPDATE departure SET state = 'confirmed', decided_on = '2017-06-20', decided_by = 'x'"
    )
    (again,) = await listed(door, "township", TOWNSHIP, state="open", household_id=str(one))
    assert await answered(door, answer_of(again["id"], so=True), on="2017-07-12") == [
        ("registry.findings.departure_missing", "open")
    ]


async def test_an_income_that_is_not_as_stated_is_unknown_until_it_is_stated_anew(house: House) -> None:
    door = await house.serve("registry", "api")
    one, two, three = [await seed_household(house) for _ in range(3)]
    early = {"income_year": 2016, "stated_on": "2017-01-12", "wage_fen": 1}
    await post_incomes(door, *(statement(i, **early) for i in (one, two, three)))
    await post_incomes(door, *(statement(i, stated_on="2017-05-20") for i in (one, two, three)))
    # The second was stated anew before anybody answered: it stands. Of the third no more than 2016 was known.
    ids = [
        await found(house, door, three, "income_lower_than_stated", date(2017, 2, 3)),
        await found(house, door, one, "income_lower_than_stated", date(2017, 5, 28)),
        await found(house, door, two, "income_higher_than_stated", date(2017, 5, 28)),
    ]
    await post_incomes(door, statement(two, stated_on="2017-05-30", wage_fen=900_000))
    kept = await house.rows("registry", "SELECT count(*) AS n FROM income_line")
    assert await answered(door, *(answer_of(i, so=True) for i in ids)) == [(None, "so")] * 3
    asked = {(f["found_on"], f["income_year"]) for f in await listed(door, "team", state="so")}
    assert asked == {("2017-02-03", 2016), ("2017-05-28", 2017)}

    async def years(household_id: UUID) -> list[int]:
        shown = (await door.call("GET", f"/registry/v1/households/{household_id}", "team", VILLAGE)).json()
        return [y["income_year"] for y in shown["incomes"]]

    assert (await years(one), await years(two), await years(three)) == ([2016], [2016, 2017], [2017])
    preview = await door.call("GET", f"{EXITS}/preview?household_id={one}", "helper", VILLAGE)
    (income,) = [r for r in preview.json()["reasons"] if r["code"] == "income"]
    assert (income["passed"], income["figures"]["known"]) == (False, False)
    # What was stated before the visit, and comes behind the answer, changes nothing.
    (late,) = await post_incomes(door, statement(one, stated_on="2017-05-21"))
    assert (late["status"], late["code"]) == ("accepted", "registry.households.newer_stands")
    assert await years(one) == [2016]
    (anew,) = await post_incomes(door, statement(one, stated_on="2017-06-01", wage_fen=100_000))
    assert (anew["code"], await years(one)) == (None, [2016, 2017])
    now = await house.rows("registry", "SELECT count(*) AS n FROM income_line")
    assert now[0]["n"] == kept[0]["n"] + 10, "nothing is deleted"


async def test_it_is_asked_about_once_whoever_sees_it_and_by_none_of_them(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    first, second = visited(household_id, "water_unsafe"), visited(household_id, "water_unsafe", on=date(2017, 6, 5))
    await hear(house, [first], "wang")
    await hear(house, [second, visited(household_id, "water_unsafe", on=date(2017, 6, 7))], "li")
    await hear(house, [first], "wang")
    (case,) = await house.rows("registry", CASES, household_id)
    assert tuple(case) == (date(2017, 6, 5), "li", ["li", "wang"], "open")
    (one,) = await listed(door, "team")
    assert (one["id"], one["visit_id"]) == (str(uuid5(first.visit_id, "water_unsafe")), str(second.visit_id))
    for subject in ("wang", "li"):
        assert (await tasks(door, "team", VILLAGE, subject))["items"] == []
        assert await answered(door, answer_of(one["id"], so=True), role="team", subject=subject) == [
            ("shared.same_person", "open")
        ]
        with pytest.raises(asyncpg.CheckViolationError, match="finding_is_answered_by_others"):
            await house.rows(
                "registry", "UPDATE visit_finding SET state = 'so', due_on = NULL, evidence = 'x', answered_on = $1,"
                " answered_by = $2", date(2017, 7, 10), subject,
            )  # fmt: skip
    assert await answered(door, answer_of(one["id"], so=True), role="team") == [(None, "so")]
    steps = await house.rows("registry", "SELECT step, acted_by FROM case_step ORDER BY id")
    assert [tuple(s) for s in steps] == [
        ("found", "system:registry"), ("found_again", "system:registry"), ("found_again", "system:registry"),
        ("so", "team"),
    ]  # fmt: skip
    # Seen before somebody looked, it is answered already; seen since, it is another thing.
    await hear(house, [visited(household_id, "water_unsafe", on=date(2017, 7, 10))], on="2017-07-12")
    assert len(await listed(door, "team")) == 1
    await hear(house, [visited(household_id, "water_unsafe", on=date(2017, 7, 11))], on="2017-07-12")
    assert [f["state"] for f in await listed(door, "team")].count("open") == 1


async def test_visits_an_answer_and_another_word_end_alike_in_every_order(house: House) -> None:
    """What is told late changes what is held for true no more than if it had been told in time."""
    door = await house.serve("registry", "api")
    days = {"visit": SEEN, "later visit": date(2017, 6, 12)}
    orders = list(permutations((*days, "answer", "revision")))
    homes = [await seed_household(house, house_grade="A") for _ in orders]

    async def answer(household_ids: list[UUID]) -> set[UUID]:
        waiting = {f["household_id"]: f["id"] for f in await listed(door, "township", TOWNSHIP, state="open")}
        wanted = [i for i in household_ids if str(i) in waiting]
        items = [answer_of(waiting[str(i)], so=True, house_grade="D") for i in wanted]
        assert await answered(door, *items) == [(None, "so")] * len(items) if items else True
        return set(wanted)

    done = set[UUID]()
    for turn in range(4):
        now: dict[str, list[UUID]] = {}
        for home, order in zip(homes, orders, strict=True):
            now.setdefault(order[turn], []).append(home)
        for kind, day in days.items():
            await hear(house, [visited(home, "house_unsafe", on=day) for home in now.get(kind, ())])
        done |= await answer(now.get("answer", []))
        seen = [
            {"household_id": str(i), "observed_on": "2017-06-20", "house_grade": "B"} for i in now.get("revision", ())
        ]
        if seen:
            assert {r["status"] for r in await post(door, CONDITIONS, "team", *seen, on=NOW)} == {"accepted"}
    await answer([i for i in homes if i not in done])
    for home, order in zip(homes, orders, strict=True):
        (case,) = await house.rows("registry", CASES, home)
        told = [day for kind, day in days.items() if home not in done or order.index(kind) < order.index("answer")]
        assert (case["state"], case["found_on"]) == ("so", min(told)), order
        assert [tuple(r)[:2] for r in await house.rows("registry", FACTS, home)] == [
            (f"[2014-06-01,{min(told)})", "A"), (f"[{min(told)},2017-06-20)", "D"), ("[2017-06-20,)", "B"),
        ], order  # fmt: skip


async def test_of_a_household_that_is_struck_nothing_waits_in_whatever_order(house: House) -> None:
    door = await house.serve("registry", "api")
    orders = list(permutations(("visit", "answer", "removal")))
    homes = [await seed_household(house) for _ in orders]
    struck = [removal(home) for home in homes]
    await post(door, REMOVALS, "village", *struck, on="2017-06-09")
    for turn in range(3):
        for home, order, case in zip(homes, orders, struck, strict=True):
            match order[turn]:
                case "visit":
                    await hear(house, [visited(home, "house_unsafe")])
                case "removal":
                    confirmed = await word(house, case)
                    await post(door, f"{REMOVALS}/confirmations", "county", confirmed, on=NOW, subject="decider")
                case "answer":
                    for one in await listed(door, "township", TOWNSHIP, household_id=str(home)):
                        await answered(door, answer_of(one["id"], so=False))
    states = {o: (await house.rows("registry", CASES, i))[0]["state"] for i, o in zip(homes, orders, strict=True)}
    assert states == {o: "not_so" if o == ("visit", "answer", "removal") else "ended" for o in orders}, (
        "only what somebody answered before it was struck has an answer"
    )
    assert (await tasks(door, "township", TOWNSHIP, on=NOW))["items"] == []
    (ended, *_) = await listed(door, "auditor", "140927", state="ended")
    assert ended["sentence_zh"].endswith(f"该户已于 {NOW} 注销，不再核实。")
    assert await answered(door, answer_of(ended["id"], so=False)) == [("shared.wrong_state", "ended")]


async def test_a_visit_to_a_household_that_nobody_knows_waits(house: House) -> None:
    stranger = uuid4()
    with pytest.raises(WaitError, match=f"registry.household/{stranger}"):
        await hear(house, [visited(stranger, "died")])
    await hear(house, [visited(stranger, "loan_diverted", "other")])


async def test_whoever_is_bound_to_the_household_reads_and_nobody_reads_a_login(house: House) -> None:
    door = await house.serve("registry", "api")
    ours, others = await seed_household(house), await seed_household(house, "140927201201")
    await hear(house, [visited(ours, "died"), visited(others, "died")], "wang")
    for role, area in (("county", "140927"), ("auditor", "140927")):
        assert len(await listed(door, role, area)) == 2
    for role, area in (("township", TOWNSHIP), ("village", VILLAGE), ("team", VILLAGE), ("helper", VILLAGE)):
        assert [f["household_id"] for f in await listed(door, role, area)] == [str(ours)], role
    own = await listed(door, "villager", person=await head_of(house, ours))
    assert [f["household_id"] for f in own] == [str(ours)]
    assert await listed(door, "villager", person="somebody else") == []
    owner = await house.owner("registry")
    await owner.execute("DELETE FROM paired")
    assert await listed(door, "helper") == []
    told = await door.call("GET", FINDINGS, "county", "140927")
    assert "wang" not in told.text
    for role in ("bank", "entity", "department", "surveyor"):
        assert (await door.call("GET", FINDINGS, role)).status_code == 403, role
