"""A county that ran before these migrations is taken over: nothing is lost, and what was half done goes on."""

from tests.conftest import House
from tests.integration.assessment import test_cases as cases
from tests.integration.finance import test_discounts as discounts
from tests.integration.gateway.test_county_exits import whole_feed
from tests.integration.industry import test_payouts as payouts
from tests.integration.migrations.takeover import take_over
from tests.integration.registry.test_amendments import confirm
from tests.integration.registry.test_exits import finished
from tests.integration.registry.test_households import post_incomes, statement
from tests.integration.relocation.acts import APPLICATIONS, batch, codes

FACTS = ("household_fact", "member_fact", "income_line", "village_facility")


async def test_a_household_on_its_way_out_leaves(house: House) -> None:
    before = await take_over(house, "registry")
    (case,) = [c for c in before["exit_case"] if c["state"] == "noticed"]
    door = await house.serve("registry", "api")
    results = await finished(door, case["id"])
    assert [r["state"] for r in results] == ["township_checked", "approved", "announced"]
    (row,) = await house.rows("registry", "SELECT status FROM household WHERE id = $1", case["household_id"])
    assert row["status"] == "exited"


async def test_an_amendment_that_was_proposed_is_decided(house: House) -> None:
    before = await take_over(house, "registry")
    (proposed,) = before["amendment"]
    (row,) = await house.rows("registry", "SELECT since_on, due_on FROM amendment")
    assert (str(row["since_on"]), str(row["due_on"])) == ("2017-11-20", "2017-11-27")
    (result,) = await confirm(await house.serve("registry", "api"), proposed)
    assert result["state"] == "refused", "it has lost nothing"


async def test_what_was_known_before_is_a_takeover(house: House) -> None:
    before = await take_over(house, "registry")
    for table in FACTS:
        rows = await house.rows("registry", f"SELECT weight FROM {table}")
        assert [r["weight"] for r in rows] == ["takeover"] * len(before[table])
        assert rows, table
    door = await house.serve("registry", "api")
    (case,) = [c for c in before["exit_case"] if c["state"] == "noticed"]
    (result,) = await post_incomes(door, statement(case["household_id"], wage_fen=1_200_000))
    assert result["status"] == "accepted", result
    said = "SELECT DISTINCT weight FROM income_line WHERE household_id = $1 AND kind = 'statement' AND upper_inf(known)"
    assert [r["weight"] for r in await house.rows("registry", said, case["household_id"])] == ["statement"]


async def test_a_claim_that_was_made_is_checked(house: House) -> None:
    before = await take_over(house, "finance")
    (claim,) = before["discount_claim"]
    checked = await discounts.check(await house.serve("finance", "api"), claim["id"], "checker")
    assert checked.json()["state"] == "checked"


async def test_a_batch_that_was_made_is_checked(house: House) -> None:
    before = await take_over(house, "industry")
    (made,) = before["payout_batch"]
    checked = await payouts.check(await house.serve("industry", "api"), made["id"])
    assert checked.json()["state"] == "checked"


async def test_an_application_that_was_verified_is_posted(house: House) -> None:
    before = await take_over(house, "relocation")
    (item,) = [{"id": a["id"]} for a in before["relocation_application"] if a["state"] == "verified"]
    door = await house.serve("relocation", "api")
    posted = await batch(door, "POST", f"{APPLICATIONS}/notices", "village", [item], on="2017-01-07")
    assert codes(posted) == [None]


async def test_a_case_that_was_opened_is_decided(house: House) -> None:
    before = await take_over(house, "assessment")
    (case,) = before["fraud_case"]
    confirmed = await cases.decide(await house.serve("assessment", "api"), case["id"])
    assert confirmed.json()["state"] == "confirmed"


async def test_what_was_public_is_read_as_before(house: House) -> None:
    before = await take_over(house, "gateway")
    feed = await whole_feed(await house.serve("gateway", "api"))
    assert [e["id"] for e in feed] == [f["event_id"] for f in sorted(before["exit_fact"], key=lambda f: f["position"])]
