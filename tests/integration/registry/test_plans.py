"""Plans of households through the doors: by two persons, reported by owners, done by what the register hears of."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.events.industry import CertificateIssued, CertificateRevoked
from tests.bonds import bind
from tests.conftest import Door, House
from tests.integration.registry.facts import heard, state
from tests.integration.registry.test_attestations import item as attested
from tests.integration.registry.test_attestations import post as attest
from tests.integration.registry.test_changes import departure, head_of, leave, post
from tests.integration.registry.test_entitlements import family
from tests.integration.registry.test_exits import ready_household
from tests.integration.registry.test_households import VILLAGE, seed_household
from tests.integration.registry.test_merges import join as merge_now
from tests.integration.registry.test_merges import merge, other_household
from tests.integration.registry.test_registry_tasks import tasks
from tests.integration.registry.test_splits import family as splitting_family
from tests.integration.registry.test_splits import part, split
from tests.integration.registry.test_transfers import FAR, moves
from tests.integration.registry.test_villages import found_places

PLANS = "/registry/v1/plans"
CONFIRMATIONS, REPORTS, CHECKS = f"{PLANS}/confirmations", f"{PLANS}/reports", f"{PLANS}/checks"
ON, DUE = "2017-06-01", "2017-09-30"


def line(household_id: UUID | str, kind: str = "measure_training", **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "household_id": str(household_id), "year": 2017, "kind": kind, "owner": "village",
        "budget_fen": 150_000, "planned_on": DUE,
    } | changes  # fmt: skip


def said(one: dict[str, Any], *, yes: bool = True) -> dict[str, Any]:
    return {"id": one["id"], "confirmed": yes}


def report(one: dict[str, Any], *, reached: bool = True) -> dict[str, Any]:
    return {"id": one["id"], "reached": reached, "evidence": "photo 12"}


async def by_bureau(door: Door, unit: str, *items: dict[str, Any], on: str = ON) -> list[dict[str, Any]]:
    answer = await door.call(
        "POST", REPORTS, "department", "140927", unit=unit, on=on, subject=unit, json={"items": list(items)}
    )
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def planned(door: Door, *lines: dict[str, Any]) -> None:
    """Proposed by the village's clerk, confirmed by the township."""
    assert [r["code"] for r in await post(door, PLANS, "village", *lines, subject="clerk")] == [None] * len(lines)
    done = await post(door, CONFIRMATIONS, "township", *[said(one) for one in lines])
    assert [(r["status"], r["code"]) for r in done] == [("accepted", None)] * len(lines)


