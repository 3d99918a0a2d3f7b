"""A county that ran before these migrations is taken over: nothing is lost, and what was half done goes on."""

from datetime import date
from uuid import uuid4

from shared.data.migrate import migrate
from tests.bonds import bind
from tests.conftest import House, find_service
from tests.integration.assessment import test_cases as cases
from tests.integration.finance import test_discounts as discounts
from tests.integration.gateway.test_county_exits import whole_feed
from tests.integration.industry import test_payouts as payouts
from tests.integration.migrations.takeover import take_over
from tests.integration.registry.test_amendments import confirm
from tests.integration.registry.test_exit_words import sees
from tests.integration.registry.test_exits import decided, finished
from tests.integration.registry.test_households import post_incomes, statement
from tests.integration.relocation.acts import APPLICATIONS, batch, codes

# Of one project the first report was never accepted, the second was, and the third is to be.
REPORTED_BEFORE = """
INSERT INTO project (id, kind, unit, division, planned_x100, budget_fen, created_on, created_by)
    VALUES (uuidv7(), 'oats', 'mu', '140927200201', 100, 0, '2017-05-01', 'planner');
INSERT INTO project_report (id, project_id, division, quantity_x100, reported_on, reported_by)
    SELECT lpad(n::text, 32, '0')::uuid, id, division, 10 * n, '2017-05-02', 'clerk'
    FROM project, generate_series(1, 3) n;
UPDATE project SET report_id = (SELECT id FROM project_report WHERE quantity_x100 = 30);
INSERT INTO project_acceptance SELECT id, project_id, division, 15, '2017-05-03', 'officer', 'clerk'
    FROM project_report WHERE quantity_x100 = 20;
INSERT INTO project_finding SELECT uuidv7(), report_id, project_id, division, 'over_reported', 20, 15, '2017-05-03'
    FROM project_acceptance;
"""
FACTS = ("household_fact", "member_fact", "income_line", "village_facility", "household_contact")


async def test_a_household_on_its_way_out_leaves(house: House) -> None:
    before = await take_over(house, "registry")
    (case,) = [c for c in before["exit_case"] if c["state"] == "noticed"]
    door = await house.serve("registry", "api")
    waiting = await finished(door, case["id"])
    assert [(r["state"], r["code"]) for r in waiting[:2]] == [
        ("township_checked", None), ("township_checked", "registry.exits.words_missing"),
    ], "it began before words were weighed: it waits for another's"  # fmt: skip
    await bind(await house.owner("registry"), case["household_id"])
    for role in ("helper", "team"):
        await post_incomes(door, statement(case["household_id"], wage_fen=1_200_000), role=role)
        await sees(door, case["household_id"], role, "A")
    results = await decided(door, case["id"])
    assert [r["state"] for r in results] == ["approved", "announced"]
    (row,) = await house.rows("registry", "SELECT status FROM household WHERE id = $1", case["household_id"])
    assert row["status"] == "exited"


async def test_an_amendment_that_was_proposed_is_decided(house: House) -> None:
    before = await take_over(house, "registry")
    (proposed,) = before["amendment"]
    (row,) = await house.rows("registry", "SELECT since_on, due_on FROM amendment")
    assert (str(row["since_on"]), str(row["due_on"])) == ("2017-11-20", "2017-11-27")
    (result,) = await confirm(await house.serve("registry", "api"), proposed)
    assert result["state"] == "refused", "it has lost nothing"


ENDED_BEFORE = """
    INSERT INTO dividend_agreement (id, household_id, division, loan_id, entity_code, entity_kind, principal_fen,
        floor_fen, years, signed_on, consent, participation, interest_bearer, state, ended_on, ended_reason,
        decision_id, recorded_by)
    VALUES ($1, uuidv7(), '140927200201', uuidv7(), 'firm', 'enterprise', 5000000, 300000, 3, '2017-03-20', true,
        'consulted', 'entity', 'ended', '2017-10-01', $2, uuidv7(), 'clerk')
    """


