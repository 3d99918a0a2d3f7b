"""A document changes a figure: proposed, confirmed by another, in force for who decides then, in every process."""

import json
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.finance.acts import application, apply_for
from tests.integration.finance.acts import seed_household as seed_borrower
from tests.integration.registry.test_exits import finished, noticed, ready_household
from tests.integration.registry.test_households import VILLAGE

ON = "2017-12-01"
LINE = {"code": "poverty_lines_fen", "value": {"official": 450_000, "statistics": 450_000}}


def entry(begin: str = "2018-01-01", end: str | None = None, **more: Any) -> dict[str, Any]:
    return LINE | {"effective_from": begin, "effective_to": end} | more


def change(*entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "document_no": "晋开发〔2017〕41号", "issuer": "省扶贫开发领导小组",
        "title": "关于调整贫困线的通知", "issued_on": "2017-11-20", "scan_sha256": "ab" * 32,
        "entries": list(entries or (entry(),)),
    } | more  # fmt: skip


async def propose(door: Door, *items: dict[str, Any], of: str = "registry", **more: Any) -> list[dict[str, Any]]:
    call = {"on": ON, "subject": "maker"} | more
    answer = await door.call(
        "POST", f"/{of}/v1/policy-changes", "county", "140927", json={"items": list(items)}, **call
    )
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


async def confirm(door: Door, *ids: str, of: str = "registry", said: bool = True, **more: Any) -> list[dict[str, Any]]:
    body = {"items": [{"id": one, "confirmed": said} for one in ids]}
    call = {"on": ON, "subject": "checker"} | more
    answer = await door.call("POST", f"/{of}/v1/policy-changes/confirmations", "county", "140927", json=body, **call)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


async def shown(door: Door, one: str, role: str = "county", area: str = "140927", of: str = "registry") -> Any:
    return await door.call("GET", f"/{of}/v1/policy-changes/{one}", role, area, on=ON)


async def number(door: Door, code: str, on: str, of: str = "registry") -> dict[str, Any]:
    told = (await door.call("GET", f"/{of}/v1/policy?on={on}", "villager", VILLAGE)).json()
    (found,) = [n for n in told["numbers"] if n["code"] == code]
    shown: dict[str, Any] = found | {"version": told["version"]}
    return shown


async def test_a_change_is_in_force_once_another_confirmed_it(house: House) -> None:
    door = await house.serve("registry", "api")
    before = await number(door, "poverty_lines_fen", "2018-06-01")
    item = change()
    (made,) = await propose(door, item)
    assert (made["status"], made["state"]) == ("accepted", "proposed")
    assert (await number(door, "poverty_lines_fen", "2018-06-01")) == before, "nothing follows from a proposal"
    waits = (await door.call("GET", "/registry/v1/tasks", "county", on=ON, subject="checker")).json()["items"]
    assert [(t["id"], t["procedure"], t["step"]) for t in waits] == [
        (item["id"], "registry.policy_changes", "confirmed")
    ]
    (done,) = await confirm(door, item["id"])
    assert (done["status"], done["state"]) == ("accepted", "confirmed")
    after = await number(door, "poverty_lines_fen", "2018-06-01")
    assert after["value"] == LINE["value"]
    assert (after["source"], after["change_id"]) == ("省扶贫开发领导小组 晋开发〔2017〕41号", item["id"])
    assert after["version"].startswith(before["version"] + "+")
    assert (await number(door, "poverty_lines_fen", "2017-06-01"))["change_id"] is None


async def test_a_change_that_is_sent_again_is_the_same(house: House) -> None:
    door = await house.serve("registry", "api")
    item = change(entry("2018-01-01", "2018-07-01"), entry("2018-07-01"))
    turned = item | {"entries": item["entries"][::-1]}
    first, again = await propose(door, item, turned)
    assert [r["status"] for r in (first, again)] == ["accepted", "accepted"]
    assert (await propose(door, turned))[0]["status"] == "accepted"
    assert (await propose(door, item | {"title": "另一通知"}))[0]["code"] == "shared.content_differs"
    assert (await propose(door, item | {"id": str(uuid4())}))[0]["code"] == "shared.change_exists"
    assert [r["count"] for r in await house.rows("registry", "SELECT count(*) FROM policy_entry")] == [2]
    await confirm(door, item["id"], said=False)
    twice = [item | {"id": str(uuid4())} for _ in range(2)]
    assert [r["code"] for r in await propose(door, *twice)] == [None, "shared.change_exists"]


async def test_whoever_proposed_does_not_confirm_and_a_no_ends_it(house: House) -> None:
    door = await house.serve("registry", "api")
    item = change()
    await propose(door, item)
    (own,) = await confirm(door, item["id"], subject="maker")
    assert (own["status"], own["code"]) == ("refused", "shared.same_person")
    (no,) = await confirm(door, item["id"], said=False)
    assert (no["state"], no["code"]) == ("rejected", "shared.not_confirmed")
    (late,) = await confirm(door, item["id"])
    assert late["code"] == "shared.wrong_state"
    assert (await number(door, "poverty_lines_fen", "2018-06-01"))["change_id"] is None


