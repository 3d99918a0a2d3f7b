"""Rounds, samples and answers through their doors, on a real database."""

import asyncio
import hashlib
import json
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.assessment.acts import (
    OTHER_TOWNSHIP,
    SURVEYS,
    TEAMS,
    TOWNSHIP,
    VILLAGE,
    cadre,
    get,
    pair,
    pairing,
    seed_household,
    seed_households,
    send,
    station,
    unit,
)


def new_round(**changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "year": 2017, "seed": "20170601", "per_unit": 10} | changes


async def open_round(door: Door, body: dict[str, Any], subject: str = "opener", on: str = "2017-06-01") -> Any:
    return await door.call("POST", f"{SURVEYS}/rounds", "county", json=body, subject=subject, on=on)


def answer(sample: Any, **changes: Any) -> dict[str, Any]:
    said = {"satisfied": True, "aware": True, "visited_often": False, "answered_on": "2017-06-05"}
    return {"id": sample["id"]} | said | changes


async def record(door: Door, *items: dict[str, Any], on: str = "2017-06-10", subject: str = "surveyor") -> Any:
    return await send(door, "POST", f"{SURVEYS}/answers", "surveyor", list(items), on=on, subject=subject)


async def drawn(house: House, door: Door, households: int = 3, **changes: Any) -> tuple[str, list[dict[str, Any]]]:
    """An open round of one unit: its id and its samples."""
    (li,) = await station(door, "li")
    await pair(door, *(pairing(h, li) for h in await seed_households(house, households)))
    body = new_round(**changes)
    assert (await open_round(door, body)).status_code == 201
    return body["id"], (await get(door, f"{SURVEYS}/samples?round_id={body['id']}", "surveyor"))["items"]


async def test_an_answer_that_cannot_be_read_refuses_itself_alone(house: House) -> None:
    door = await house.serve("assessment", "api")
    _, (one, two, *_) = await drawn(house, door)
    results = await record(door, answer(one, satisfied="very"), answer(two))
    assert [(r["id"], r["code"]) for r in results] == [(one["id"], "shared.invalid_item"), (two["id"], None)]


async def test_a_round_draws_by_unit_and_strata_and_can_be_drawn_again(house: House) -> None:
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    other = unit()
    zhao = cadre(other["id"], "zhao")
    await send(door, "PUT", f"{TEAMS}/units", "county", [other])
    await send(door, "PUT", f"{TEAMS}/cadres", "county", [zhao])
    of_strata = {
        "poor_with_labour": await seed_households(house, 12),
        "poor_without_labour": await seed_households(house, 12, has_labour=False),
        "exited": await seed_households(house, 12, status="exited"),
    }
    await pair(door, *(pairing(h, li) for ours in of_strata.values() for h in ours))
    lone, unpaired = await seed_household(house), await seed_household(house)
    await pair(door, pairing(lone, zhao["id"]))
    body = new_round()
    made = await open_round(door, body)
    assert (made.status_code, made.json()) == (201, body | {
        "state": "open", "opened_on": "2017-06-01", "closed_on": None, "population": 37, "sampled": 11,
    })  # fmt: skip
    samples = (await get(door, f"{SURVEYS}/samples?round_id={body['id']}", "surveyor"))["items"]
    shown = {"id", "round_id", "household_id", "division", "stratum", "answered", "not_asked", "sentence_en",
             "sentence_zh"}  # fmt: skip
    assert all(set(s) == shown for s in samples)
    chosen = {UUID(s["household_id"]) for s in samples}
    assert lone in chosen
    assert unpaired not in chosen
    for (stratum, ours), quota in zip(of_strata.items(), (5, 2, 3), strict=True):
        ranked = sorted(ours, key=lambda h: hashlib.sha256(f"20170601|{stratum}|{h}".encode()).hexdigest())
        assert chosen & set(ours) == set(ranked[:quota])
    path = f"{SURVEYS}/rounds/{body['id']}"
    early = await door.call("GET", f"{path}/inputs", "county")
    assert (early.status_code, early.json()["code"]) == (409, "assessment.surveys.not_closed")
    assert (await door.call("GET", f"{path}/inputs", "surveyor")).status_code == 403
    replayed = await get(door, "/assessment/v1/operations/replay")
    assert replayed == {"replayed": 2, "different": [], "different_count": 0}
    # What was frozen stays, whoever helps whom later.
    await pair(door, pairing(unpaired, li, "2017-06-01"))
    assert (await open_round(door, body, on="2017-06-20")).json() == made.json()
    assert await get(door, f"{SURVEYS}/rounds/{body['id']}", "auditor") == made.json()
    assert (await door.call("POST", f"{path}/closing", "county", subject="closer", on="2017-06-30")).status_code == 200
    inputs = await get(door, f"{path}/inputs", "auditor")
    assert (inputs["seed"], inputs["per_unit"], inputs["parts"]) == ("20170601", 10, [5, 2, 3])
    assert {UUID(c["household_id"]) for c in inputs["candidates"] if c["drawn"]} == chosen
    assert len(inputs["candidates"]) == 37


