"""A household's word: by one of its people who is of age, or on paper, vouched for by two who do not help it."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.bonds import HELPERS
from tests.conftest import Door, House
from tests.integration.registry.test_changes import add_member, post
from tests.integration.registry.test_exits import EXITS, VOTE, proposed, ready_household, step
from tests.integration.registry.test_households import VILLAGE, statement

PAPERS = "/registry/v1/papers"


async def checked(house: House, door: Door) -> str:
    """A case that waits for the household's word; the clerk proposed it."""
    exit_id = await proposed(door, await ready_household(house, door))
    await step(door, "/reviews", "village", {"id": exit_id} | VOTE, subject="chair")
    await step(door, "/checks", "team", {"id": exit_id, "confirmed": True, "evidence": "visit"}, subject="team")
    return exit_id


def sheet(exit_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "procedure": "registry.exits", "case_id": exit_id, "agreed": True,
        "signature": "fingerprint", "scan_sha256": "a" * 64, "place": "village office", "signed_on": "2017-10-10",
        "witness": "teacher",
    } | changes  # fmt: skip


async def record(door: Door, item: dict[str, Any], subject: str, role: str = "village") -> dict[str, Any]:
    (said,) = await post(door, PAPERS, role, item, on="2017-10-10", subject=subject)
    return said


async def test_a_sheet_is_the_partys_word_once_two_have_vouched_for_it(house: House) -> None:
    door = await house.serve("registry", "api")
    exit_id = await checked(house, door)
    item = sheet(exit_id)
    assert (await record(door, item, "chair"))["state"] == "recorded"
    shown = (await door.call("GET", f"{EXITS}/{exit_id}", "village", VILLAGE)).json()
    assert shown["state"] == "checked", "nothing follows from one person's word"
    confirmed = {"id": item["id"], "confirmed": True}
    (own,) = await post(door, f"{PAPERS}/confirmations", "village", confirmed, on="2017-10-11", subject="chair")
    assert own["code"] == "shared.same_person"
    (done,) = await post(door, f"{PAPERS}/confirmations", "team", confirmed, on="2017-10-11", subject="team")
    assert done["state"] == "confirmed"
    shown = (await door.call("GET", f"{EXITS}/{exit_id}", "village", VILLAGE)).json()
    assert (shown["state"], shown["steps"][-1]["detail"]["channel"]) == ("consented", "paper")


@pytest.mark.parametrize(
    ("changes", "recorder", "code"),
    [
        ({}, "clerk", "shared.same_person"),
        ({"witness": HELPERS[0]}, "chair", "shared.helper_vouches"),
        ({}, HELPERS[0], "shared.helper_vouches"),
        ({"signed_on": "2017-10-11"}, "chair", "shared.future_date"),
        ({"procedure": "registry.amendments"}, "chair", "shared.no_partys_step"),
    ],
)
async def test_who_does_not_vouch(house: House, changes: dict[str, Any], recorder: str, code: str) -> None:
    door = await house.serve("registry", "api")
    item = sheet(await checked(house, door), **changes)
    assert (await record(door, item, recorder))["code"] == code


@pytest.mark.parametrize(("subject", "code"), [("clerk", "shared.same_person"), (HELPERS[0], "shared.helper_vouches")])
async def test_who_does_not_vouch_as_the_first_does_not_as_the_second(house: House, subject: str, code: str) -> None:
    door = await house.serve("registry", "api")
    item = sheet(await checked(house, door))
    await record(door, item, "chair")
    confirmed = {"id": item["id"], "confirmed": True}
    (said,) = await post(door, f"{PAPERS}/confirmations", "village", confirmed, on="2017-10-11", subject=subject)
    assert said["code"] == code


async def test_no_sheet_counts_while_its_household_is_frozen(house: House) -> None:
    door = await house.serve("registry", "api")
    exit_id = await checked(house, door)
    item, later = sheet(exit_id), sheet(exit_id)
    await record(door, item, "chair")
    owner = await house.owner("registry")
    await owner.execute(
        "INSERT INTO frozen_household SELECT household_id, uuidv7(), '2017-10-09', NULL FROM exit_case WHERE id = $1",
        UUID(exit_id),
    )
    confirmed = {"id": item["id"], "confirmed": True}
    (said,) = await post(door, f"{PAPERS}/confirmations", "team", confirmed, on="2017-10-11", subject="team")
    assert said["code"] == "shared.frozen"
    assert (await record(door, later, "chair"))["code"] == "shared.frozen"


async def test_a_child_does_not_speak_for_its_household(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await ready_household(house, door)
    child = await add_member(house, household_id, "son", "1999-10-11")
    connection = await house.owner("registry")
    await connection.execute("INSERT INTO resident VALUES ($1, $2)", child, household_id)
    earned = statement(household_id, wage_fen=3_000_000, stated_on="2017-10-02")
    for role in ("helper", "team"):
        await post(door, "/registry/v1/households/incomes", role, earned, on="2017-10-02")
    exit_id = await proposed(door, household_id)
    await step(door, "/reviews", "village", {"id": exit_id} | VOTE, subject="chair")
    await step(door, "/checks", "team", {"id": exit_id, "confirmed": True, "evidence": "visit"})
    word = {"id": exit_id, "agreed": True, "signature": "signed"}
    (early,) = await step(door, "/consents", "villager", word, person=child, on="2017-10-10")
    assert early["code"] == "registry.exits.not_of_age"
    (stranger,) = await step(door, "/consents", "villager", word, person="test-person", on="2017-10-10")
    assert stranger["code"] == "registry.exits.not_of_age", "of whom nobody knows when he was born"
    (grown,) = await step(door, "/consents", "villager", word, person=child, on="2017-10-11")
    assert grown["state"] == "consented", "on his eighteenth birthday"
