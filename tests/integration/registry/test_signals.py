"""Risk signals: heard from other services or held for true here, weighed for whoever got out, looked at by others."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.events.envelope import Payload
from shared.events.finance import LoanDisbursed, LoanOverdue, LoanSettled, RepaymentPosted
from shared.events.industry import (
    AgreementEnded,
    AgreementSigned,
    DividendMissed,
    PostAssigned,
    PostEnded,
)
from shared.serve.run import _republish
from tests.conftest import Door, House, find_service
from tests.integration.registry.facts import heard, paid, state
from tests.integration.registry.test_amendments import confirm, exited, returning, revoking
from tests.integration.registry.test_amendments import post as amend
from tests.integration.registry.test_attestations import item as attested
from tests.integration.registry.test_attestations import post as attest
from tests.integration.registry.test_changes import DEPARTURES, departure, head_of
from tests.integration.registry.test_changes import post as change
from tests.integration.registry.test_exits import finished, noticed, ready_household
from tests.integration.registry.test_followups import listed as follow_ups
from tests.integration.registry.test_followups import report, seen
from tests.integration.registry.test_households import VILLAGE, seed_household, statement
from tests.integration.registry.test_plans import PLANS, line
from tests.integration.registry.test_transfers import FAR, moves
from tests.integration.registry.test_villages import found_places

WARNINGS, SIGNALS = "/registry/v1/risk-warnings", "/registry/v1/risk-signals"
ROOM = "registry.signals"
ON = "2017-11-20"


async def count(door: Door, on: str = ON, division: str = "140927") -> tuple[int, int, int]:
    answer = await door.call("POST", f"{WARNINGS}/counts", "county", "140927", on=on, json={"division": division})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    return found["households"], found["waiting"], found["raised"]


async def listed(door: Door, path: str = WARNINGS, role: str = "county", area: str = "140927",
                 **asked: Any) -> list[dict[str, Any]]:  # fmt: skip
    answer = await door.call("GET", path, role, area, on=ON, params=asked)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def look(door: Door, one: dict[str, Any], what: str = "fine", role: str = "team", subject: str = "team-2",
               area: str = VILLAGE, on: str = ON) -> dict[str, Any]:  # fmt: skip
    items = [{"id": one["id"], "seen": what, "evidence": "visit 4"}]
    answer = await door.call("POST", f"{WARNINGS}/looks", role, area, on=on, subject=subject, json={"items": items})
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()["results"][0]
    return result


async def waiting(door: Door, role: str, area: str, subject: str, on: str = ON) -> list[tuple[str, str]]:
    answer = await door.call("GET", "/registry/v1/tasks", role, area, on=on, subject=subject)
    assert answer.status_code == 200, answer.text
    return [(t["step"], t["due_on"]) for t in answer.json()["items"] if t["procedure"] == ROOM]


def of(household_id: UUID, division: str = VILLAGE) -> dict[str, Any]:
    return {"household_id": household_id, "division": division}


def overdue(household_id: UUID, on: str, loan_id: UUID | None = None) -> LoanOverdue:
    return LoanOverdue(**of(household_id), loan_id=loan_id or uuid4(), amount_fen=5, overdue_on=date.fromisoformat(on))


def lost_post(household_id: UUID, on: str) -> list[Payload]:
    """Given long before, and lost on a day."""
    one = of(household_id) | {"assignment_id": uuid4()}
    given = PostAssigned(**one, kind="road", monthly_fen=1, started_on=date(2016, 1, 1))
    return [given, PostEnded(**one, reason="expired", ended_on=date.fromisoformat(on))]


async def in_danger(house: House, door: Door) -> UUID:
    """A household that got out, with a loan that is overdue and a post that is lost; both services state on."""
    await house.serve("finance", "worker")
    await house.serve("industry", "worker")
    household_id, _ = await exited(house, door)
    await state(house, "finance", overdue(household_id, "2017-11-01"))
    await state(house, "industry", *lost_post(household_id, "2017-11-05"))
    await heard(house, "finance.loan", 1)
    await heard(house, "industry.household", 2)
    return household_id


async def test_at_the_level_somebody_else_must_look_and_once(house: House) -> None:
    door = await house.serve("registry")
    household_id = await in_danger(house, door)
    assert await listed(door) == [], "nobody has weighed yet"
    assert await count(door) == (1, 1, 1)
    assert await count(door) == (1, 1, 0)
    (one,) = await listed(door)
    assert (one["household_id"], one["points"], one["kinds"]) == (str(household_id), 55, ["loan_overdue", "post_ended"])
    assert (one["state"], one["raised_on"], one["due_on"]) == ("open", ON, "2017-12-05")
    assert one["sentence_zh"] == "该户有返贫风险：2017-11-20 起风险分值 55 分，应于 2017-12-05 前入户核实。"
    decisions = (await door.call("GET", f"/registry/v1/decisions?subject_id={household_id}", "county")).json()
    (why,) = (d for d in decisions if d["id"] == one["decision_id"])
    assert [(r["code"], r["passed"]) for r in why["reasons"]] == [
        ("exited", True), ("loan_overdue", True), ("post_ended", True), ("level", True),
    ]  # fmt: skip
    replay = (await door.call("GET", "/registry/v1/operations/replay", "county")).json()
    assert replay["different"] == []
    assert await waiting(door, "team", VILLAGE, "team-2") == [("fine", "2017-12-05")]
    assert await waiting(door, "village", VILLAGE, "clerk") == [], "the clerk proposed its exit"
    assert (await look(door, one, role="village", subject="clerk"))["code"] == "shared.same_person"
    assert (await look(door, one, area="140927200202"))["code"] == "shared.not_found"
    done = await look(door, one)
    assert (done["status"], done["state"]) == ("accepted", "fine")
    assert (await look(door, one))["code"] == "shared.wrong_state"
    assert await waiting(door, "team", VILLAGE, "team-2") == []
    assert await count(door, "2017-11-21") == (1, 0, 0), "what somebody looked at is not asked again"
    await state(house, "finance", overdue(household_id, "2017-11-25"))
    await state(house, "industry", *lost_post(household_id, "2017-11-26"))
    await heard(house, "finance.loan", 2)
    await heard(house, "industry.household", 4)
    assert await count(door, "2017-12-01") == (1, 1, 1)
    owner = await house.owner("registry")
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("UPDATE risk_warning SET looked_by = proposed_by WHERE state = 'fine'")
    summary = await door.call("GET", f"{WARNINGS}/summary", "village", VILLAGE, params={"division": VILLAGE})
    assert summary.json() == [
        {"division": VILLAGE, "open": 1, "fine": 1, "needs_help": 0, "fallen": 0, "ended": 0,
         "kinds": {"loan_overdue": 1, "post_ended": 1}},
    ]  # fmt: skip


async def test_who_may_and_may_not(house: House) -> None:
    door = await house.serve("registry", "api")
    for role, area in (("township", VILLAGE[:9]), ("village", VILLAGE), ("auditor", "140927")):
        answer = await door.call("POST", f"{WARNINGS}/counts", role, area, json={"division": area})
        assert answer.status_code == 403, role
    answer = await door.call("POST", f"{WARNINGS}/counts", "county", "140927", json={"division": "140928"})
    assert answer.json()["code"] == "shared.outside_area"
    for role, area in (("township", VILLAGE[:9]), ("helper", VILLAGE), ("villager", VILLAGE), ("county", "140927")):
        answer = await door.call("POST", f"{WARNINGS}/looks", role, area, json={"items": [{"id": str(uuid4())}]})
        assert answer.status_code == 403, role


async def test_what_was_told_while_it_was_poor_counts_once_it_is_out(house: House) -> None:
    door = await house.serve("registry")
    await house.serve("finance", "worker")
    await house.serve("industry", "worker")
    household_id = await ready_household(house, door)
    await state(house, "finance", overdue(household_id, "2017-09-01"))
    await state(house, "industry", *lost_post(household_id, "2017-09-20"))
    await heard(house, "finance.loan", 1)
    await heard(house, "industry.household", 2)
    assert await count(door) == (0, 0, 0)
    assert {s["kind"] for s in await listed(door, SIGNALS)} == {"loan_overdue", "post_ended"}
    await finished(door, await noticed(door, household_id))
    assert await count(door) == (1, 1, 1)


async def test_what_is_over_counts_no_more_and_what_is_told_twice_counts_once(house: House) -> None:
    door = await house.serve("registry")
    await house.serve("finance", "worker")
    await house.serve("industry", "worker")
    one, two = await seed_household(house), await seed_household(house)
    loan, settled, agreement, dead = uuid4(), uuid4(), uuid4(), uuid4()
    of_loan = {"amount_fen": 1, "principal_left_fen": 4}
    await state(
        house, "finance",
        # What was repaid before it became overdue ends nothing.
        RepaymentPosted(**of(one), loan_id=loan, repaid_on=date(2017, 9, 1), **of_loan),
        overdue(one, "2017-09-20", loan), overdue(two, "2017-09-21", settled),
        LoanDisbursed(**of(two), loan_id=settled, amount_fen=5, disbursed_on=date(2016, 1, 1)),
        LoanSettled(**of(two), loan_id=settled, settled_on=date(2017, 10, 1)),
    )  # fmt: skip
    missed = {"loan_id": uuid4(), "owed_fen": 1, "due_on": date(2017, 6, 1)}
    await state(
        house, "industry",
        DividendMissed(**of(one), agreement_id=agreement, missed_on=date(2017, 9, 1), **missed),
        paid(one, 5, purpose="post_wage", paid_on=date(2017, 9, 10)),
        DividendMissed(**of(two), agreement_id=dead, missed_on=date(2017, 9, 2), **missed),
        AgreementSigned(
            **of(two), agreement_id=dead, loan_id=uuid4(), entity_code="x", floor_fen=1, signed_on=date(2016, 1, 1)
        ),
        AgreementEnded(**of(two), agreement_id=dead, loan_id=uuid4(), reason="x", ended_on=date(2017, 9, 30)),
        *lost_post(one, "2017-09-05"), *lost_post(two, "2017-09-05"),
        PostAssigned(**of(two), assignment_id=uuid4(), kind="road", monthly_fen=1, started_on=date(2017, 9, 6)),
    )  # fmt: skip
    await heard(house, "finance.loan", 5)
    await heard(house, "industry.household", 10)

    async def kept() -> set[tuple[str, str, str, str | None]]:
        names = {str(one): "one", str(two): "two"}
        return {(names[s["household_id"]], s["kind"], s["since_on"], s["over_on"]) for s in await listed(door, SIGNALS)}

    before = {
        ("one", "loan_overdue", "2017-09-20", None), ("two", "loan_overdue", "2017-09-21", "2017-10-01"),
        ("one", "dividend_missed", "2017-09-01", None), ("two", "dividend_missed", "2017-09-02", "2017-09-30"),
        ("one", "post_ended", "2017-09-05", None), ("two", "post_ended", "2017-09-05", "2017-09-06"),
    }  # fmt: skip
    assert await kept() == before
    assert await _republish(find_service("finance"), await house.settings("finance"), "finance.loan") == 5
    await heard(house, "finance.loan", 10)
    assert await kept() == before
    await state(house, "finance", RepaymentPosted(**of(one), loan_id=loan, repaid_on=date(2017, 10, 5), **of_loan))
    await state(house, "industry", paid(one, 5, paid_on=date(2017, 10, 6)))
    await heard(house, "finance.loan", 11)
    await heard(house, "industry.household", 11)
    assert {(k, over) for who, k, _, over in await kept() if who == "one"} == {
        ("loan_overdue", "2017-10-05"), ("dividend_missed", "2017-10-06"), ("post_ended", None),
    }  # fmt: skip
    # Overdue once more, it goes on.
    await state(house, "finance", overdue(one, "2017-10-20", loan))
    await heard(house, "finance.loan", 12)
    owner = await house.owner("registry")
    await owner.execute("UPDATE household SET status = 'exited', exited_on = '2017-01-01', exited_year = 2017")
    assert await count(door) == (2, 1, 1)
    ((warned, kinds),) = [(w["household_id"], w["kinds"]) for w in await listed(door)]
    assert (warned, kinds) == (str(one), ["loan_overdue", "post_ended"])


async def test_a_signal_of_an_unknown_household_is_set_aside_alone(house: House) -> None:
    await house.serve("registry")
    await house.serve("finance", "worker")
    known, stranger = await seed_household(house), uuid4()
    await state(house, "finance", overdue(stranger, "2017-09-01"), overdue(known, "2017-09-01"))
    await heard(house, "finance.loan", 2)
    assert [r["household_id"] for r in await house.rows("registry", "SELECT household_id FROM risk_signal")] == [known]
    (parked,) = await house.rows("registry", "SELECT waits_for FROM parked_key")
    assert parked["waits_for"] == f"registry.household/{stranger}"


async def kinds_on(house: House, door: Door, on: str = ON) -> list[str]:
    """What counts of the only household, by the decision that a low level brings about."""
    owner = await house.owner("registry")
    await owner.execute("DELETE FROM risk_warning")
    await count(door, on)
    return [kind for one in await listed(door) for kind in one["kinds"]]


async def test_what_the_register_itself_holds_for_true_is_a_signal_since_its_day(house: House) -> None:
    """Each together with an income under the line, which warns alone."""
    door = await house.serve("registry", "api")
    household_id, _ = await exited(house, door)
    head = await head_of(house, household_id)
    assert await kinds_on(house, door) == [], "what it earned was weighed when it got out"
    low = statement(household_id, wage_fen=0, stated_on="2017-11-01")
    body = {"items": [low]}
    await door.call("POST", "/registry/v1/households/incomes", "team", VILLAGE, on="2017-11-01", json=body)
    assert await kinds_on(house, door) == ["income_under"]
    assert await kinds_on(house, door, "2017-10-31") == []
    assert await kinds_on(house, door, "2018-12-01") == [], "the window is over"
    assert await attest(door, "health", attested(person=head, since="2017-11-02", health="major"), on=ON) == [None]
    assert await kinds_on(house, door) == ["fell_ill", "income_under"]
    # Insured otherwise afterwards, he is ill since the same day.
    insured = attested(person=head, since="2017-11-10", medical_insured=False)
    assert await attest(door, "civil_affairs", insured, on=ON) is not None
    for fact in ({"house_grade": "D"}, {"school_dropout": True}):
        seen_there = {"household_id": str(household_id), "observed_on": "2017-11-05"} | fact
        path = "/registry/v1/households/conditions"
        answer = await door.call("POST", path, "team", VILLAGE, on="2017-11-05", json={"items": [seen_there]})
        assert answer.json()["results"][0]["status"] == "accepted", answer.text
    assert await kinds_on(house, door) == ["fell_ill", "dropped_out", "house_fell", "income_under"]
    first, *_ = await follow_ups(door)
    await report(door, seen(first, "near", "uninsured"))
    assert await kinds_on(house, door) == [
        "fell_ill", "dropped_out", "house_fell", "income_near", "income_under", "found",
    ]  # fmt: skip


async def test_a_death_is_a_signal_to_those_who_are_left(house: House) -> None:
    door = await house.serve("registry")
    household_id = await in_danger(house, door)
    owner = await house.owner("registry")
    await owner.execute(
        "INSERT INTO departure (id, household_id, member_id, division, reason, left_on, state, reported_on,"
        " reported_by, decided_on, decided_by, procedure_version, since_on)"
        " SELECT uuidv7(), household_id, id, division, 'death',"
        " '2017-11-10', 'confirmed', '2017-11-11', 'a', '2017-11-12', 'b', 1, '2017-11-12' FROM member"
    )
    await count(door)
    (one,) = await listed(door, household_id=str(household_id), state="open", division=VILLAGE)
    assert (one["points"], one["kinds"]) == (75, ["loan_overdue", "post_ended", "member_died"])


async def test_who_needs_help_gets_a_line_in_its_plan_and_who_fell_back_is_proposed(house: House) -> None:
    door = await house.serve("registry")
    household_id = await in_danger(house, door)
    await count(door)
    (one,) = await listed(door)
    assert (await look(door, one, "needs_help"))["state"] == "needs_help"
    assert await waiting(door, "village", VILLAGE, "chair") == [("needs_help", "2017-12-05")]
    await change(door, PLANS, "village", line(household_id, planned_on="2017-12-30"), subject="chair", on=ON)
    assert await waiting(door, "village", VILLAGE, "chair") == []
    owner = await house.owner("registry")
    await owner.execute("UPDATE risk_warning SET state = 'fallen'")
    assert await waiting(door, "team", VILLAGE, "team-2") == [("fallen", "2017-12-05")]
    home = (await door.call("GET", f"/registry/v1/households/{household_id}", "county")).json()
    assert home["status"] == "exited", "nobody falls back by a look"
    await amend(door, "returns", "team", returning(household_id), on=ON)
    assert await waiting(door, "team", VILLAGE, "team-2") == []


async def test_it_ends_with_a_return_and_counts_anew_after_none(house: House) -> None:
    door = await house.serve("registry")
    household_id = await in_danger(house, door)
    await count(door)
    owner = await house.owner("registry")
    await owner.execute("UPDATE household_fact SET safe_water = false")
    item = returning(household_id)
    await amend(door, "returns", "village", item)
    await confirm(door, item)
    (one,) = await listed(door)
    assert (one["state"], one["ended_code"], one["due_on"]) == ("ended", "registry.amendments.has_returned", None)
    assert await waiting(door, "team", VILLAGE, "team-2") == []
    assert await count(door, "2017-11-22") == (0, 0, 0), "who is poor again is not weighed"


async def test_it_ends_with_a_revoked_exit_and_with_a_removal(house: House) -> None:
    door = await house.serve("registry")
    household_id = await in_danger(house, door)
    await count(door)
    (case,) = await house.rows("registry", "SELECT id FROM exit_case")
    item = revoking(str(case["id"]))
    await amend(door, "revocations", "township", item, area=VILLAGE[:9])
    await confirm(door, item)
    assert [(w["state"], w["ended_code"]) for w in await listed(door)] == [
        ("ended", "registry.amendments.exit_revoked")
    ]
    owner = await house.owner("registry")
    await owner.execute("UPDATE household SET status = 'exited', exited_on = '2017-10-17', exited_year = 2017")
    await count(door)
    said = departure(await head_of(house, household_id), left_on="2017-11-15")
    await change(door, DEPARTURES, "helper", said, on=ON)
    await change(door, f"{DEPARTURES}/confirmations", "township", {"id": said["id"], "confirmed": True}, on=ON)
    assert "shared.household_removed" in {w["ended_code"] for w in await listed(door)}


async def test_a_household_takes_its_signals_and_warnings_along(house: House) -> None:
    door = await house.serve("registry")
    await found_places(house)
    household_id = await in_danger(house, door)
    await count(door)
    await moves(door, household_id)
    for path, many in ((WARNINGS, 1), (SIGNALS, 2)):
        assert {one["division"] for one in await listed(door, path)} == {FAR}
        assert await listed(door, path, "village", VILLAGE) == []
        assert len(await listed(door, path, "village", FAR)) == many
    # What is told later of the place where it lived is kept where it lives.
    await state(house, "finance", overdue(household_id, "2017-11-19"))
    await heard(house, "finance.loan", 2)
    assert {one["division"] for one in await listed(door, SIGNALS)} == {FAR}


async def tell(door: Door, *items: dict[str, Any], role: str = "village", subject: str = "") -> list[str | None]:
    answer = await door.call(
        "POST", SIGNALS, role, VILLAGE, on=ON, subject=subject or role, json={"items": list(items)}
    )
    assert answer.status_code == 200, answer.text
    return [r["code"] for r in answer.json()["results"]]


def misfortune(household_id: UUID, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "household_id": str(household_id), "cause": "disaster", "since_on": "2017-11-02",
        "evidence": "hail of 2 November",
    } | changes  # fmt: skip


async def test_a_misfortune_is_told_once_by_who_hears_of_it(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, _ = await exited(house, door)
    stranger = await seed_household(house, "140927200202")
    one = misfortune(household_id)
    said = [
        one, one | {"cause": "job"}, misfortune(stranger), misfortune(household_id, since_on="2017-11-21"),
        misfortune(household_id, since_on="2014-05-31"), misfortune(household_id, cause="luck"),
    ]  # fmt: skip
    assert await tell(door, *said) == [
        None, "shared.content_differs", "shared.not_found", "shared.future_date",
        "registry.households.before_registration", "shared.invalid_item",
    ]  # fmt: skip
    assert await tell(door, one) == [None], "told again, it is answered the same"
    assert await tell(door, misfortune(household_id), role="helper", subject="helper") == [None]
    assert await tell(door, misfortune(stranger), role="helper", subject="helper") == ["shared.not_found"]
    (kept, *_) = [s for s in await listed(door, SIGNALS, kind="misfortune") if s["id"] == one["id"]]
    assert (kept["source"], kept["cause"], kept["since_on"]) == (one["id"], "disaster", "2017-11-02")
    assert "told_by" not in kept
    assert await count(door) == (1, 0, 0), "two words on one misfortune are one"
    low = statement(household_id, stated_on="2017-11-03", wage_fen=320_000)
    path = "/registry/v1/households/incomes"
    await door.call("POST", path, "team", VILLAGE, on="2017-11-03", json={"items": [low]})
    assert await count(door) == (1, 1, 1), "near the line it is too much"
    answer = await door.call("POST", SIGNALS, "county", "140927", json={"items": [one]})
    assert answer.status_code == 403
