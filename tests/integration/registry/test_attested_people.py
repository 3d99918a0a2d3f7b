"""What departments attested of a person is so in whatever household he lives; who merged reaches his new one alone."""

from typing import Any
from uuid import UUID

from tests.conftest import Door, House
from tests.integration.registry.test_attestations import item
from tests.integration.registry.test_attestations import post as attest
from tests.integration.registry.test_case_03_joining_a_household import arrival, join, newcomer
from tests.integration.registry.test_changes import HOUSEHOLDS, departure, head_of, leave
from tests.integration.registry.test_households import VILLAGE, seed_household
from tests.integration.registry.test_merges import join as merge_now
from tests.integration.registry.test_merges import merge, other_household
from tests.integration.registry.test_splits import family, new_of, part, split

ON = "2017-06-01"


async def facts(door: Door, household_id: UUID | str, person: str, on: str = ON) -> dict[str, tuple[Any, Any]]:
    """Of one of its people, by field what is held for true and the unit that answers for it."""
    answer = await door.call("GET", f"{HOUSEHOLDS}/{household_id}/facts", "county", on=on)
    assert answer.status_code == 200, answer.text
    return {f["field"]: (f["value"], f["unit"]) for f in answer.json()["facts"] if f["person"] == person}


async def attests(door: Door, unit: str, person: str, since: str, **said: Any) -> None:
    assert await attest(door, unit, item(person=person, since=since, **said), on=ON) == [None]


async def test_it_goes_with_whom_a_merge_takes_along_whenever_it_was_attested(house: House) -> None:
    door = await house.serve("registry", "api")
    (one, _), (other, others) = await family(house), await other_household(house)
    uncle = others["uncle"]
    await attests(door, "health", uncle, "2017-01-05", health="major")
    await attests(door, "human_resources", uncle, "2017-03-01", pension_insured=False)
    await attests(door, "education", uncle, "2017-05-20", education="middle")
    assert (await merge_now(door, merge(one, other, others)))["state"] == "confirmed"
    held = await facts(door, one, uncle)
    assert held["person_health"] == ("major", "health"), "attested before the last version of the day"
    assert held["person_pension_insured"] == (False, "human_resources")
    assert held["person_education"] == ("middle", "education"), "attested of a day after the merge"
    assert (await facts(door, one, uncle, "2017-05-15"))["person_education"] == ("primary", None)
    assert (await facts(door, one, uncle))["person_labour"][1] is None


async def test_it_goes_with_whom_a_split_takes_along(house: House) -> None:
    door = await house.serve("registry", "api")
    one, who = await family(house)
    await attests(door, "health", who["bride"], "2017-01-05", health="disabled")
    await attests(door, "education", who["bride"], "2017-02-05", education="middle")
    said = split(one, who)
    await part(door, said)
    held = await facts(door, await new_of(door, said), who["bride"])
    assert (held["person_health"], held["person_education"]) == (("disabled", "health"), ("middle", "education"))


async def test_it_stands_against_what_an_arrival_reports(house: House) -> None:
    door = await house.serve("registry", "api")
    old, new = await seed_household(house), await seed_household(house, "140927201201")
    person = newcomer(health="healthy", medical_insured=True, education="primary")
    came = await join(door, arrival(old, relation="daughter_in_law", person=person, joined_on="2017-02-01"))
    assert came["state"] == "confirmed"
    (row,) = await house.rows(
        "registry", "SELECT reference FROM member WHERE household_id = $1 AND reference <> $2", old,
        await head_of(house, old),
    )  # fmt: skip
    reference = row["reference"]
    await attests(door, "health", reference, "2017-02-10", health="major", medical_insured=False)
    await attests(door, "education", reference, "2017-02-20", education="high")
    await leave(door, departure(reference, reason="marriage_out", left_on="2017-03-01"))
    came = await join(
        door, arrival(new, person=person, joined_on="2017-03-05"), village="140927201201", township="140927201"
    )
    assert came["state"] == "confirmed", "of a township that does not see where she lived"
    held = await facts(door, new, reference)
    assert held["person_health"] == ("major", "health")
    assert held["person_medical_insured"] == (False, "health")
    assert held["person_education"] == ("high", "education")
    assert held["person_labour"] == ("ordinary", None)
    whole = (await door.call("GET", f"{HOUSEHOLDS}/{new}", "county", on=ON)).json()
    assert whole["conditions"]["medical_insured"] is False, "the household is insured only if she is"
    told = (await door.call("GET", "/registry/v1/attestations/overruled", "county", on=ON)).json()["items"]
    assert {(w["field"], w["value"], w["unit"], w["differs"]) for w in told} == {
        ("health", "healthy", "health", True), ("medical_insured", True, "health", True),
        ("education", "primary", "education", True),
    }  # fmt: skip


async def test_who_merged_reaches_his_new_household_and_the_ended_one_no_more(house: House) -> None:
    door = await house.serve("registry", "api")
    (one, _), (other, others) = await family(house), await other_household(house)
    await house.rows("registry", "SELECT 1 FROM resident WHERE household_id = $1", other)
    assert (await merge_now(door, merge(one, other, others)))["state"] == "confirmed"
    for person in others.values():
        found = [
            (await door.call("GET", f"{HOUSEHOLDS}/{home}", "villager", VILLAGE, person=person, on=ON)).status_code
            for home in (one, other)
        ]
        assert found == [200, 404], person
    rows = await house.rows("registry", "SELECT person FROM resident WHERE household_id = $1", other)
    assert rows == []


async def test_the_last_of_a_household_that_died_out_may_still_ask_why(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    head = await head_of(house, one)
    await leave(door, departure(head, reason="registration_out", left_on="2017-05-20"))
    answer = await door.call("GET", f"{HOUSEHOLDS}/{one}", "villager", VILLAGE, person=head, on=ON)
    assert answer.status_code == 200