AGES = "compulsory_school_ages"
BAD: list[tuple[dict[str, Any], str, str | None]] = [
    (entry(code="no_such_figure"), "unknown_figure", "no_such_figure"),
    (entry(value=450_000), "unlike_figure", "poverty_lines_fen"),
    (entry(value={"official": 450_000}), "unlike_figure", "poverty_lines_fen"),
    (entry(value={"official": "much", "statistics": 1}), "unlike_figure", "poverty_lines_fen"),
    (entry("2018-01-01", "2018-01-01"), "entry_reversed", "poverty_lines_fen"),
    (entry("2018-01-01", "2017-12-31"), "entry_reversed", "poverty_lines_fen"),
    # It shortens what stands until 2019, and says not what follows.
    (entry("2018-01-01", "2018-07-01"), "policy_gap", "poverty_lines_fen"),
    (entry("2012-01-01", "2013-01-01"), "policy_gap", "poverty_lines_fen"),
    ({"code": AGES, "value": [6], "effective_from": "2018-01-01"}, "unlike_figure", AGES),
    (
        {"code": "line_series", "value": "no_such_series", "effective_from": "2018-01-01"},
        "policy_unread",
        "poverty_lines_fen",
    ),
]


@pytest.mark.parametrize(("bad", "reason", "figure"), BAD, ids=lambda x: x if isinstance(x, str) else "")
async def test_what_does_not_fit_is_refused_by_its_figure_and_alone(
    house: House, bad: dict[str, Any], reason: str, figure: str
) -> None:
    door = await house.serve("registry", "api")
    refused, sound = await propose(door, change(bad), change(document_no="晋开发〔2017〕42号"))
    assert (refused["status"], refused["code"]) == ("refused", f"shared.{reason}")
    (why,) = refused["why"]
    assert (why["code"], why["figures"]["figure"]) == (reason, figure)
    assert figure in why["sentence_zh"]
    assert figure in why["sentence_en"]
    assert sound["status"] == "accepted"


async def test_two_entries_for_one_day_are_refused(house: House) -> None:
    door = await house.serve("registry", "api")
    (refused,) = await propose(door, change(entry("2018-01-01", "2018-07-01"), entry("2018-06-01")))
    assert (refused["code"], refused["why"][0]["figures"]["on"]) == ("shared.entries_overlap", "2018-06-01")


UNREADABLE = [
    (entry("2018-02-29"), "entries.0.effective_from"),
    (entry(value={"official": 10**30, "statistics": 1}), "entries.0.value"),
    (entry(value={"official": -(10**30), "statistics": 1}), "entries.0.value"),
    (entry(value=["x" * 1000] * 100), "entries.0.value"),
    (entry(value=[[[[[[[[[[[[1]]]]]]]]]]]]), "entries.0.value"),
    (entry(value="\u0000"), "entries.0.value"),
    (entry(value={"official": "\ud800"}), "entries.0.value"),
    (entry(value={"\ud800": 1}), "entries.0.value"),
    (entry(code="Poverty Line"), "entries.0.code"),
]


@pytest.mark.parametrize(("bad", "field"), UNREADABLE, ids=[str(i) for i in range(len(UNREADABLE))])
async def test_what_cannot_be_read_says_where(house: House, bad: dict[str, Any], field: str) -> None:
    door = await house.serve("registry", "api")
    body = json.dumps({"items": [change(bad), change(document_no="42")]})
    answer = await door.call(
        "POST", "/registry/v1/policy-changes", "county", on=ON, content=body,
        headers={"content-type": "application/json"},
    )  # fmt: skip
    refused, sound = answer.json()["results"]
    assert (refused["code"], sound["status"]) == ("shared.invalid_item", "accepted")
    assert refused["errors"][0]["field"].startswith(field), refused


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e400"])
async def test_no_number_that_is_none(house: House, value: str) -> None:
    door = await house.serve("registry", "api")
    body = json.dumps({"items": [change(entry(value="@"))]}).replace('"@"', value)
    headers = {"content-type": "application/json"}
    answer = await door.call("POST", "/registry/v1/policy-changes", "county", on=ON, content=body, headers=headers)
    found = answer.json()["results"][0]
    assert (found["code"], found["errors"][0]["field"]) == ("shared.invalid_item", "entries.0.value")