async def test_what_was_known_before_is_a_takeover(house: House) -> None:
    before = await take_over(house, "registry")
    for table in FACTS:
        rows = await house.rows("registry", f"SELECT weight FROM {table}")
        assert [r["weight"] for r in rows] == ["takeover"] * len(before[table])
        assert rows, table
    since = """
        SELECT count(*) FROM household_contact c JOIN household h ON h.id = c.household_id
        WHERE lower(c.valid) <> h.registered_on OR c.stated_by = ''
    """
    assert [r["count"] for r in await house.rows("registry", since)] == [0]
    door = await house.serve("registry", "api")
    (case,) = [c for c in before["exit_case"] if c["state"] == "noticed"]
    await bind(await house.owner("registry"), case["household_id"])
    (result,) = await post_incomes(door, statement(case["household_id"], wage_fen=1_200_000))
    assert result["status"] == "accepted", result
    said = "SELECT DISTINCT weight FROM income_line WHERE household_id = $1 AND kind = 'statement' AND upper_inf(known)"
    assert [r["weight"] for r in await house.rows("registry", said, case["household_id"])] == ["statement"]


async def test_a_claim_that_was_made_is_checked_by_the_office_as_it_began(house: House) -> None:
    before = await take_over(house, "finance")
    (claim,) = before["discount_claim"]
    door = await house.serve("finance", "api")
    assert (await discounts.check(door, claim["id"], "checker")).json()["code"] == "shared.wrong_role"
    checked = await discounts.check(door, claim["id"], "checker", "county")
    assert checked.json()["state"] == "checked"


async def test_a_batch_that_was_made_is_checked_by_the_office_as_it_began(house: House) -> None:
    before = await take_over(house, "industry")
    (made,) = before["payout_batch"]
    door = await house.serve("industry", "api")
    assert (await payouts.check(door, made["id"])).json()["code"] == "shared.wrong_role"
    checked = await payouts.check(door, made["id"], role="county")
    assert checked.json()["state"] == "checked"


async def test_what_was_measured_of_a_project_stands_in_its_report(house: House) -> None:
    url, migrations = await house.empty("industry"), find_service("industry").migrations
    await migrate(url, migrations, "0010")
    owner = await house.owner("industry")
    await owner.execute("SET app.subject = 'test'; SET app.role = 'system'")
    await owner.execute(REPORTED_BEFORE)
    await migrate(url, migrations)
    found = await owner.fetch(
        "SELECT quantity_x100, state, accepted_x100, measured_by, since_on, due_on FROM project_report ORDER BY id"
    )
    day, later = date(2017, 5, 2), date(2017, 5, 9)
    assert [tuple(r) for r in found] == [
        (10, "replaced", None, None, day, None),
        (20, "accepted", 15, "officer", date(2017, 5, 3), None),
        (30, "reported", None, None, day, later),
    ]


async def test_who_said_that_an_agreement_ends_is_kept(house: House) -> None:
    url, migrations = await house.empty("industry"), find_service("industry").migrations
    await migrate(url, migrations, "0019")
    owner = await house.owner("industry")
    await owner.execute("SET app.subject = 'test'; SET app.role = 'system'")
    for key in ("household_id", "loan_id", "decision_id"):
        await owner.execute(f"ALTER TABLE dividend_agreement DROP CONSTRAINT IF EXISTS dividend_agreement_{key}_fkey")
    for reason in ("removed", "entity_closed"):
        await owner.execute(ENDED_BEFORE, uuid4(), reason)
    await migrate(url, migrations)
    said = "SELECT removed_on, stated_end_on, stated_end_reason FROM dividend_agreement ORDER BY ended_reason"
    day = date(2017, 10, 1)
    assert [tuple(r) for r in await owner.fetch(said)] == [(None, day, "entity_closed"), (day, None, None)]


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