async def plan(door: Door, household_id: UUID | str, role: str = "villager", area: str = VILLAGE, on: str = ON,
               **query: Any) -> dict[str, Any]:  # fmt: skip
    answer = await door.call("GET", f"/registry/v1/households/{household_id}/plan", role, area, on=on, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def states(door: Door, household_id: UUID | str, role: str = "county", area: str = "140927") -> list[str]:
    found = await plan(door, household_id, role, area)
    return [one["state"] for one in found["lines"]]


async def waiting(door: Door, role: str, area: str, subject: str, unit: str = "") -> list[tuple[str, str]]:
    answer = await door.call("GET", "/registry/v1/tasks", role, area, on="2017-10-10", subject=subject, unit=unit)
    assert answer.status_code == 200, answer.text
    return [(t["step"], t["due_on"]) for t in answer.json()["items"] if t["procedure"] == "registry.plans"]


async def test_a_line_goes_from_proposal_to_result_by_different_persons(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    one = line(household_id)
    # The same again is answered the same; the same of the household, while it is under way, is planned once.
    twice = await post(door, PLANS, "village", one, one | {"id": str(uuid4())}, subject="clerk")
    assert [r["code"] for r in twice] == [None, "registry.plans.already_planned"]
    assert [r["code"] for r in await post(door, PLANS, "village", one, subject="clerk")] == [None]
    assert await waiting(door, "township", "140927200", "clerk") == []
    assert await waiting(door, "township", "140927200", "township") == [("confirmed", "2017-06-16")]
    (own,) = await post(door, CONFIRMATIONS, "township", said(one), subject="clerk")
    assert own["code"] == "shared.same_person"
    (early,) = await post(door, REPORTS, "village", report(one))
    assert early["code"] == "shared.wrong_state"
    (done,) = await post(door, CONFIRMATIONS, "township", said(one))
    assert (done["status"], done["state"]) == ("accepted", "confirmed")
    # On 10 October it is overdue: a task of whoever answers for it.
    assert await waiting(door, "village", VILLAGE, "clerk") == [("reported", DUE)]
    assert await waiting(door, "team", VILLAGE, "team") == []
    (other,) = await post(door, REPORTS, "team", report(one))
    assert other["code"] == "registry.plans.not_your_line"
    (told,) = await post(door, REPORTS, "village", report(one), subject="chair")
    assert (told["status"], told["state"]) == ("accepted", "reported")
    for role, subject in (("village", "chair"), ("village", "clerk"), ("township", "township")):
        (refused,) = await post(door, CHECKS, role, said(one), subject=subject)
        assert refused["code"] == "shared.same_person", subject
    (back,) = await post(door, CHECKS, "team", said(one, yes=False))
    assert (back["status"], back["state"]) == ("accepted", "confirmed")
    assert await waiting(door, "village", VILLAGE, "clerk") == [("reported", DUE)]
    await post(door, REPORTS, "village", report(one), subject="chair")
    (end,) = await post(door, CHECKS, "team", said(one))
    assert (end["status"], end["state"]) == ("accepted", "done")
    (shown,) = (await plan(door, household_id))["lines"]
    assert (shown["state"], shown["reached"], shown["evidence"], shown["counted_on"]) == (
        "done", True, "photo 12", None,
    )  # fmt: skip
    assert (shown["sentence_zh"], shown["due_on"]) == ("技能培训：已于 2017-06-01 完成。", None)
    assert not {k for k in shown if k.endswith("_by") or k == "owner_subject"}
    owner = await house.owner("registry")
    for column, subject in (("confirmed_by", "clerk"), ("settled_by", "chair"), ("settled_by", "township")):
        with pytest.raises(asyncpg.CheckViolationError):
            await owner.execute(f"UPDATE plan_line SET {column} = $1", subject)


async def test_what_was_not_done_is_said_so(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    one, other = line(household_id), line(household_id, "measure_loan")
    await planned(door, one)
    await post(door, REPORTS, "village", report(one, reached=False))
    (end,) = await post(door, CHECKS, "team", said(one))
    assert (end["status"], end["state"]) == ("accepted", "missed")
    await post(door, PLANS, "helper", other, subject="helper")
    (no,) = await post(door, CONFIRMATIONS, "township", said(other, yes=False))
    assert (no["status"], no["state"]) == ("accepted", "rejected")
    again = [one | {"id": str(uuid4())}, other | {"id": str(uuid4())}]
    assert [r["code"] for r in await post(door, PLANS, "village", *again)] == [None, None]


async def test_each_item_refuses_itself_and_strangers_are_refused(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, stranger = await seed_household(house), await seed_household(house, "140927200202")
    head, foreign = await head_of(house, household_id), await head_of(house, stranger)
    results = await post(
        door, PLANS, "village",
        line(uuid4()), line(stranger), line(household_id, "lottery"), line(household_id, "pension"),
        line(household_id, "pension", person=foreign), line(household_id, "measure_loan", person=head),
        line(household_id, year=2018), line(household_id, planned_on="2017-05-31"), line(household_id, owner="bank"),
        line(household_id, budget_fen=-1), line(household_id, "pension", person=head),
    )  # fmt: skip
    room = "registry.plans."
    assert [r["code"] for r in results] == [
        "shared.not_found", "shared.not_found", f"{room}unknown_kind", f"{room}person_of_a_persons_policy",
        f"{room}not_in_household", f"{room}person_of_a_persons_policy", f"{room}day_of_another_year",
        f"{room}day_is_over", "shared.invalid_item", "shared.invalid_item", None,
    ]  # fmt: skip
    for role, area in (("county", "140927"), ("villager", VILLAGE), ("township", "140927200")):
        answer = await door.call("POST", PLANS, role, area, json={"items": [line(household_id)]})
        assert answer.status_code == 403, role
    path = f"/registry/v1/households/{household_id}/plan"
    assert (await door.call("GET", path, "village", "140927200202")).status_code == 404
    assert (await door.call("GET", path, "department", "140927", unit="health")).status_code == 403
    owner = await house.owner("registry")
    await owner.execute("DELETE FROM resident WHERE household_id = $1", household_id)
    assert (await door.call("GET", path, "villager", VILLAGE)).status_code == 404
    listed = (await door.call("GET", PLANS, "villager", VILLAGE)).json()
    assert listed["items"] == []


async def test_a_bureau_reports_its_own_lines_and_what_its_word_shows_is_done_at_once(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, who = await family(house)
    ill = who["ill"]
    doctor = line(household_id, "family_doctor", person=ill, owner="health")
    card = line(household_id, "chronic_card", person=ill, owner="health", owner_subject="dr-wang")
    await planned(door, doctor, card)
    assert await waiting(door, "department", "140927", "health", "health") == [("reported", DUE)]
    assert await waiting(door, "department", "140927", "dr-wang", "health") == [("reported", DUE)] * 2
    assert await waiting(door, "department", "140927", "x", "education") == []
    mine = (await door.call("GET", PLANS, "department", "140927", unit="health", params={"state": "confirmed"})).json()
    assert {i["id"] for i in mine["items"]} == {doctor["id"], card["id"]}
    assert (await door.call("GET", PLANS, "department", "140927", unit="education")).json()["items"] == []
    strange = await by_bureau(door, "education", report(doctor))
    assert [r["code"] for r in strange] == ["shared.not_found"]
    assert [r["code"] for r in await by_bureau(door, "health", report(card))] == ["registry.plans.not_your_line"]
    assert await attest(door, "health", attested(person=ill, family_doctor=True), on=ON) == [None]
    (done,) = await by_bureau(door, "health", report(doctor))
    assert (done["status"], done["state"]) == ("accepted", "done"), "the register knows it, and nobody checks"
    shown = {one["kind"]: one for one in (await plan(door, household_id))["lines"]}
    assert (shown["family_doctor"]["counted_on"], shown["family_doctor"]["measure_source"]) == (ON, None)
    assert shown["chronic_card"]["state"] == "confirmed"


async def test_what_is_missing_is_suggested_and_never_written(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, who = await family(house)

    async def suggested() -> set[tuple[str, str | None]]:
        found = await plan(door, household_id, "helper", VILLAGE)
        return {(one["policy"], one["person"]) for one in found["suggestions"]}

    gaps = {
        ("compulsory_schooling", who["child"]), ("pension", who["aged"]), ("yearly_checkup", who["aged"]),
        ("family_doctor", who["ill"]), ("chronic_card", who["ill"]),
    }  # fmt: skip
    assert await suggested() == gaps
    assert await house.rows("registry", "SELECT 1 FROM plan_line") == []
    one = line(household_id, "pension", person=who["aged"], owner="human_resources")
    await post(door, PLANS, "helper", one, subject="helper")
    assert await suggested() == gaps - {("pension", who["aged"])}
    (no,) = await post(door, CONFIRMATIONS, "township", said(one, yes=False))
    assert no["state"] == "rejected"
    assert await suggested() == gaps, "what was not confirmed is missing on"
    later = await plan(door, household_id, year=2016)
    assert (later["year"], later["lines"]) == (2016, [])
    dossier = (await door.call("GET", f"/registry/v1/dossier/{household_id}", "villager", VILLAGE)).json()
    assert dossier["plan"]["items"] == (await plan(door, household_id))["lines"]


async def test_a_line_is_done_when_its_help_is_heard_of_and_open_again_when_that_was_none(house: House) -> None:
    door = await house.serve("registry")
    await house.serve("industry", "worker")
    household_id = await seed_household(house)
    asked, waits, other = line(household_id), line(household_id, "measure_post"), await seed_household(house)
    await planned(door, asked, waits)
    proposed = line(other)
    await post(door, PLANS, "village", proposed, subject="clerk")
    certificates = {one: uuid4() for one in (household_id, other)}
    of = [
        CertificateIssued(
            household_id=one, division=VILLAGE, certificate_id=certificate, course="cook", issued_on=date(2017, 6, 20)
        )
        for one, certificate in certificates.items()
    ]
    await state(house, "industry", *of, on=date(2017, 6, 21))
    await heard(house, "industry.household", 2)
    shown = {one["kind"]: one for one in (await plan(door, household_id))["lines"]}
    training = shown["measure_training"]
    assert (training["state"], training["counted_on"]) == ("done", "2017-06-21")
    assert training["measure_source"] == str(certificates[household_id])
    assert shown["measure_post"]["state"] == "confirmed"
    # What nobody has confirmed yet is no plan; once it is, it is done already.
    assert await states(door, other) == ["proposed"]
    (done,) = await post(door, CONFIRMATIONS, "township", said(proposed))
    assert (done["status"], done["state"]) == ("accepted", "done")
    revoked = CertificateRevoked(
        household_id=household_id, division=VILLAGE, certificate_id=certificates[household_id],
        revoked_on=date(2017, 7, 1),
    )  # fmt: skip
    await state(house, "industry", revoked, on=date(2017, 7, 1))
    await heard(house, "industry.household", 3)
    (again,) = [one for one in (await plan(door, household_id))["lines"] if one["kind"] == "measure_training"]
    assert (again["state"], again["measure_source"], again["due_on"]) == ("confirmed", None, DUE)
    assert await states(door, other) == ["done"]
    assert await house.rows("registry", "SELECT 1 FROM parked_key") == []


async def test_a_plan_never_enters_a_decision(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await ready_household(house, door)

    async def previewed() -> Any:
        path = f"/registry/v1/exits/preview?household_id={household_id}"
        answer = await door.call("GET", path, "village", VILLAGE, on="2017-10-10")
        assert answer.status_code == 200, answer.text
        return answer.json()

    before = await previewed()
    one, other = line(household_id), line(household_id, "measure_loan")
    await planned(door, one, other)
    await post(door, REPORTS, "village", report(one, reached=False), subject="chair")
    await post(door, CHECKS, "team", said(one))
    assert sorted(await states(door, household_id)) == ["confirmed", "missed"]
    assert await previewed() == before
    answer = await door.call(
        "POST", "/registry/v1/exits", "village", VILLAGE, on="2017-10-10", subject="clerk",
        json={"items": [{"household_id": str(household_id)}]},
    )  # fmt: skip
    assert [r["status"] for r in answer.json()["results"]] == ["accepted"]


async def test_what_is_planned_ends_with_a_household_and_goes_where_it_goes(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    struck = await seed_household(house)
    (stays, _), (ends, others) = await splitting_family(house), await other_household(house)
    gone, done = line(struck), line(struck, "measure_loan")
    await planned(door, gone, done, line(stays), line(ends))
    await (await house.owner("registry")).execute(
        "UPDATE plan_line SET state = 'done', counted_on = '2017-06-01', due_on = NULL WHERE id = $1", UUID(done["id"])
    )
    assert [r["code"] for r in await leave(door, departure(await head_of(house, struck)))] == [None]
    rows = await house.rows(
        "registry", "SELECT id::text, state, ended_code FROM plan_line WHERE household_id = $1", struck
    )
    assert {r["id"]: (r["state"], r["ended_code"]) for r in rows} == {
        gone["id"]: ("ended", "shared.household_removed"), done["id"]: ("done", None),
    }  # fmt: skip
    (refused,) = await post(door, PLANS, "village", line(struck))
    assert refused["code"] == "shared.household_removed"
    assert (await merge_now(door, merge(stays, ends, others)))["state"] == "confirmed"
    assert (await states(door, stays), await states(door, ends)) == (["confirmed"], ["ended"])
    (parted, who), said_of = await splitting_family(house), "health"
    owner = await house.owner("registry")
    for person in who.values():
        await bind(owner, parted, person=person)
    staying = next(person for name, person in who.items() if name not in ("son", "bride"))
    kind = "medical_insurance"
    lines = [line(parted, kind, person=person, owner=said_of) for person in (who["bride"], staying)]
    await planned(door, *lines)
    await part(door, split(parted, who))
    rows = await house.rows(
        "registry", "SELECT person, state, ended_code FROM plan_line WHERE household_id = $1", parted
    )
    assert {r["person"]: (r["state"], r["ended_code"]) for r in rows} == {
        who["bride"]: ("ended", "registry.plans.person_left"), staying: ("confirmed", None),
    }  # fmt: skip
    died = departure(staying)
    assert [r["code"] for r in await leave(door, died)] == [None]
    rows = await house.rows("registry", "SELECT DISTINCT state FROM plan_line WHERE household_id = $1", parted)
    assert [r["state"] for r in rows] == ["ended"]
    moving = await seed_household(house)
    await planned(door, line(moving))
    await moves(door, moving)
    assert [
        t for t in (await tasks(door, "village", FAR, on="2017-10-10"))["items"] if t["procedure"] == "registry.plans"
    ]
    assert await states(door, moving, "village", FAR) == ["confirmed"]
    assert await waiting(door, "village", VILLAGE, "village") == [("reported", DUE)], "of the one that stays"