async def test_twenty_megabytes_are_too_much(house: House) -> None:
    door = await house.serve("finance", "api")
    body = json.dumps({"items": [change(entry(value="x" * 20_971_520))]})
    answer = await door.call(
        "POST", "/finance/v1/policy-changes", "county", on=ON, content=body,
        headers={"content-type": "application/json"},
    )  # fmt: skip
    assert answer.status_code in (200, 413)
    assert answer.status_code == 413 or answer.json()["results"][0]["code"] == "shared.invalid_item"


async def test_another_countys_clerk_and_another_office_change_nothing(house: House) -> None:
    door = await house.serve("registry", "api")
    body = {"items": [change()]}
    other = await door.call("POST", "/registry/v1/policy-changes", "county", "140928", on=ON, json=body)
    assert (other.status_code, other.json()["code"]) == (403, "shared.outside_area")
    for role in ("township", "village", "villager", "auditor", "department", "bank"):
        answer = await door.call("POST", "/registry/v1/policy-changes", role, on=ON, json=body)
        assert answer.status_code == 403, role
    assert await house.rows("registry", "SELECT 1 FROM policy_change") == []
    (early,) = await propose(door, change(issued_on="2017-12-02"))
    assert early["code"] == "shared.future_date"


async def test_it_is_held_against_the_policy_as_it_then_stands(house: House) -> None:
    door = await house.serve("registry", "api")
    # Each says what follows as the policy stands; together they leave the second half of 2018 without a line.
    until = change(entry("2018-01-01", "2019-01-01"), document_no="1")
    whole = change(entry("2017-06-01"), document_no="2")
    assert [r["status"] for r in await propose(door, until, whole)] == ["accepted"] * 2
    (done,) = await confirm(door, whole["id"])
    assert done["status"] == "accepted"
    (gap,) = await confirm(door, until["id"])
    assert (gap["status"], gap["code"], gap["state"]) == ("refused", "shared.policy_gap", "proposed")
    assert gap["why"][0]["figures"] == {"figure": "poverty_lines_fen", "on": "2019-01-01"}
    (no,) = await confirm(door, until["id"], said=False)
    assert no["state"] == "rejected"


async def test_changes_stand_in_the_order_of_their_confirmation(house: House) -> None:
    door = await house.serve("registry", "api")
    early, late = (
        change(entry(value={"official": n, "statistics": n}), document_no=str(n)) for n in (400_000, 500_000)
    )
    await propose(door, early, late)
    done = await confirm(door, late["id"], early["id"])
    assert [r["state"] for r in done] == ["confirmed"] * 2
    found = await number(door, "poverty_lines_fen", "2018-06-01")
    assert (found["value"]["official"], found["change_id"]) == (400_000, early["id"])
    told = [(await shown(door, item["id"])).json() for item in (late, early)]
    assert [t["sequence"] for t in told] == [1, 2]
    assert told[1]["policy_version"] == found["version"] != told[0]["policy_version"]


async def exits(house: House, door: Door) -> str:
    """A household that was decided to leave the list, on 17 October."""
    household_id = await ready_household(house, door)
    (approved, _) = (await finished(door, await noticed(door, household_id)))[1:]
    assert approved["state"] == "approved"
    return str(household_id)


async def test_a_second_process_follows_and_a_third_knows_it_from_its_first_answer(house: House) -> None:
    first, second = await house.serve("registry", "api"), await house.serve("registry", "api")
    before = await exits(house, first)
    item = change(entry("2017-06-01"))
    await propose(first, item)
    await confirm(first, item["id"])

    async def followed() -> bool:
        return bool((await number(second, "poverty_lines_fen", "2018-06-01"))["change_id"] == item["id"])

    assert (await number(first, "poverty_lines_fen", "2018-06-01"))["change_id"] == item["id"], "at once"
    await house.settled(followed, 5)
    third = await house.serve("registry", "api")
    found = await number(third, "poverty_lines_fen", "2018-06-01")
    assert found["change_id"] == item["id"]
    after = str(await ready_household(house, second))
    body = {"items": [{"household_id": after}]}
    (refused,) = (
        await second.call("POST", "/registry/v1/exits", "village", VILLAGE, on="2017-10-10", json=body)
    ).json()["results"]
    assert "income" in refused["missing"], "4,000 yuan are below the new line"
    versions = "SELECT subject_id, policy_version FROM decision WHERE rule = 'registry.household_exit'"
    held = {r["subject_id"]: r["policy_version"] for r in await house.rows("registry", versions)}
    assert held == {before: found["version"].partition("+")[0], after: found["version"]}
    replayed = (await third.call("GET", "/registry/v1/operations/replay", "county")).json()
    assert (replayed["different_count"], replayed["replayed"]) == (0, 2)


