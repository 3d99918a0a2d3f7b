"""Who the people of a household are: by grant, for a purpose, within limits, and always on record."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.data.crypto import read_data_keys
from shared.values.id_number import LENGTH
from tests.conftest import Door, House
from tests.integration.registry.test_households import VILLAGE, seed_household

DOOR = "/registry/v1/resolutions"
BUREAU = "education-bureau"
NUMBER = "140999197001010017"
NEW = {"If-None-Match": "*"}
TERMS = {"purposes": ["schooling"], "ends_on": "2018-01-01"}


async def granted(door: Door, subject: str = BUREAU, **terms: Any) -> None:
    standing = await door.call("GET", f"{DOOR}/grants/{subject}", "county")
    goes_by = {"If-Match": standing.headers["etag"]} if standing.is_success else NEW
    answer = await door.call("PUT", f"{DOOR}/grants/{subject}", "county", json=TERMS | terms, headers=goes_by)
    assert answer.status_code == 200, answer.text


async def household(house: House) -> UUID:
    household_id = await seed_household(house)
    keys, connection = read_data_keys(house.keys.data), await house.owner("registry")
    member = await connection.fetchval("SELECT id FROM member WHERE household_id = $1", household_id)
    sealed = keys.encrypt(NUMBER, "member", "id_number_sealed", member)
    await connection.execute("UPDATE member SET id_number_sealed = $1 WHERE id = $2", sealed, member)
    return household_id


async def ask(door: Door, *household_ids: UUID, role: str = "subscriber", area: str | None = "140927",
              on: str = "2017-06-01", subject: str = BUREAU, **body: Any) -> tuple[int, dict[str, Any]]:  # fmt: skip
    asked = {"household_ids": [str(i) for i in household_ids], "purpose": "schooling"} | body
    answer = await door.call("POST", DOOR, role, area, subject=subject, on=on, json=asked)
    if answer.status_code == 200:
        assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()


async def test_people_are_named_and_that_is_on_record(house: House) -> None:
    door = await house.serve("registry", "api")
    await granted(door)
    one, nowhere = await household(house), uuid4()
    status, answer = await ask(door, one, nowhere, one, reference="edu/2017/7")
    assert status == 200
    named, missing = answer["results"]
    assert named["people"] == [{"reference": named["people"][0]["reference"], "name": "甲", "relation": "head"}]
    assert (missing["status"], missing["code"], missing["people"]) == ("refused", "shared.not_found", [])
    records = (await door.call("GET", DOOR, "auditor")).json()["items"]
    assert [(r["household_id"], r["people"]) for r in records] == [(str(one), 1), (str(nowhere), 0)]
    assert {(r["subject"], r["role"], r["purpose"], r["reference"], r["id_numbers"]) for r in records} == {
        (BUREAU, "subscriber", "schooling", "edu/2017/7", False)
    }
    kept = await house.rows("registry", "SELECT resolution::text AS row FROM resolution")
    assert not [r for r in kept if "甲" in r["row"]]


async def test_numbers_only_where_granted_and_asked(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    door = await house.serve("registry", "api")
    one = await household(house)
    await granted(door)
    status, answer = await ask(door, one, id_numbers=True)
    assert (status, answer["code"]) == (403, "registry.resolutions.id_numbers_not_granted")
    await granted(door, id_numbers=True)
    _, answer = await ask(door, one)
    assert "id_number" not in answer["results"][0]["people"][0]
    _, answer = await ask(door, one, id_numbers=True)
    assert answer["results"][0]["people"][0]["id_number"] == NUMBER
    assert len(NUMBER) == LENGTH
    said = capsys.readouterr()
    assert NUMBER not in said.out + said.err


async def test_who_has_no_grant_learns_nothing(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await household(house)
    for role in ("subscriber", "department", "county"):
        status, answer = await ask(door, one, role=role)
        assert (status, answer["code"]) == (403, "registry.resolutions.no_grant")
    await granted(door)
    assert (await ask(door, one, subject="other"))[0] == 403
    assert (await ask(door, one, on="2018-01-01"))[1]["code"] == "registry.resolutions.no_grant"
    assert (await ask(door, one, purpose="curiosity"))[1]["code"] == "registry.resolutions.purpose_not_granted"
    for role in ("village", "helper", "bank", "villager", "auditor"):
        assert (await ask(door, one, role=role, area=None))[1]["code"] == "shared.forbidden"
    assert await house.rows("registry", "SELECT 1 FROM resolution") == []
    # Beyond the caller's area a household does not exist, grant or not.
    _, answer = await ask(door, one, area="140928")
    assert answer["results"][0]["code"] == "shared.not_found"


async def test_a_reference_is_no_person_s_number(house: House) -> None:
    door = await house.serve("registry", "api")
    await granted(door)
    status, answer = await ask(door, uuid4(), reference=NUMBER)
    assert (status, answer["code"]) == (422, "shared.invalid_input")
    assert NUMBER not in str(answer)
    assert await house.rows("registry", "SELECT 1 FROM resolution") == []


async def test_a_grant_is_the_county_s_and_nobody_s_own(house: House) -> None:
    door = await house.serve("registry", "api")
    path = f"{DOOR}/grants/wang"
    own = await door.call("PUT", path, "county", subject="wang", json=TERMS, headers=NEW)
    assert (own.status_code, own.json()["code"]) == (403, "shared.same_person")
    assert (await door.call("PUT", path, "township", json=TERMS)).status_code == 403
    over = await door.call("PUT", path, "county", json=TERMS | {"ends_on": "2017-06-01"}, headers=NEW)
    assert (over.status_code, over.json()["code"]) == (422, "registry.resolutions.ends_before")
    # A year and no longer: who needs it longer asks again.
    late = await door.call("PUT", path, "county", json=TERMS | {"ends_on": "2018-06-03"}, headers=NEW)
    assert (late.status_code, late.json()["code"]) == (422, "registry.resolutions.ends_too_late")
    assert "366" in late.json()["title_en"]
    await granted(door)
    with pytest.raises(asyncpg.CheckViolationError, match="grantor_is_not_grantee"):
        await (await house.owner("registry")).execute("UPDATE resolve_grant SET granted_by = subject")
    shown = (await door.call("GET", f"{DOOR}/grants", "subscriber", subject=BUREAU)).json()["items"]
    assert [(g["subject"], g["purposes"], g["granted_by"]) for g in shown] == [(BUREAU, ["schooling"], "test-county")]
    assert (await door.call("GET", f"{DOOR}/grants", "subscriber", subject="other")).json()["items"] == []
    one = await household(house)
    assert (await ask(door, one))[0] == 200
    ended = await door.call("DELETE", f"{DOOR}/grants/{BUREAU}", "county", headers={"If-Match": "*"})
    assert ended.status_code == 204
    assert (await ask(door, one))[1]["code"] == "registry.resolutions.no_grant"
    nobody = await door.call("DELETE", f"{DOOR}/grants/nobody", "county", headers={"If-Match": "*"})
    assert nobody.status_code == 404
    written = await house.rows("registry", "SELECT operation FROM audit WHERE relation = 'resolve_grant' ORDER BY id")
    assert [r["operation"] for r in written] == ["INSERT", "UPDATE"]


async def test_nobody_carries_the_register_away(house: House) -> None:
    door = await house.serve("registry", "api")
    await granted(door)
    assert (await ask(door, *[uuid4() for _ in range(101)]))[0] == 422
    # At once, and still counted together: five calls of a hundred pass, whichever come first.
    answers = await asyncio.gather(*(ask(door, *[uuid4() for _ in range(100)]) for _ in range(7)))
    assert sorted(status for status, _ in answers) == [200] * 5 + [429] * 2
    assert {a["code"] for s, a in answers if s == 429} == {"registry.resolutions.too_many"}
    await granted(door, "health-bureau")
    assert (await ask(door, uuid4(), subject="health-bureau"))[0] == 200
    await (await house.owner("registry")).execute("UPDATE resolution SET asked_at = asked_at - interval '1 hour'")
    assert (await ask(door, uuid4()))[0] == 200


async def test_what_one_subject_asks_at_once_is_counted_one_after_the_other(house: House) -> None:
    door = await house.serve("registry", "api")
    await granted(door)
    owner = await house.owner("registry")
    async with owner.transaction():
        await owner.execute("SELECT pg_advisory_xact_lock(hashtextextended('resolve/' || $1, 0))", BUREAU)
        asking = asyncio.create_task(ask(door, uuid4()))
        done, _ = await asyncio.wait({asking}, timeout=1)
        assert not done
        await owner.execute(
            "INSERT INTO resolution (subject, role, household_id, purpose, reference, id_numbers, people, asked_on,"
            " correlation_id) SELECT $1, 'subscriber', uuidv7(), 'schooling', '', false, 1, '2017-06-01', uuidv7()"
            " FROM generate_series(1, 500)",
            BUREAU,
        )
    status, answer = await asking
    assert (status, answer["code"]) == (429, "registry.resolutions.too_many")


async def test_the_record_stays(house: House) -> None:
    door = await house.serve("registry", "api")
    await granted(door)
    await ask(door, await household(house))
    connection = await asyncpg.connect((await house.settings("registry")).database_url)
    house.stack.push_async_callback(connection.close)
    for write in ("UPDATE resolution SET purpose = 'x'", "DELETE FROM resolution", "TRUNCATE resolution"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await connection.execute(write)
    other = (await door.call("GET", DOOR, "subscriber", subject="other")).json()["items"]
    assert other == []
    assert len((await door.call("GET", f"{DOOR}?subject={BUREAU}", "county")).json()["items"]) == 1
    assert (await door.call("GET", DOOR, "village", VILLAGE)).status_code == 403