async def test_what_cannot_be_opened(house: House) -> None:
    door = await house.serve("assessment", "api")
    body = new_round()
    nobody = await open_round(door, body)
    assert (nobody.status_code, nobody.json()["code"]) == (409, "assessment.surveys.nobody_helped")
    (li,) = await station(door, "li")
    await pair(door, pairing(await seed_household(house), li))
    ahead = await open_round(door, new_round(year=2018))
    assert (ahead.status_code, ahead.json()["code"]) == (422, "assessment.surveys.future_year")
    await open_round(door, body)
    differs = await open_round(door, body | {"seed": "another"})
    assert (differs.status_code, differs.json()["code"]) == (409, "shared.content_differs")
    for wrong in ({"seed": ""}, {"seed": "a|b"}, {"per_unit": 0}, {"per_unit": 101}):
        assert (await open_round(door, new_round(**wrong))).json()["code"] == "shared.invalid_input"
    for role in ("township", "auditor", "surveyor"):
        assert (await door.call("POST", f"{SURVEYS}/rounds", role, json=new_round())).status_code == 403


async def test_two_who_open_the_same_round_at_once_draw_once(house: House) -> None:
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    await pair(door, pairing(await seed_household(house), li))
    body = new_round()
    answers = await asyncio.gather(*(open_round(door, body) for _ in range(3)))
    assert {a.status_code for a in answers} <= {201, 409}
    assert len(await house.rows("assessment", "SELECT 1 FROM survey_sample")) == 1


async def test_a_household_answers_once(house: House) -> None:
    door = await house.serve("assessment", "api")
    _, samples = await drawn(house, door)
    one, two, three = (answer(s) for s in samples)
    results = await record(
        door, one, one | {"satisfied": False}, one, two | {"answered_on": "2017-06-11"},
        two | {"answered_on": "2017-05-31"}, answer({"id": str(uuid4())}), three | {"satisfied": False},
    )  # fmt: skip
    assert [r["code"] for r in results] == [
        None, "assessment.surveys.answered", None, "shared.future_date", "assessment.surveys.before_draw",
        "shared.not_found", None,
    ]  # fmt: skip
    (again,) = await record(door, one, subject="another surveyor")
    assert again["code"] == "assessment.surveys.answered"
    assert await get(door, f"{SURVEYS}/summary?year=2017") == {
        "year": 2017, "sampled": 3, "not_asked": 0, "answered": 2, "satisfied": 1, "satisfaction_ppm": 500_000,
        "answered_ppm": 666_667,
    }  # fmt: skip
    empty = {"year": 2016, "sampled": 0, "not_asked": 0, "answered": 0, "satisfied": 0, "satisfaction_ppm": None,
             "answered_ppm": None}  # fmt: skip
    assert await get(door, f"{SURVEYS}/summary?year=2016") == empty
    left = await get(door, f"{SURVEYS}/samples", "surveyor")
    assert [s["id"] for s in left["items"] if not s["answered"]] == [two["id"]]
    page = await get(door, f"{SURVEYS}/samples?limit=1", "surveyor")
    rest = await get(door, f"{SURVEYS}/samples?limit=9&cursor={page['next']}", "surveyor")
    assert [s["id"] for s in page["items"] + rest["items"]] == [s["id"] for s in left["items"]]
    for role in ("county", "helper", "township"):
        assert (await door.call("POST", f"{SURVEYS}/answers", role, json={"items": [two]})).status_code == 403
    assert (await door.call("GET", f"{SURVEYS}/samples", "helper", VILLAGE)).status_code == 403
    assert (await get(door, f"{SURVEYS}/summary?year=2017", "township", TOWNSHIP))["answered"] == 2
    assert (await get(door, f"{SURVEYS}/summary?year=2017", "township", OTHER_TOWNSHIP))["sampled"] == 0


