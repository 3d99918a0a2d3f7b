"""A villager without a phone: he complains, is content or goes higher by sheets that two officials vouch for."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.bonds import HELPERS, PERSON
from tests.conftest import Door, House
from tests.integration.registry.test_changes import post as send
from tests.integration.registry.test_grievances import AREAS, FILED, answered, codes, complaint, filed, post, read
from tests.integration.registry.test_households import VILLAGE, seed_household
from tests.integration.registry.test_late_grievances import taken
from tests.integration.registry.test_registry_tasks import tasks

PAPERS = "/registry/v1/papers"
ROOM = "registry.grievances"


async def written(door: Door, home: UUID, **changes: Any) -> str:
    """What an official of the village wrote down, who is not complained of."""
    about = {"channel": "paper", "household_id": str(home), "person": PERSON}
    return await filed(door, "village", "clerk", **about | changes)


def sheet(one: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "procedure": ROOM, "case_id": one, "agreed": True, "signature": "fingerprint",
        "scan_sha256": "a" * 64, "place": "at home", "signed_on": FILED, "witness": "teacher",
    } | changes  # fmt: skip


async def record(door: Door, item: dict[str, Any], subject: str = "clerk", role: str = "village",
                 on: str = FILED) -> str | None:  # fmt: skip
    (said,) = await send(door, PAPERS, role, item, on=on, subject=subject)
    return str(said["code"]) if said["code"] else None


async def confirm(door: Door, item: dict[str, Any], subject: str = "chair", role: str = "village",
                  on: str = FILED, *, confirmed: bool = True) -> str | None:  # fmt: skip
    word = {"id": item["id"], "confirmed": confirmed}
    (said,) = await send(door, f"{PAPERS}/confirmations", role, word, on=on, subject=subject)
    return str(said["code"]) if said["code"] else None


async def listed(door: Door, role: str, subject: str = "") -> list[str]:
    answer = await door.call("GET", PAPERS, role, AREAS.get(role, VILLAGE), on=FILED, subject=subject or role)
    return [p["id"] for p in answer.json()["items"]]


async def signed(door: Door, one: str, on: str = FILED, **changes: Any) -> None:
    item = sheet(one, signed_on=on, **changes)
    assert await record(door, item, on=on) is None
    assert await confirm(door, item, on=on) is None


async def test_he_complains_by_a_sheet_once_two_have_vouched_for_it(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await written(door, await seed_household(house))
    shown = await read(door, one, "village", "clerk")
    assert (shown["state"], shown["text"]) == ("unsigned", None)
    assert shown["sentence_en"] == (
        f"It was written down on {FILED}; it is looked into once the complainant's signed sheet is confirmed."
    )
    assert (await tasks(door, "township", AREAS["township"], on=FILED))["items"] == [], "nobody answers it yet"
    item = sheet(one)
    assert await codes(door, "/escalations", "village", {"id": one}, subject="clerk") == ["shared.wrong_state"]
    assert await read(door, one, "village", "chair") == 404
    assert await record(door, item) is None
    (task,) = (await tasks(door, "village", VILLAGE, on=FILED, subject="chair"))["items"]
    assert (task["procedure"], task["step"], task["id"]) == ("registry.papers", "confirmed", item["id"])
    assert await confirm(door, item, "clerk") == "shared.same_person"
    assert await confirm(door, item, on="2017-09-25") is None
    shown = await read(door, one, "villager")
    assert (shown["state"], shown["answer_by_on"]) == ("with_township", "2017-10-20"), "the office has all its days"
    assert [(s["step"], s["detail"].get("channel")) for s in shown["steps"]] == [
        ("filed", None), ("with_township", "paper"),
    ]  # fmt: skip
    (task,) = (await tasks(door, "township", AREAS["township"], on="2017-09-26"))["items"]
    assert (task["step"], task["due_on"]) == ("township_answered", "2017-10-20")


async def test_he_is_content_or_goes_higher_by_a_sheet(house: House) -> None:
    door = await house.serve("registry", "api")
    home = await seed_household(house)
    content, not_content = await written(door, home), await written(door, home)
    for one in (content, not_content):
        await signed(door, one)
        await answered(door, one, "township", subject="officer")
        # Nobody says it for him, though he has no login.
        for path in ("/settlements", "/escalations"):
            assert (await codes(door, path, "village", {"id": one}, subject="clerk"))[0] is not None
        handed = {"id": one, "handed": "fingerprint"}
        assert await codes(door, "/handovers", "village", handed, on="2017-09-25", subject="clerk") == [None]
        assert await codes(door, "/settlements", "village", {"id": one}, subject="clerk") == [f"{ROOM}.own_word"]
        assert await codes(door, "/escalations", "village", {"id": one}, subject="clerk") == [f"{ROOM}.own_word"]
    await signed(door, content, "2017-09-26")
    await signed(door, not_content, "2017-09-26", agreed=False)
    shown = await read(door, content, "villager")
    assert (shown["state"], shown["settled_on"], shown["steps"][-1]["detail"]["channel"]) == (
        "settled", "2017-09-26", "paper",
    )  # fmt: skip
    shown = await read(door, not_content, "villager")
    assert (shown["state"], shown["with_office"], shown["answer_by_on"]) == ("with_county", "county", "2017-10-23")
    (task,) = (await tasks(door, "county", AREAS["county"], on="2017-09-27"))["items"]
    assert (task["id"], task["step"]) == (not_content, "county_answered")
    # The register moves it as any other; the last office's answer is taken no higher.
    assert await taken(house, door.app, "2017-10-24") == 1
    await answered(door, not_content, "auditor", "2017-10-25", "inspector")
    await post(door, "/handovers", "villager", {"id": not_content, "handed": "signed"}, on="2017-10-26")
    last = sheet(not_content, agreed=False, signed_on="2017-10-26")
    assert await record(door, last, on="2017-10-26") == f"{ROOM}.nobody_higher"
    await signed(door, not_content, "2017-10-26")
    assert (await read(door, not_content, "villager"))["state"] == "settled"


async def test_who_came_by_his_own_login_may_sign_when_his_phone_is_lost(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await filed(door, household_id=str(await seed_household(house)))
    await answered(door, one, "township", subject="officer")
    await post(door, "/handovers", "township", {"id": one, "handed": "signed"}, on="2017-09-25")
    item = sheet(one, signed_on="2017-09-26")
    assert await record(door, item, "officer", "township", "2017-09-26") == "shared.same_person", "it is his answer"
    assert await record(door, item, "colleague", "township", "2017-09-26") is None
    assert await confirm(door, item, "officer", "township", "2017-09-26") == "shared.same_person"
    assert await confirm(door, item, "chair", on="2017-09-26") is None
    assert (await read(door, one, "villager"))["state"] == "settled"


async def test_the_sheet_goes_past_whoever_is_complained_of(house: House) -> None:
    door = await house.serve("registry", "api")
    home = await seed_household(house)
    of_team = await written(door, home, matter="officials", about_office="team", about_subject="secretary")
    # He has another office as well, and vouches there for nothing either.
    assert await record(door, sheet(of_team, witness="secretary")) == "shared.same_person"
    item = sheet(of_team)
    assert await record(door, item) is None
    assert await listed(door, "village", "chair") == [item["id"]]
    for role in ("team", "village"):
        assert await listed(door, role, "secretary") == [], "it names the household"
        assert await confirm(door, item, "secretary", role) == "shared.not_found"
    assert await listed(door, "team", "another") == [], "they are his people"
    assert await confirm(door, item, "another", "team") == "shared.not_found"
    assert await confirm(door, item) is None
    assert await read(door, of_team, "county") != 404
    # What came of it is for those who vouched; others of the village read of it no more.
    assert [await read(door, of_team, "village", who) != 404 for who in ("clerk", "chair", "another")] == [
        True, True, False,
    ]  # fmt: skip
    assert await listed(door, "village", "another") == []
    assert await listed(door, "county") == [item["id"]]


async def test_what_he_did_not_sign_is_withdrawn(house: House) -> None:
    door = await house.serve("registry", "api")
    home = await seed_household(house)
    one, other = await written(door, home), await written(door, home)
    await signed(door, one, agreed=False)
    shown = await read(door, one, "villager")
    assert (shown["state"], shown["due_on"]) == ("withdrawn", None)
    item = sheet(other)
    await record(door, item)
    assert await confirm(door, item, confirmed=False) == "shared.not_confirmed"
    assert (await read(door, other, "villager"))["state"] == "unsigned", "another sheet may be signed"
    await signed(door, other)
    assert await record(door, sheet(other)) == "shared.wrong_state"
    assert await taken(house, door.app, "2018-01-10") == 1, "what was withdrawn is never late"


@pytest.mark.parametrize(
    ("changes", "recorder", "code"),
    [
        ({"witness": HELPERS[0]}, "clerk", "shared.helper_vouches"),
        ({"signed_on": "2017-09-21"}, "clerk", "shared.future_date"),
        ({}, "chair", "shared.not_found"),
        ({"procedure": "registry.amendments"}, "clerk", "shared.no_partys_step"),
    ],
)
async def test_who_does_not_vouch_for_it(house: House, changes: dict[str, Any], recorder: str, code: str) -> None:
    door = await house.serve("registry", "api")
    one = await written(door, await seed_household(house))
    assert await record(door, sheet(one, **changes), recorder) == code


async def test_his_helper_does_not_vouch_for_it_as_the_second_either(house: House) -> None:
    door = await house.serve("registry", "api")
    item = sheet(await written(door, await seed_household(house)))
    assert await record(door, item) is None
    assert await confirm(door, item, HELPERS[0]) == "shared.helper_vouches"


async def test_what_is_not_written_down_for_him(house: House) -> None:
    door = await house.serve("registry", "api")
    home = str(await seed_household(house))
    paper = {"channel": "paper", "household_id": home, "person": PERSON}
    assert await codes(
        door, "", "village", complaint(**paper | {"person": None}), complaint(**paper | {"household_id": None}),
        complaint(**paper | {"person": "stranger"}), complaint(**paper | {"about_office": "village"}),
    ) == [
        f"{ROOM}.party_missing", f"{ROOM}.party_missing", f"{ROOM}.not_of_household", f"{ROOM}.complained_of",
    ]  # fmt: skip
    assert await codes(door, "", "county", complaint(**paper)) == [f"{ROOM}.wrong_channel"]
    anonymous = await filed(door, "village", "clerk", channel="anonymous")
    assert await record(door, sheet(anonymous)) == f"{ROOM}.party_missing"