async def test_what_it_would_turn_stands_beside_it(house: House) -> None:
    door = await house.serve("registry", "api")
    for _ in range(2):
        await exits(house, door)
    item, later = change(entry("2017-06-01")), change(entry("2017-10-18"), document_no="2")
    mild = change(entry("2017-06-01", value={"official": 100, "statistics": 100}), document_no="3")
    await propose(door, item, later, mild)
    trials = [
        {t["rule"]: (t["decided"], t["different"]) for t in (await shown(door, i["id"])).json()["trial"]}
        for i in (item, later, mild)
    ]
    assert [t["registry.household_exit"] for t in trials] == [(2, 2), (0, 0), (2, 0)]
    await exits(house, door)
    await confirm(door, item["id"])
    told = (await shown(door, item["id"])).json()
    (once,) = [t for t in told["trial"] if t["rule"] == "registry.household_exit"]
    (then,) = [t for t in told["trial_confirmed"] if t["rule"] == "registry.household_exit"]
    assert (once["different"], then["different"]) == (2, 3)


async def test_everybody_reads_what_is_confirmed_and_the_county_what_is_not(house: House) -> None:
    door = await house.serve("registry", "api")
    item, open_one = change(), change(document_no="2")
    await propose(door, item, open_one)
    await confirm(door, item["id"])
    for role, area in (
        ("villager", "140927200305"), ("village", VILLAGE), ("helper", VILLAGE), ("bank", ""), ("entity", ""),
        ("subscriber", ""), ("department", "140927"),
    ):  # fmt: skip
        listed = await door.call("GET", "/registry/v1/policy-changes", role, area, on=ON)
        assert [c["id"] for c in listed.json()["items"]] == [item["id"]], role
        assert (await shown(door, open_one["id"], role, area)).status_code == 404
        told = (await shown(door, item["id"], role, area)).json()
        assert "4,500 元" in told["entries"][0]["sentence_zh"]
        assert "4,500 yuan" in told["entries"][0]["sentence_en"]
    for role in ("county", "auditor"):
        listed = await door.call("GET", "/registry/v1/policy-changes?code=poverty_lines_fen", role, on=ON)
        assert {c["id"] for c in listed.json()["items"]} == {item["id"], open_one["id"]}
    waiting = await door.call("GET", "/registry/v1/policy-changes?state=proposed", "county", on=ON)
    assert [c["id"] for c in waiting.json()["items"]] == [open_one["id"]]
    assert (await door.call("GET", "/registry/v1/policy-changes?code=age_groups", "county")).json()["items"] == []


async def test_what_was_said_stays_said(house: House) -> None:
    door = await house.serve("registry", "api")
    item = change()
    await propose(door, item)
    url = house.cluster.url("registry_app", await house.database("registry"))
    connection = await asyncpg.connect(url)
    house.stack.push_async_callback(connection.close)
    for statement in (
        "UPDATE policy_entry SET value = '1'", "DELETE FROM policy_entry", "DELETE FROM policy_change",
    ):  # fmt: skip
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    owner = await house.owner("registry")
    with pytest.raises(asyncpg.CheckViolationError, match="confirmed_by_another"):
        await owner.execute("UPDATE policy_change SET confirmed_by = proposed_by, confirmed_on = proposed_on")


async def test_a_loan_is_longer_where_the_document_says_so(house: House) -> None:
    door = await house.serve("finance", "api")
    long = {"code": "longest_term_months", "value": 60, "effective_from": "2017-07-01"}
    (before,) = await apply_for(door, application(await seed_borrower(house), term_months=48), on="2017-09-01")
    assert before["missing"] == ["term_within_limits"]
    item = change(long)
    (made,) = await propose(door, item, of="finance")
    assert made["status"] == "accepted", made
    told = (await shown(door, item["id"], of="finance")).json()
    assert [(t["rule"], t["decided"], t["different"]) for t in told["trial"]] == [("finance.loan_eligibility", 1, 1)]
    await confirm(door, item["id"], of="finance")
    (after,) = await apply_for(door, application(await seed_borrower(house), term_months=48), on="2017-09-01")
    assert after["missing"] == []
    (too_early,) = await apply_for(door, application(await seed_borrower(house), term_months=48), on="2017-06-30")
    assert too_early["missing"] == ["term_within_limits"]
    (kept,) = await house.rows("finance", "SELECT topic, value FROM outbox WHERE topic = 'finance.policy'")
    assert json.loads(kept["value"])["codes"] == ["longest_term_months"]


async def test_a_day_that_the_policy_holds_is_changed_by_a_day(house: House) -> None:
    door = await house.serve("industry", "api")
    until = {"code": "pv_old_connected_until", "effective_from": "2018-01-01"}
    wrong, right = await propose(
        door, change(until | {"value": "soon"}), change(until | {"value": "2018-06-30"}), of="industry"
    )
    assert (wrong["code"], right["status"]) == ("shared.unlike_figure", "accepted")
    await confirm(door, right["id"], of="industry")
    found = await number(door, "pv_old_connected_until", "2018-02-01", of="industry")
    assert found["value"] == "2018-06-30"