async def test_two_answers_at_once_leave_the_first(house: House) -> None:
    door = await house.serve("assessment", "api")
    _, samples = await drawn(house, door, 10)
    for sample in samples:
        answers = await asyncio.gather(*(
            record(door, answer(sample, satisfied=s)) for s in (True, False)
        ))  # fmt: skip
        codes = sorted(str(a[0]["code"]) for a in answers)
        assert codes == ["None", "assessment.surveys.answered"]


async def test_a_round_is_closed_by_another_person_and_then_takes_no_answer(house: House) -> None:
    door = await house.serve("assessment", "api")
    round_id, samples = await drawn(house, door)
    closing = f"{SURVEYS}/rounds/{round_id}/closing"
    own = await door.call("POST", closing, "county", subject="opener")
    assert (own.status_code, own.json()["code"]) == (403, "shared.same_person")
    owner = await house.owner("assessment")
    with pytest.raises(asyncpg.CheckViolationError, match="survey_closer_is_not_opener"):
        await owner.execute("UPDATE survey_round SET state = 'closed', closed_on = opened_on, closed_by = opened_by")
    closed = await door.call("POST", closing, "county", subject="closer", on="2017-06-30")
    assert (closed.status_code, closed.json()["state"], closed.json()["closed_on"]) == (200, "closed", "2017-06-30")
    twice = await door.call("POST", closing, "county", subject="closer")
    assert (twice.status_code, twice.json()["code"]) == (409, "shared.wrong_state")
    (late,) = await record(door, answer(samples[0]), on="2017-07-01")
    assert late["code"] == "assessment.surveys.closed"
    missing = await door.call("POST", f"{SURVEYS}/rounds/{uuid4()}/closing", "county")
    assert missing.status_code == 404


async def test_whom_a_round_draws_is_told_and_that_it_is_over(house: House) -> None:
    door = await house.serve("assessment", "api")
    round_id, samples = await drawn(house, door)
    again = {"id": round_id, "year": 2017, "seed": "20170601", "per_unit": 10}
    assert (await open_round(door, again, on="2017-06-20")).status_code == 201
    closing = f"{SURVEYS}/rounds/{round_id}/closing"
    assert (await door.call("POST", closing, "county", subject="closer", on="2017-06-10")).status_code == 200
    about = {s["id"]: {n: s[n] for n in ("household_id", "division", "round_id")} for s in samples}
    of_day = {
        "sample_drawn": {"drawn_on": "2017-06-01", "until": "2017-07-01"},
        "sample_closed": {"closed_on": "2017-06-10"},
    }
    for kind, days in of_day.items():
        rows = await house.rows(
            "assessment", "SELECT value FROM outbox WHERE headers ->> 'ce_type' = $1", f"assessment.{kind}.v1"
        )
        told = {fact["sample_id"]: fact for fact in (json.loads(row["value"]) for row in rows)}
        assert told == {one: {"sample_id": one} | said | days for one, said in about.items()}
        assert len(rows) == len(samples) == 3


async def test_what_was_drawn_and_answered_is_never_changed(house: House) -> None:
    door = await house.serve("assessment", "api")
    round_id, samples = await drawn(house, door)
    await record(door, answer(samples[0]))
    await house.rows(
        "assessment", "UPDATE household SET status = 'removed' WHERE id = $1::uuid", samples[1]["household_id"]
    )
    closing = f"{SURVEYS}/rounds/{round_id}/closing"
    assert (await door.call("POST", closing, "county", subject="closer", on="2017-06-30")).status_code == 200
    connection = await asyncpg.connect((await house.settings("assessment")).database_url)
    house.stack.push_async_callback(connection.close)
    await connection.execute(
        "SELECT set_config('app.role', 'county', false), set_config('app.area', '140927', false),"
        " set_config('app.subject', 'x', false)"
    )
    for table in ("survey_candidate", "survey_sample", "survey_answer", "survey_unasked"):
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") > 0
        for change in (f"DELETE FROM {table}", f"UPDATE {table} SET division = division"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(change)
